"""One chunk of a topology, and what it weighs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cloudwan_mcp.streaming.weight import weigh
from cloudwan_mcp.topology import NetworkConnection, NetworkElement


@dataclass(slots=True)
class TopologyChunk:
    """Elements of a topology, and connections that go out from them or from earlier ones.

    `number` counts the chunks of a stream from 1. `first` is the position in the source at which this chunk
    begins, `next` the one at which the following begins: `start=chunk.next` goes on after it. Its length is
    the number of elements, which may be 0 where only connections are left. `size_bytes` is an estimate of
    what it takes in memory.
    """

    number: int
    elements: list[NetworkElement]
    connections: list[NetworkConnection]
    first: int
    next: int
    size_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.size_bytes = weigh(self.elements) + weigh(self.connections)

    def __len__(self) -> int:
        return len(self.elements)

    def __bool__(self) -> bool:
        return True  # also without elements: it is a chunk all the same

    def __iter__(self) -> Iterator[NetworkElement]:
        return iter(self.elements)
