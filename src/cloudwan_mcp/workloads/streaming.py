"""Streaming a topology that stays, with a manager that stays."""

from __future__ import annotations

from functools import cache

from cloudwan_mcp.streaming import StreamingTopologyManager
from cloudwan_mcp.topology import MemoryOptimizedTopology
from cloudwan_mcp.workloads.items import attachments, connections

ELEMENTS = 100
CHUNK = 25


async def stream_topology_chunks() -> int:
    """All chunks, one after the other; gives how many elements and connections came."""
    manager, topology = _held()
    seen = 0
    async for chunk in manager.stream_topology_chunks(topology, chunk_size=CHUNK):
        seen += len(chunk.elements) + len(chunk.connections)
    return seen


@cache
def _held() -> tuple[StreamingTopologyManager, MemoryOptimizedTopology]:
    topology = MemoryOptimizedTopology(attachments(ELEMENTS), connections(ELEMENTS))
    return StreamingTopologyManager(), topology
