"""A profile of a callable in a fresh process: what it takes has nothing in it of whoever asks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.bench.suite import origin
from cloudwan_mcp.bench.suite.benchmark import Probe, whole
from cloudwan_mcp.bench.suite.process import Limits, measure
from cloudwan_mcp.errors import from_dict
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.workloads import find

MIB = 1024 * 1024
SCHEMA = 1
SECONDS = (0.5, 600.0)
MOST_CALLS = 1_000_000
START_S = 60.0  # for the imports of the callable, on a busy machine
TIMES = 12.0  # what warming up, counting and tracing may take of the seconds


async def profile_in_child(
    target: str,
    *,
    calls: int = 100,
    seconds: float = 10.0,
    trace: bool = True,
    time_limit_s: float | None = None,
    memory_limit_mb: int = 4096,
    environ: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What `module:callable` takes: at most `calls` calls are counted, for about `seconds` (0.1 to 600).

    Plain JSON: `seconds` of a call, `rss` in bytes, `blocks_kept_per_call`, `collections`, the `process`
    after it, `overhead_s` of profiling a call, and with `trace`, for some seconds more, `tracing`: the lines
    that hold memory at the height of a call, and what it cost. The process ends with the caller's
    cancellation, after `time_limit_s` (None: a minute and twelve times `seconds`) and at `memory_limit_mb`
    MiB of data. `environ` replaces the environment.
    Raises `NotFound` where there is no such callable, `BadRequest` where it raises, `Exhausted` at a limit.
    """
    if not SECONDS[0] <= seconds <= SECONDS[1]:
        raise outside("seconds", seconds, f"between {SECONDS[0]:g} and {SECONDS[1]:g}")
    if whole(calls, "calls") > MOST_CALLS:
        raise outside("calls", calls, f"at most {MOST_CALLS:,}")
    whole(memory_limit_mb, "memory_limit_mb")
    limit = START_S + TIMES * seconds if time_limit_s is None else time_limit_s
    if not limit > 0:
        raise outside("time_limit_s", time_limit_s, "more than 0")
    from anyio import to_thread

    from cloudwan_mcp.workloads.profiled import profiled

    reference = find(target)
    asked = {"reference": reference, "calls": calls, "seconds": seconds, "trace": trace}
    probe = Probe(target, profiled, asked)
    limits = Limits(limit, memory_limit_mb * MIB)
    answer = await measure(probe, limits, dict(os.environ if environ is None else environ))
    if "profile" not in answer:
        raise from_dict(answer)
    machine = await to_thread.run_sync(origin.describe)
    found = {"schema": SCHEMA, "target": target, "reference": reference, **answer["profile"]}
    return found | {"machine": machine}
