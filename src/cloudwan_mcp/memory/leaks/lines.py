"""Blame by lines: a counter read between the lines of one function after another, from the outside in."""

from __future__ import annotations

import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from types import CodeType, FrameType
from typing import Any

from cloudwan_mcp.memory.leaks.calls import ENTRANCES, Repeat, affordable
from cloudwan_mcp.memory.leaks.counters import Counter
from cloudwan_mcp.memory.leaks.place import of_project, place
from cloudwan_mcp.memory.leaks.verdict import Blame

EVENTS = 25  # calls of a search, or more where they leak now and then
DEPTH = 12
PARTS = 8  # searches there should be time and room for
EXPLAINED = (0.5, 1.5)  # of the growth: more than all of it is something taken and given back

Line = tuple[CodeType, int]


def blame_lines(counter: Counter, rate: float, repeat: Repeat, seconds: float) -> Blame | None:
    """The innermost line of the project that explains the counter's growth of `rate` per call.

    Works for what no allocator of Python sees: file descriptors, threads, memory taken by C. Sees this
    thread only, and traces no other. Takes about `seconds`, and twice that where lines lie deep.
    """
    ends = time.monotonic() + 2 * seconds
    times, search = _enough(counter, rate, repeat, seconds)
    trail: list[tuple[Line, float]] = []
    for _ in range(DEPTH):
        found = search.best(rate * times)
        if found:
            trail.append(found)
            codes = search.called[found[0]]
        else:  # each line also takes what another gives back: one further in may not
            codes = set().union(*search.called.values())
        if not codes or not trail or time.monotonic() > ends:
            break
        search = _Search(codes, counter.read, repeat)
        search.run(times)
    return _blame(counter.name, trail)


def _enough(counter: Counter, rate: float, repeat: Repeat, seconds: float) -> tuple[int, _Search]:
    """So many calls that the growth stands out from what comes and goes, and what a search in them found."""
    ends = time.monotonic() + seconds / 2
    least = math.ceil(EVENTS / min(rate, 1))
    times = affordable(_Search(ENTRANCES, counter.read, repeat).run, least, seconds / PARTS)
    while True:
        search = _Search(ENTRANCES, counter.read, repeat)
        search.run(times)
        if search.best(rate * times) or time.monotonic() > ends or 2 * rate * times > counter.room / PARTS:
            return times, search
        times *= 2


def _blame(counter: str, trail: list[tuple[Line, float]]) -> Blame | None:
    ours = [(code.co_filename, line, share) for (code, line), share in trail if code not in ENTRANCES]
    if not ours:
        return None
    file, line, share = ours[-1]
    callers = tuple((file, line) for file, line, _ in reversed(ours[-3:-1]))
    return Blame(counter, "lines", (place(file, line, share, callers),))


class _Search:
    """Growth between the lines of `codes`, and what functions of the project each line called."""

    def __init__(self, codes: Collection[CodeType], read: Callable[[], float], repeat: Repeat) -> None:
        self.called: defaultdict[Line, set[CodeType]] = defaultdict(set)
        self._codes = frozenset(codes)
        self._read = read
        self._repeat = repeat
        self._grown: defaultdict[Line, float] = defaultdict(float)

    def run(self, times: int) -> None:
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            self._repeat(times)
        finally:
            sys.settrace(before)

    def best(self, grown: float) -> tuple[Line, float] | None:
        """The line that explains the growth most exactly, and its share; of two the one that calls."""
        shares = {line: each / grown for line, each in self._grown.items()}
        fit = {line: share for line, share in shares.items() if EXPLAINED[0] <= share <= EXPLAINED[1]}
        if not fit:
            return None
        line = min(fit, key=lambda each: (round(abs(fit[each] - 1), 2), each not in self.called))
        return line, min(1.0, fit[line])

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        self._note_call(frame)
        return self._local(frame) if frame.f_code in self._codes else None

    def _note_call(self, frame: FrameType) -> None:
        """Note the first function of the project that a line under search leads to."""
        if not of_project(frame.f_code.co_filename):
            return
        above = frame.f_back
        while above is not None and above.f_code not in self._codes:
            if of_project(above.f_code.co_filename):
                return
            above = above.f_back
        if above is not None:
            self.called[above.f_code, above.f_lineno].add(frame.f_code)

    def _local(self, frame: FrameType) -> Callable[..., Any]:
        code, line, last = frame.f_code, frame.f_lineno, self._read()

        def trace(frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
            nonlocal line, last
            now = self._read()
            self._grown[code, line] += now - last
            line, last = frame.f_lineno, now
            return trace

        return trace
