"""discover: read the whole network into a snapshot, with progress."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cloudwan_mcp import errors
from cloudwan_mcp.command import INTERRUPTED, Command, announce, attend, exit_code, say, say_json
from cloudwan_mcp.errors import CloudWanError
from cloudwan_mcp.progress import ProgressLine, Rate
from cloudwan_mcp.settings import Settings

if TYPE_CHECKING:
    from cloudwan_mcp.store import Folder

POLITE = 10  # niceness beside a server: its answers come before the refresh
TOLD_S = 0.5  # between two progress messages to a program
GC_THRESHOLD = 10_000  # rows are values without cycles, looked at in vain; calls do leave cycles


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="progress and result as JSON lines")
    parser.add_argument(
        "--routes",
        action="append",
        default=[],
        metavar="SEGMENT@EDGE",
        help="read this route table too; either side may be empty for all",
    )
    parser.add_argument("--concurrency", type=int, help="AWS calls in flight at most")
    parser.add_argument("--attended", action="store_true", help="stop when standard input closes")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.discovery.tables import table
    from cloudwan_mcp.refresh import discover
    from cloudwan_mcp.store import Folder
    from cloudwan_mcp.store.index.layout import SMALL

    tables = [table(text) for text in arguments.routes]
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if arguments.attended:
        attend(stop.set)
        with suppress(OSError, AttributeError):
            os.nice(POLITE)
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    talk = _Talk(as_json=arguments.json)
    folder = Folder(settings)
    try:
        if folder.notice:
            talk.notice(folder.notice)
        info = discover(
            settings, folder, tables=tables, on_start=talk.start, on_progress=talk.progress, stop=stop
        )
        counts = {"elements": info.elements, "connections": info.connections, "gaps": len(info.gaps)}
        talk.end(info.id, counts)
        if small := info.elements <= SMALL:
            _index(folder, info.id, stop)
    except CloudWanError as error:
        talk.failed(error)
        return INTERRUPTED if stop.is_set() else exit_code(error)
    finally:
        folder.close()
    if not (small or stop.is_set() or folder.temporary):
        _go_over(arguments, info.id)
    return 0


def _index(folder: Folder, snapshot: str, stop: threading.Event) -> None:
    """A snapshot is complete without its index, only searched more slowly: no failure of a discovery."""
    from cloudwan_mcp.indexing.run import index

    try:
        index(folder, snapshot, stop)
    except CloudWanError as error:
        announce(f"The snapshot has no index. {error}")


def _go_over(arguments: argparse.Namespace, snapshot: str) -> None:
    """Go over to indexing, as another program in this process: what the discovery took is given back."""
    given = [
        (name, getattr(arguments, name, None)) for name in ("config", "data_dir", "profile", "log_level")
    ]
    options = [f"--{name.replace('_', '-')}={value}" for name, value in given if value]
    options += ["--attended"] if arguments.attended else []
    command = [sys.executable, "-m", "cloudwan_mcp", "index", snapshot, "--after-discovery", *options]
    try:
        if os.name == "posix":
            os.execv(sys.executable, command)  # noqa: S606
        subprocess.run(command, check=False)  # noqa: S603
    except OSError as error:
        announce(f"The snapshot has no index: {error}")


class _Talk:
    """What a discovery says: JSON lines for programs, a progress line or plain lines for people."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._rate = Rate()
        self._line = ProgressLine(TOLD_S if as_json else None)
        self._snapshot = ""
        self._last: Any = None

    def start(self, snapshot: str) -> None:
        self._snapshot = snapshot
        self._emit("start", {})

    def notice(self, text: str) -> None:
        self._emit("notice", {"text": text}, lambda: self._line.write(text))

    def progress(self, progress: Any) -> None:
        self._last = progress
        self._rate.note(progress.elements)
        if self._line.due():
            self._emit("progress", asdict(progress), lambda: self._line.draw(progress, self._rate))

    def end(self, snapshot: str, counts: dict[str, int]) -> None:
        if self._last:
            self._emit("progress", asdict(self._last), lambda: self._line.draw(self._last, self._rate))
        self._line.finish()
        text = (
            f"Snapshot {snapshot}: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()) + "."
        )
        self._emit("end", {"snapshot": snapshot, **counts}, lambda: say(text))

    def failed(self, error: CloudWanError) -> None:
        self._line.finish()
        self._emit("error", errors.to_dict(error), lambda: self._line.write(f"error: {error}"))

    def _emit(self, event: str, values: dict[str, Any], draw: Callable[[], None] = lambda: None) -> None:
        if self._json:
            say_json({"event": event, "snapshot": self._snapshot, **values})
        else:
            draw()


COMMAND = Command(
    name="discover",
    help="read the whole network into a snapshot",
    description=(
        "Read every global network, core network and what belongs to them into a new snapshot. "
        "An interrupted discovery goes on where it stopped. Read-only: Get, List and Describe operations."
    ),
    add_arguments=_add_arguments,
    run=_run,
)
