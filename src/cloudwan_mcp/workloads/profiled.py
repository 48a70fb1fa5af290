"""The fresh process of a profile: warm up, count calls, and only then trace some."""

from __future__ import annotations

import gc
import math
import os
import statistics
import sys
import time
from array import array
from typing import Any

from cloudwan_mcp.bench.figures import percentile
from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, to_dict
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.leaks.calls import Calls, affordable
from cloudwan_mcp.memory.leaks.probe import load
from cloudwan_mcp.memory.profiler import MemoryProfiler
from cloudwan_mcp.workloads.tracing import traced

LEAST = 3  # calls, of which the first fills what later ones find
WARM_UP_CALLS = 30
WARM_UP = 0.2  # of the seconds that counting may take
CHARACTERS = 500


def profiled(reference: str, calls: int, seconds: float, trace: bool) -> dict[str, Any]:
    """`{"profile": ...}`, or an error as plain JSON: the callable is anybody's, and so is what it raises."""
    _silence()
    try:
        return {"profile": _profile(reference, calls, seconds, trace=trace)}
    except CloudWanError as error:
        return to_dict(error)
    except MemoryError:
        return to_dict(
            Exhausted(f"{reference} takes more memory than it may.", next_step="Give more memory_limit_mb.")
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the answer tells what it raised
        said = f"{type(error).__name__}: {str(error)[:CHARACTERS]}"
        step = "Name one that can be called again and again, without arguments."
        return to_dict(BadRequest(f"{reference} raised {said}.", field="target", next_step=step))


def _silence() -> None:
    """What the callable prints goes nowhere: whoever asked would keep all of it until the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _profile(reference: str, calls: int, seconds: float, *, trace: bool) -> dict[str, Any]:
    repeat = Calls(load(reference))
    try:
        repeat(LEAST)
        affordable(repeat, WARM_UP_CALLS, WARM_UP * seconds)
        counted = _count(repeat, reference, calls, seconds)
        found = {"warm_up_calls": repeat.made - counted["calls"], **counted}
        if trace:
            found["tracing"] = traced(repeat, counted["seconds"]["median"], seconds)
        return found
    finally:
        repeat.close()


def _count(repeat: Calls, name: str, most: int, seconds: float) -> dict[str, Any]:
    """Calls one by one, at most `most` and for about `seconds`, each in a profile of its own."""
    profiler, gauge = MemoryProfiler(), MemoryGauge()
    took = array("d", bytes(8 * most))  # neither grows while calls are counted
    rises = array("d", bytes(8 * most))
    with profiler.profile(name):  # what the first profile imports, and keeps of the name, is no call's
        repeat(1)
    gc.collect()
    rss, blocks = gauge.rss(), sys.getallocatedblocks()
    ends, made, collections = time.monotonic() + seconds, 0, 0
    while made < most and (made == 0 or time.monotonic() < ends):
        with profiler.profile(name) as profile:
            began = time.perf_counter()
            repeat(1)
            took[made] = time.perf_counter() - began
        if profile.result:
            rise = profile.result.peak_growth
            rises[made] = math.nan if rise is None else rise
            collections += profile.result.collections
        made += 1
    gc.collect()
    grown, kept = gauge.rss() - rss, sys.getallocatedblocks() - blocks
    report = profiler.get_memory_report()  # takes memory of its own
    return {
        "calls": made,
        "seconds": _spread(took[:made]),
        "rss": {
            "before_bytes": rss,
            "growth_bytes": grown,
            "peak_growth_bytes": _highest(rises[:made]),
            "peaks": report["peaks"],
        },
        "blocks_kept_per_call": round(kept / made, 3),
        "collections": collections,
        "process": report["process"],
        "overhead_s": report["overhead"]["microseconds_per_profile"] / 1e6,
    }


def _spread(values: array[float]) -> dict[str, float]:
    figures = {
        "min": min(values),
        "median": statistics.median(values),
        "p90": percentile(values, 0.9),
        "max": max(values),
    }
    return {name: round(value, 9) for name, value in figures.items()}


def _highest(values: array[float]) -> int | None:
    """None where the system tells no peaks."""
    return None if math.isnan(values[0]) else int(max(values))
