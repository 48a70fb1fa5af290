"""How large the next chunk is to be, and how many bytes it may take."""

from __future__ import annotations

from cloudwan_mcp.streaming.chunk import TopologyChunk

FIRST_BYTES = 6 * 1024
"""Of one element with its two connections as plain objects, as boto3 describes them: measured at 6,319."""

SMALLEST = 1 / 16
"""The part of the nominal size below which pressure makes no chunk smaller."""


class Sizing:
    """`nominal` elements without pressure; from the share `warning` of the limit on, half with each chunk.

    Below half of that share a chunk has twice as many as the one before, up to `nominal` again.
    """

    def __init__(self, nominal: int, warning: float) -> None:
        self.nominal = nominal
        self._smallest = max(1, int(nominal * SMALLEST))
        self._warning = warning
        self._size = nominal
        self._each: float = FIRST_BYTES

    def size(self, share: float) -> int:
        """Elements in the next chunk, when this share of the limit is in use."""
        if share >= self._warning:
            self._size = max(self._smallest, self._size // 2)
        elif share < self._warning / 2:
            self._size = min(self.nominal, self._size * 2)
        return self._size

    def fitting(self, size: int, available: int) -> int:
        """`size`, or as much of it as fits: what does not fit at its smallest has to be waited for."""
        while size > self._smallest and self.bytes(size) > available:
            size = max(self._smallest, size // 2)
        return size

    def bytes(self, size: int) -> int:
        return int(self._each * size)

    def learn(self, chunk: TopologyChunk) -> None:
        """Rise at once to what a chunk took for each element, and fall slowly."""
        each = chunk.size_bytes / (len(chunk.elements) or len(chunk.connections))
        self._each = max(each, (self._each + each) / 2)
