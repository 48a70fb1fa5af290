"""Topologies in memory and in a file, from the dicts of AWS to their end."""

from __future__ import annotations

from functools import cache

from cloudwan_mcp.topology import MemoryOptimizedTopology
from cloudwan_mcp.workloads.items import attachments, connections

ELEMENTS = 1_000
FEW = 10
ASKED_EVERY = 40
PAGE = 20


def process_topology() -> int:
    """Build, look up, walk, drop; gives how much was seen."""
    with MemoryOptimizedTopology(attachments(ELEMENTS), connections(ELEMENTS)[::2]) as topology:
        seen = 0
        for item in attachments(ELEMENTS)[::ASKED_EVERY]:
            identifier = item["AttachmentId"]
            seen += len(topology[identifier].metadata) + len(topology.neighbours(identifier))
        return seen + sum(1 for _ in topology.elements) + sum(1 for _ in topology.connections)


def query_topology() -> int:
    """A few questions to a topology that stays."""
    topology = _held()
    first, last = (attachments(ELEMENTS)[place]["AttachmentId"] for place in (0, -1))
    found = [*topology.page(ELEMENTS // 2, PAGE), topology[last]]
    near = topology.neighbourhood(last, 2, limit=PAGE)
    path = topology.shortest_path(last, first)
    return len(found) + len(near) + len(path) + len(topology.neighbours(first))


def spill_topology() -> int:
    """As `process_topology`, a few elements in a file."""
    with MemoryOptimizedTopology(attachments(FEW), connections(FEW), enable_streaming=True) as topology:
        return sum(len(element.metadata) for element in topology.elements)


@cache
def _held() -> MemoryOptimizedTopology:
    return MemoryOptimizedTopology(attachments(ELEMENTS), connections(ELEMENTS))
