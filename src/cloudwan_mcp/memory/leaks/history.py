"""Readings of a process that serves, kept for up to a day in the same few arrays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cloudwan_mcp.memory.leaks.counters import Counter
from cloudwan_mcp.memory.leaks.judge import Growth, growth
from cloudwan_mcp.memory.leaks.sheet import Sheet

LONGEST_S = 24 * 3600.0
BINS = 16
LEAST = 3 * BINS  # readings, the first third of which is warm-up


class History:
    """The newest readings; when full, every second is kept and read half as often, until they span a day."""

    def __init__(self, counters: Sequence[Counter], capacity: int, interval_s: float) -> None:
        self.interval_s = interval_s
        self._first_interval_s = interval_s
        self._sheet = Sheet(counters, capacity, settle=lambda: None)
        self._judged = 0

    def __len__(self) -> int:
        return len(self._sheet)

    @property
    def nbytes(self) -> int:
        return self._sheet.nbytes

    def clear(self) -> None:
        self._sheet.clear()
        self._judged = 0
        self.interval_s = self._first_interval_s

    def read(self, x: float) -> None:
        """Enter the counters at `x` calls or seconds; not where nothing happened since the last reading."""
        sheet = self._sheet
        if len(sheet) and x <= sheet.xs[-1]:
            return
        if len(sheet) == sheet.capacity:
            if 2 * self.interval_s * sheet.capacity <= LONGEST_S:
                sheet.thin()
                self.interval_s *= 2
            else:
                sheet.slide()
            self._judged = 0
        sheet.read(x)

    def levels(self) -> dict[str, float]:
        """What each counter said last."""
        return {each.name: self._sheet.column(n)[-1] for n, each in enumerate(self._sheet.counters)}

    def judge(self, threshold: float, *, per_call: bool) -> list[Growth] | None:
        """The growth of every counter, that below `threshold` of its size being none.

        None where there is nothing to judge: too few readings, or no tenth more than last time.
        """
        length = len(self._sheet)
        if length < LEAST or length < 1.1 * self._judged:
            return None
        self._judged = length
        return [self._growth(number, threshold, per_call) for number in range(len(self._sheet.counters))]

    def _growth(self, number: int, threshold: float, per_call: bool) -> Growth:
        counter, warm = self._sheet.counters[number], len(self._sheet) // 3
        xs, ys = _lowest(self._sheet.xs[warm:], self._sheet.column(number)[warm:])
        floor = threshold * ys[0] / (xs[-1] - xs[0])
        return growth(counter.name, counter.unit, xs, ys, max(floor, counter.floor if per_call else 0))


def _lowest(xs: Sequence[float], ys: Sequence[float]) -> tuple[list[float], list[float]]:
    """The lowest reading of each bin: garbage not yet collected and calls under way only add to it."""
    edges = [len(xs) * number // BINS for number in range(BINS + 1)]
    found = [min(range(low, high), key=ys.__getitem__) for low, high in pairwise(edges)]
    return [xs[each] for each in found], [ys[each] for each in found]
