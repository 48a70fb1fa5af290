"""A detection in a child process: whoever asks is neither slowed nor traced, and keeps nothing of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from cloudwan_mcp.errors import Exhausted, TryAgain, from_dict
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.leaks.detect import BUDGET_S
from cloudwan_mcp.memory.leaks.verdict import Verdict

if TYPE_CHECKING:
    from anyio.abc import ByteReceiveStream

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
    check_budget(budget_s)
    limit = START_S + BUDGETS * budget_s if time_limit_s is None else time_limit_s
    command = [*COMMAND, target, f"--budget={budget_s}", f"--memory-limit-mb={memory_limit_mb}"]
    if not blame:
        command.append("--no-blame")
    # what the callable leaves among the temporary files goes with it, however the child ends
    with tempfile.TemporaryDirectory(prefix="cloudwan-mcp-leaks-") as folder:
        own = {**(os.environ if environ is None else environ), "TMPDIR": folder}
        said, overtime = _ask(command, limit, own)
    if overtime:
        raise _overtime(target, limit)
    return _verdict(target, said)


async def detect_in_child_async(
    target: str, *, budget_s: float = 10.0, memory_limit_mb: int = 4096
) -> Verdict:
    """As `detect_in_child`, without a thread that waits; cancelled, it ends the child."""
    import anyio
    from anyio.streams.buffered import BufferedByteReceiveStream

    check_budget(budget_s)
    limit = START_S + BUDGETS * budget_s
    command = [*COMMAND, target, f"--budget={budget_s}", f"--memory-limit-mb={memory_limit_mb}"]
    with tempfile.TemporaryDirectory(prefix="cloudwan-mcp-leaks-") as folder:
        async with await anyio.open_process(
            command, stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": folder}, start_new_session=True
        ) as process:
            try:
                with anyio.fail_after(limit):
                    answers = BufferedByteReceiveStream(cast("ByteReceiveStream", process.stdout))
                    said = await answers.receive_until(b"\n", ANSWER_BYTES)
            except TimeoutError as error:
                raise _overtime(target, limit) from error
            except (anyio.IncompleteRead, anyio.DelimiterNotFound):
                said = b""
            finally:
                _end(process.pid)
    return _verdict(target, said)


def check_budget(budget_s: float) -> None:
    """Raises `BadRequest` for one that is too short to tell anything, or longer than anybody waits."""
    if not BUDGET_S[0] <= budget_s <= BUDGET_S[1]:
        raise outside("budget_s", budget_s, f"between {BUDGET_S[0]:g} and {BUDGET_S[1]:g} seconds")


def _overtime(target: str, limit: float) -> TryAgain:
    return TryAgain(
        f"{target} was not judged within {limit:g} s.",
        next_step="Try again when the machine is less busy, or allow it more time.",
        code="LeakProbe",
    )


def _verdict(target: str, said: bytes) -> Verdict:
    answer = _understand(said)
    if "verdict" in answer:
        return Verdict.from_dict(answer["verdict"])
    if "error" in answer:
        raise from_dict(answer)
    raise Exhausted(
        f"The process that called {target} ended without an answer.",
        next_step="Look for what ends it: a crash in C, an exit, or the kernel for want of memory.",
    )


def _ask(command: list[str], limit: float, environ: Mapping[str, str]) -> tuple[bytes, bool]:
    """(what the child said, whether its time was up); its group is gone afterwards."""
    overtime = threading.Event()
    with subprocess.Popen(  # noqa: S603 - this interpreter, this package
        command,
        stdin=subprocess.PIPE,  # stays open as long as this process lives
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        start_new_session=True,
    ) as process:

        def stop() -> None:
            overtime.set()
            _end(process.pid)

        timer = threading.Timer(limit, stop)
        timer.daemon = True
        timer.start()
        try:
            said = process.stdout.read(ANSWER_BYTES) if process.stdout else b""
        finally:
            timer.cancel()
            _end(process.pid)
    return said, overtime.is_set()


def _end(pid: int) -> None:
    """Kill the child, which leads a group of its own, and what it started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)  # on Windows, that ends it at once


def _understand(said: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
