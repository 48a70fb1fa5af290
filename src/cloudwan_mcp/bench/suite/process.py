"""One sample from a fresh process: alone, with limits of its own, and ended when nobody waits for it."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import AsyncIterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cloudwan_mcp.bench.endpoint import clean_environment
from cloudwan_mcp.bench.suite.benchmark import Probe, Sample
from cloudwan_mcp.bench.suite.child import CODE
from cloudwan_mcp.errors import CloudWanError, Exhausted, NotFound

if TYPE_CHECKING:
    from anyio.abc import ByteReceiveStream, ByteSendStream

    Pipes = tuple[ByteSendStream, ByteReceiveStream, ByteReceiveStream]

MIB = 1024 * 1024
PROC = Path("/proc/self/status")


@dataclass(slots=True, frozen=True)
class Limits:
    """For each process. More data than `data_bytes` is a MemoryError in it, not the end of some other one."""

    seconds: float
    data_bytes: int


async def measure(probe: Probe, limits: Limits, environ: Mapping[str, str] | None = None) -> Sample:
    """Run the probe in a process that has done nothing before.

    Its environment is `environ`; left out, that of a benchmark: nothing of the caller's Python or settings.
    Raises `Exhausted` at a limit, `CloudWanError` with the last words of one that failed otherwise, and
    `NotFound` where there is no /proc to measure by. Cancelled, it kills the process.
    """
    import anyio

    _need_proc()
    asked = {
        "path": sys.path,
        "work": probe.reference,
        "arguments": dict(probe.arguments),
        "time_limit_s": limits.seconds,
        "data_limit_bytes": limits.data_bytes,
    }
    command = [sys.executable, "-s", "-P", "-c", CODE]
    try:
        with anyio.fail_after(limits.seconds):
            code, answer, words = await _run(
                command, json.dumps(asked).encode(), _environment() if environ is None else environ
            )
    except TimeoutError as error:
        raise Exhausted(
            f"{probe.side} took more than {limits.seconds:g} s.",
            next_step="Give a longer time_limit_s, or measure a smaller size.",
        ) from error
    if code:
        raise _failure(probe, limits, code, words.decode(errors="replace"))
    if not answer:
        raise CloudWanError(f"{probe.side} ended without an answer.", next_step="Mend what it runs.")
    sample: Sample = json.loads(answer)
    return sample


async def _run(command: list[str], asked: bytes, environ: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """(exit code, standard output, standard error). However it ends, so has all that the process started.

    Not `anyio.run_process`: interrupted from a keyboard, that one waits for a process that nobody has told.
    """
    import anyio

    said = {1: b"", 2: b""}

    async def listen(number: int, stream: AsyncIterable[bytes]) -> None:
        said[number] = b"".join([part async for part in stream])

    async with await anyio.open_process(command, env=environ, start_new_session=True) as process:
        told, answers, words = cast("Pipes", (process.stdin, process.stdout, process.stderr))
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(listen, 1, answers)
                group.start_soon(listen, 2, words)
                with suppress(anyio.BrokenResourceError):  # it has ended, and its end tells why
                    await told.send(asked + b"\n")
                await process.wait()  # its input stays open: it ends with this process, however that ends
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode or 0, said[1], said[2]


def _need_proc() -> None:
    if not PROC.exists():
        raise NotFound(
            "This system has no /proc.", next_step="Run the benchmarks on Linux, or in its container."
        )


def _failure(probe: Probe, limits: Limits, code: int, said: str) -> CloudWanError:
    last = said.strip().rpartition("\n")[2]
    if last.startswith("MemoryError"):
        return Exhausted(
            f"{probe.side} needs more than the {limits.data_bytes // MIB:,} MiB it may have.",
            next_step="Give a larger data_limit_bytes, or measure a smaller size.",
        )
    return CloudWanError(f"{probe.side} ended with code {code}: {last}", next_step="Mend what it runs.")


def _environment() -> Mapping[str, str]:
    """The same hashes, hence the same dicts, in every process."""
    inherited = {k: v for k, v in clean_environment().items() if not k.startswith("PYTHON")}
    return inherited | {"PYTHONHASHSEED": "0", "MALLOC_ARENA_MAX": "2"}
