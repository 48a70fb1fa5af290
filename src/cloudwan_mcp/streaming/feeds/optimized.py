"""A memory-optimised topology, in memory or in a file."""

from __future__ import annotations

import anyio.lowlevel
import anyio.to_thread

from cloudwan_mcp.streaming.feed import FAN_OUT, Feed, Portion
from cloudwan_mcp.topology import MemoryOptimizedTopology, NetworkConnection


class OptimizedFeed(Feed):
    """Positions count elements."""

    def __init__(self, topology: MemoryOptimizedTopology, start: int) -> None:
        self.position = start
        self._topology = topology

    async def take(self, size: int) -> Portion | None:
        if self._topology.spilled:
            portion = await anyio.to_thread.run_sync(self._read, size)
        else:
            await anyio.lowlevel.checkpoint()
            portion = self._read(size)
        self.position += len(portion.elements)
        return portion if portion.elements else None

    def _read(self, size: int) -> Portion:
        elements = self._topology.page(self.position, size)
        connections: list[NetworkConnection] = []
        for whole, element in enumerate(elements):
            if len(connections) >= size * FAN_OUT:
                return Portion(elements[:whole], connections)
            connections += self._topology.connections_of(element.id, "out")
        return Portion(elements, connections)
