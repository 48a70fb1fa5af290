"""Topologies of any size in little memory: elements and connections, in compressed columns or in a file."""

from cloudwan_mcp.topology.arguments import Direction, UnknownElement
from cloudwan_mcp.topology.element import NetworkConnection, NetworkElement
from cloudwan_mcp.topology.topology import MemoryOptimizedTopology, TopologyBuilder

__all__ = [
    "Direction",
    "MemoryOptimizedTopology",
    "NetworkConnection",
    "NetworkElement",
    "TopologyBuilder",
    "UnknownElement",
]
