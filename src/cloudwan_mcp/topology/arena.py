"""Many small pieces of bytes in few large ones: the pieces alone would scatter over the heap and hold it."""

from __future__ import annotations

from array import array
from bisect import bisect_right

SEGMENT_BYTES = 1024 * 1024


class Arena:
    """Pieces of bytes by number, in segments of 1 MiB; a longer piece is a segment of its own."""

    def __init__(self) -> None:
        self._segments: list[bytearray] = []
        self._starts = array("Q")  # of the segments, counted over all of them
        self._ends = array("Q", [0])  # of the pieces

    def append(self, piece: bytes) -> None:
        end = self._ends[-1]
        if not self._segments or len(self._segments[-1]) + len(piece) > SEGMENT_BYTES:
            self._segments.append(bytearray())
            self._starts.append(end)
        self._segments[-1] += piece
        self._ends.append(end + len(piece))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> memoryview:
        start, end = self._ends[number], self._ends[number + 1]
        segment = bisect_right(self._starts, start) - 1
        first = self._starts[segment]
        return memoryview(self._segments[segment])[start - first : end - first]

    @property
    def bytes(self) -> int:
        tables = self._ends.itemsize * (len(self._ends) + len(self._starts))
        return tables + sum(map(len, self._segments))
