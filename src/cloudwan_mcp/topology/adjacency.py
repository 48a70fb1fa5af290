"""Who is connected with whom, by position: three arrays in each direction."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import accumulate, pairwise


class Side:
    """The connections of every element in one direction: those of element `n` lie together."""

    def __init__(self, size: int, near: array[int], far: array[int], order: Iterable[int] | None) -> None:
        """`near` and `far` are the ends of each connection; `order` is how those of one element follow."""
        counts = array("I", bytes(4 * size))
        for end in near:
            counts[end] += 1
        self._starts = array("I", accumulate(counts, initial=0))
        self._numbers: array[int] | None = None  # connections numbered as they lie need no column
        if order is not None:
            self._numbers = _sorted(near, order, self._starts)
            far = array("I", map(far.__getitem__, self._numbers))
        self._far = far

    def ends(self, n: int) -> array[int]:
        """The elements at the other end, one for each connection."""
        return self._far[self._starts[n] : self._starts[n + 1]]

    def numbers(self, n: int) -> Iterable[int]:
        """The connections' own numbers, in the order of `ends`."""
        start, end = self._starts[n], self._starts[n + 1]
        return range(start, end) if self._numbers is None else self._numbers[start:end]

    def order(self) -> Iterable[int]:
        """All connections, element by element."""
        return range(len(self._far)) if self._numbers is None else self._numbers

    @property
    def bytes(self) -> int:
        columns = (self._starts, self._far, self._numbers or ())
        return sum(4 * len(each) for each in columns)


def sides(size: int, sources: array[int], targets: array[int]) -> tuple[Side, Side]:
    """The outgoing and the incoming side; the latter in the order of the elements that they come from."""
    grouped = all(a <= b for a, b in pairwise(sources))
    out = Side(size, sources, targets, None if grouped else range(len(sources)))
    return out, Side(size, targets, sources, out.order())


def _sorted(near: array[int], order: Iterable[int], starts: array[int]) -> array[int]:
    following = array("I", starts)
    numbers = array("I", bytes(4 * len(near)))
    for number in order:
        end = near[number]
        numbers[following[end]] = number
        following[end] += 1
    return numbers
