"""Small networks in all the forms that can be streamed, and what a stream of them gave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

import anyio.lowlevel

from cloudwan_mcp.streaming.chunk import TopologyChunk
from cloudwan_mcp.topology import NetworkConnection, NetworkElement


def elements(count: int, start: int = 0) -> list[NetworkElement]:
    return [
        NetworkElement(f"vpc-{n}", f"name {n}", "vpc", f"region-{n % 3}", {"n": n})
        for n in range(start, start + count)
    ]


def ring(count: int) -> list[NetworkConnection]:
    """One connection from each element to the next."""
    return [NetworkConnection(f"vpc-{n}", f"vpc-{(n + 1) % count}", "peering") for n in range(count)]


@dataclass
class Network:
    """An object with elements and connections."""

    elements: Any
    connections: Any = ()


@dataclass
class Given:
    """What came out of a stream."""

    chunks: list[TopologyChunk] = field(default_factory=list)

    @property
    def elements(self) -> list[NetworkElement]:
        return [element for chunk in self.chunks for element in chunk.elements]

    @property
    def connections(self) -> list[NetworkConnection]:
        return [connection for chunk in self.chunks for connection in chunk.connections]

    @property
    def sizes(self) -> list[int]:
        return [len(chunk) for chunk in self.chunks]


async def read(stream: AsyncIterator[TopologyChunk], most: int | None = None) -> Given:
    """All chunks of a stream, or the next `most`."""
    given = Given()
    while most is None or len(given.chunks) < most:
        try:
            given.chunks.append(await anext(stream))
        except StopAsyncIteration:
            break
    return given


async def trickle(values: Iterable[Any]) -> AsyncIterator[Any]:
    for value in values:
        await anyio.lowlevel.checkpoint()
        yield value


async def settle() -> None:
    """Let whoever can go on go on."""
    for _ in range(30):
        await anyio.lowlevel.checkpoint()
