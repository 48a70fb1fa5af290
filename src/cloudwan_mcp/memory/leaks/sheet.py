"""The balance sheet: counters against calls, in arrays that do not grow while they are filled."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from cloudwan_mcp.memory.leaks.counters import Counter


class Sheet:
    """At most `capacity` readings of every counter; `settle` goes before each, as a collection does."""

    def __init__(self, counters: Sequence[Counter], capacity: int, settle: Callable[[], None]) -> None:
        self.counters = tuple(counters)
        self.capacity = capacity
        self._settle = settle
        self._xs = array("d", bytes(8 * capacity))
        self._columns = [array("d", bytes(8 * capacity)) for _ in self.counters]
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def nbytes(self) -> int:
        return (len(self._columns) + 1) * self.capacity * self._xs.itemsize

    def read(self, x: float) -> None:
        """Enter every counter as it is now, after `x` calls."""
        self._settle()
        self._xs[self._length] = x
        for column, counter in zip(self._columns, self.counters, strict=True):
            column[self._length] = counter.read()
        self._length += 1

    @property
    def xs(self) -> array[float]:
        return self._xs[: self._length]

    def column(self, number: int) -> array[float]:
        return self._columns[number][: self._length]

    def grown(self, number: int) -> float:
        """How much a counter has grown since the first reading."""
        return self._columns[number][self._length - 1] - self._columns[number][0]

    def clear(self) -> None:
        self._length = 0

    def thin(self) -> None:
        """Forget every second reading."""
        for column in (self._xs, *self._columns):
            column[: (self._length + 1) // 2] = column[: self._length : 2]
        self._length = (self._length + 1) // 2

    def slide(self) -> None:
        """Forget the older half."""
        kept = self._length // 2
        for column in (self._xs, *self._columns):
            column[:kept] = column[self._length - kept : self._length]
        self._length = kept
