"""The lines that hold memory at the height of a call: by tracemalloc, which makes calls many times slower."""

from __future__ import annotations

import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from itertools import takewhile
from types import FrameType
from typing import Any

from cloudwan_mcp.memory.leaks.calls import Repeat
from cloudwan_mcp.memory.leaks.place import of_project, of_this_room, place

FRAMES = 8
TOP_LINES = 10
TRACED_CALLS = 5
SLOWEST = 40  # times longer a call may take while it is traced
HEIGHT = 0.95  # of the most that is seen, since no two calls are quite alike
LOOKING = 4  # times longer again, while every function's call and return is looked at

Lines = dict[tuple[str, int], tuple[int, int]]
TOO_LONG = "a call takes too long to be traced in this time: give more seconds"


def traced(repeat: Repeat, call_s: float, seconds: float) -> dict[str, Any]:
    """What a few traced calls tell, within some five times `seconds`; `call_s` is a call's time untraced.

    `factor` is how many times longer a call takes, `peak_bytes` what it takes of Python's memory at its
    height, `lines` which lines hold it there, largest first.
    """
    if call_s * SLOWEST > 10 * seconds:
        return {"calls": 0, "note": TOO_LONG}
    tracemalloc.start(FRAMES)
    try:
        repeat(1)  # what is imported or kept once
        times, peaks = _timed(repeat, seconds)
        took = statistics.median(times)
        found: dict[str, Any] = {
            "calls": len(times),
            "median_s": round(took, 9),
            "factor": round(took / call_s, 2) if call_s else 0.0,
            "peak_bytes": max(peaks),
        }
        if took * LOOKING > 2 * seconds:
            return found | {"lines": [], "note": TOO_LONG}
        return found | _height(repeat)
    finally:
        tracemalloc.stop()


def _timed(repeat: Repeat, seconds: float) -> tuple[list[float], list[int]]:
    """Seconds, and bytes at the height, of each of a few calls."""
    times: list[float] = []
    peaks: list[int] = []
    ends = time.monotonic() + seconds
    while len(times) < TRACED_CALLS and (not times or time.monotonic() < ends):
        gc.collect()
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        began = time.perf_counter()
        repeat(1)
        times.append(time.perf_counter() - began)
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    return times, peaks


def _height(repeat: Repeat) -> dict[str, Any]:
    """One call tells how high it goes, the next is looked at there, against what stood before it."""
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    highest = before

    def measure(traced_bytes: int) -> None:
        nonlocal highest
        highest = max(highest, traced_bytes)

    _watched(repeat, measure)
    gc.collect()
    at_rest = _lines(tracemalloc.take_snapshot())
    before, _ = tracemalloc.get_traced_memory()
    level = before + HEIGHT * (highest - before)
    snapshots: list[tracemalloc.Snapshot] = []

    def look(traced_bytes: int) -> None:
        if traced_bytes >= level and not snapshots:
            snapshots.append(tracemalloc.take_snapshot())

    _watched(repeat, look)
    high = _lines(snapshots[0] if snapshots else tracemalloc.take_snapshot())
    return {"lines": _largest(high, at_rest)}


def _watched(repeat: Repeat, look: Callable[[int], None]) -> None:
    """One call; at the call and the return of every function in it, `look` is told what is traced."""

    def step(frame: FrameType, event: str, argument: Any) -> None:
        look(tracemalloc.get_traced_memory()[0])

    sys.setprofile(step)
    try:
        repeat(1)
    finally:
        sys.setprofile(None)


def _lines(snapshot: tracemalloc.Snapshot) -> Lines:
    """(blocks, bytes) by the newest line of the project, or of anything where none of it is near."""
    found: Lines = {}
    for held in snapshot.statistics("traceback"):
        newest_first = [(frame.filename, frame.lineno) for frame in reversed(list(held.traceback))]
        if _measures(newest_first[0][0]):
            continue
        called = takewhile(lambda line: not _measures(line[0]), newest_first)
        line = next((each for each in called if of_project(each[0])), newest_first[0])
        blocks, size = found.get(line, (0, 0))
        found[line] = blocks + held.count, size + held.size
    return found


def _measures(file: str) -> bool:
    return file in {tracemalloc.__file__, __file__} or of_this_room(file)


def _largest(high: Lines, at_rest: Lines) -> list[dict[str, Any]]:
    nothing = (0, 0)
    rises = {
        line: (blocks - at_rest.get(line, nothing)[0], size - at_rest.get(line, nothing)[1])
        for line, (blocks, size) in high.items()
    }
    total = sum(size for _, size in rises.values() if size > 0)
    largest = sorted(
        ((size, blocks, line) for line, (blocks, size) in rises.items() if size > 0), reverse=True
    )
    found = []
    for size, blocks, line in largest[:TOP_LINES]:
        at = place(*line, size / total)
        found.append(
            {
                "line": f"{at.file}:{at.line}",
                "source": at.source,
                "bytes": size,
                "blocks": blocks,
                "share": at.share,
            }
        )
    return found
