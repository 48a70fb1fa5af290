"""One sample from a fresh process: alone, with limits of its own, and ended when nobody waits for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cloudwan_mcp.bench.endpoint import clean_environment
from cloudwan_mcp.bench.suite.benchmark import Probe, Sample
from cloudwan_mcp.bench.suite.child import CODE
from cloudwan_mcp.errors import CloudWanError, Exhausted, NotFound

MIB = 1024 * 1024
PROC = Path("/proc/self/status")


@dataclass(slots=True, frozen=True)
class Limits:
    """For each process. More data than `data_bytes` is a MemoryError in it, not the end of some other one."""

    seconds: float
    data_bytes: int


async def measure(probe: Probe, limits: Limits) -> Sample:
    """Run the probe in a process that has done nothing before.

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
            done = await anyio.run_process(
                command, input=json.dumps(asked).encode(), check=False, env=_environment()
            )
    except TimeoutError as error:
        raise Exhausted(
            f"{probe.side} took more than {limits.seconds:g} s.",
            next_step="Give a longer time_limit_s, or measure a smaller size.",
        ) from error
    if done.returncode:
        raise _failure(probe, limits, done.returncode, done.stderr.decode(errors="replace"))
    sample: Sample = json.loads(done.stdout)
    return sample


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
    return CloudWanError(f"{probe.side} ended with code {code}: {last}", next_step="Mend the probe.")


def _environment() -> Mapping[str, str]:
    """Nothing of the caller's Python or settings; the same hashes, hence the same dicts, in every process."""
    inherited = {k: v for k, v in clean_environment().items() if not k.startswith("PYTHON")}
    return inherited | {"PYTHONHASHSEED": "0", "MALLOC_ARENA_MAX": "2"}
