"""Blame by tracemalloc: which lines keep more memory after every round of calls."""

from __future__ import annotations

import gc
import math
import sys
import tracemalloc
from itertools import pairwise, takewhile

from cloudwan_mcp.memory.leaks.calls import Repeat, affordable
from cloudwan_mcp.memory.leaks.place import of_project, of_this_room, place
from cloudwan_mcp.memory.leaks.verdict import Blame

FRAMES = 16
ROUNDS = 3
OBJECTS = 25  # that a round should leave, so that chance explains little
CALLS = 10
SHOWN_FRAMES = 3
SHOWN_PLACES = 3

Lines = tuple[tuple[str, int], ...]
Kept = dict[Lines, tuple[int, int]]


def blame_blocks(counter: str, rate: float, repeat: Repeat, seconds: float) -> Blame | None:
    """The lines whose blocks grow in every round, against `rate` blocks per call; takes about `seconds`.

    Tracing makes calls up to 40 times slower, for every thread of the process, and ends here. Where nothing
    collects, `rate` counts objects and the blocks are counted anew.
    """
    started = not tracemalloc.is_tracing()
    if started:
        tracemalloc.start(FRAMES)
    try:
        # its memory nobody counts: it fills what tracing made empty
        times = affordable(repeat, max(CALLS, math.ceil(OBJECTS / rate)), seconds / (ROUNDS + 1))
        grown, kept = 0, [_kept()]
        for _ in range(ROUNDS):
            before = sys.getallocatedblocks()
            repeat(times)
            grown += sys.getallocatedblocks() - before
            kept.append(_kept())
    finally:
        if started:
            tracemalloc.stop()
    return _blame(counter, kept, rate * ROUNDS * times if gc.isenabled() else grown, ROUNDS * times)


def _kept() -> Kept:
    """Blocks and bytes that live now, by the newest lines of the project that led to them."""
    if gc.isenabled():
        gc.collect()
    found: Kept = {}
    for kept in tracemalloc.take_snapshot().statistics("traceback"):
        newest_first = ((frame.filename, frame.lineno) for frame in reversed(list(kept.traceback)))
        lines = _lines(list(takewhile(lambda line: not of_this_room(line[0]), newest_first)))
        if lines:
            blocks, size = found.get(lines, (0, 0))
            found[lines] = blocks + kept.count, size + kept.size
    return found


def _lines(newest_first: list[tuple[str, int]]) -> Lines:
    """The project's lines; the newest of all where none is. What tracing itself keeps has none."""
    ours = tuple(line for line in newest_first if of_project(line[0]))[:SHOWN_FRAMES]
    if ours or not newest_first or newest_first[0][0] == tracemalloc.__file__:
        return ours
    return tuple(newest_first[:1])


def _blame(counter: str, kept: list[Kept], grown: float, calls: int) -> Blame | None:
    """The lines that kept more after every round, and their share of the blocks that the process grew by."""
    if grown <= 0:
        return None
    found: list[tuple[int, int, Lines]] = []
    for lines in kept[-1]:
        course = [each.get(lines, (0, 0)) for each in kept]
        if all(later > earlier for earlier, later in pairwise(course)):
            found.append((course[-1][0] - course[0][0], course[-1][1] - course[0][1], lines))
    most = sorted(found, reverse=True)[:SHOWN_PLACES]
    places = tuple(place(*lines[0], min(1.0, blocks / grown), lines[1:]) for blocks, _, lines in most)
    return Blame(counter, "tracemalloc", places, round(sum(size for _, size, _ in most) / calls, 1))
