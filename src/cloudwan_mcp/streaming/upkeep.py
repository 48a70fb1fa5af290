"""What all streams of a manager share: its clock, the giving back of memory, and its counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from cloudwan_mcp.streaming.chunk import TopologyChunk


@dataclass(slots=True)
class Upkeep:
    """Relieves memory when it is short, and at most every `interval_s` seconds when it is not."""

    relieve: Callable[[], int]
    interval_s: float
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    chunks: int = 0
    elements: int = 0
    connections: int = 0
    bytes: int = 0
    smallest: int | None = None
    largest: int | None = None
    pauses: int = 0
    paused_s: float = 0.0
    relieved_bytes: int = 0
    _relieved_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._relieved_at = self.clock()

    def relieve_now(self) -> None:
        self._relieved_at = self.clock()
        self.relieved_bytes += self.relieve()

    def relieve_if_due(self) -> None:
        if self.clock() - self._relieved_at >= self.interval_s:
            self.relieve_now()

    def count(self, chunk: TopologyChunk) -> None:
        size = len(chunk.elements)
        self.chunks += 1
        self.elements += size
        self.connections += len(chunk.connections)
        self.bytes += chunk.size_bytes
        self.smallest = size if self.smallest is None else min(self.smallest, size)
        self.largest = size if self.largest is None else max(self.largest, size)

    def statistics(self) -> dict[str, Any]:
        return {
            "chunks": self.chunks,
            "elements": self.elements,
            "connections": self.connections,
            "bytes": self.bytes,
            "smallest_chunk": self.smallest,
            "largest_chunk": self.largest,
            "pauses": self.pauses,
            "paused_s": round(self.paused_s, 3),
            "relieved_bytes": self.relieved_bytes,
        }
