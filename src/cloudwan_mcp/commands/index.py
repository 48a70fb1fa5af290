"""index: make a snapshot searchable that is not yet."""

from __future__ import annotations

import argparse
import signal
import threading

from cloudwan_mcp.command import INTERRUPTED, Command, announce, attend, say
from cloudwan_mcp.errors import CloudWanError, NotFound
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", nargs="?", default="", help="its id; default: the newest complete one")
    parser.add_argument(
        "--after-discovery",
        action="store_true",
        help="say nothing, and call a failure none: the discovery is made",
    )
    parser.add_argument("--attended", action="store_true", help="stop when standard input closes")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.indexing.run import index
    from cloudwan_mcp.store import Folder

    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if arguments.attended:
        attend(stop.set)
    folder = Folder(settings)
    try:
        latest = folder.latest()
        snapshot = arguments.snapshot or (latest.id if latest else "")
        if not snapshot:
            raise NotFound("There is no complete snapshot.", next_step="Make one: cloudwan-mcp discover.")
        if not index(folder, snapshot, stop):
            return INTERRUPTED
    except CloudWanError as error:
        if not arguments.after_discovery:
            raise
        announce(f"The snapshot has no index. {error}")
    else:
        if not arguments.after_discovery:
            say(f"Snapshot {snapshot} is searchable.")
    finally:
        folder.close()
    return 0


COMMAND = Command(
    name="index",
    help="make a snapshot searchable",
    description="Write the search index of a snapshot: names, tags, prefixes, findings, counts by account. "
    "Every discovery goes over to it at its end; this repeats it where one was cut off.",
    add_arguments=_add_arguments,
    run=_run,
)
