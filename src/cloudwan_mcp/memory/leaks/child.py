"""A detection in a child process: whoever asks is neither slowed nor traced, and keeps nothing of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cloudwan_mcp.errors import Exhausted, TryAgain, from_dict
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.leaks.detect import BUDGET_S
from cloudwan_mcp.memory.leaks.verdict import Verdict

COMMAND = (sys.executable, "-m", "cloudwan_mcp.memory.leaks.probe", "--attended")
ANSWER_BYTES = 64 * 1024
START_S = 20.0  # for the imports of the callable
BUDGETS = 4.0  # a detection may take twice its budget, and the search for a line as much


def detect_in_child(
    target: str,
    *,
    budget_s: float = 10.0,
    blame: bool = True,
    time_limit_s: float | None = None,
    memory_limit_mb: int = 4096,
    environ: Mapping[str, str] | None = None,
) -> Verdict:
    """What `detect` finds for `module:callable`, in a process of its own; blocks this thread meanwhile.

    The child ends after `time_limit_s` (None: four budgets and 20 s for its imports), with this process
    however that ends, and at `memory_limit_mb` MiB of data (thread stacks count, 0: no limit). `environ`
    replaces the environment. Raises `NotFound` where there is no such callable, `BadRequest` where it raises,
    `TryAgain` when time is up, and `Exhausted` when memory is.
    """
    if not BUDGET_S[0] <= budget_s <= BUDGET_S[1]:
        raise outside("budget_s", budget_s, f"between {BUDGET_S[0]:g} and {BUDGET_S[1]:g} seconds")
    limit = START_S + BUDGETS * budget_s if time_limit_s is None else time_limit_s
    command = [*COMMAND, target, f"--budget={budget_s}", f"--memory-limit-mb={memory_limit_mb}"]
    said, overtime = _ask(command if blame else [*command, "--no-blame"], limit, environ)
    if overtime:
        raise TryAgain(
            f"{target} was not judged within {limit:g} s.",
            next_step="Try again when the machine is less busy, or with a longer time_limit_s.",
            code="LeakProbe",
        )
    answer = _understand(said)
    if "verdict" in answer:
        return Verdict.from_dict(answer["verdict"])
    if "error" in answer:
        raise from_dict(answer)
    raise Exhausted(
        f"The process that called {target} ended without an answer.",
        next_step="Look for what ends it: a crash in C, an exit, or the kernel for want of memory.",
    )


def _ask(command: list[str], limit: float, environ: Mapping[str, str] | None) -> tuple[bytes, bool]:
    """(what the child said, whether its time was up); its group is gone afterwards."""
    overtime = threading.Event()
    with subprocess.Popen(  # noqa: S603 - this interpreter, this package
        command,
        stdin=subprocess.PIPE,  # stays open as long as this process lives
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=None if environ is None else dict(environ),
        start_new_session=True,
    ) as process:

        def stop() -> None:
            overtime.set()
            _end(process)

        timer = threading.Timer(limit, stop)
        timer.daemon = True
        timer.start()
        try:
            said = process.stdout.read(ANSWER_BYTES) if process.stdout else b""
        finally:
            timer.cancel()
            _end(process)
    return said, overtime.is_set()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the child and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _understand(said: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
