"""Topologies of any size, read, processed and drawn a bounded chunk at a time."""

from cloudwan_mcp.streaming.bus import DiagramAgentMessageBus
from cloudwan_mcp.streaming.chunk import TopologyChunk
from cloudwan_mcp.streaming.discovered import DiscoveredTopology, NetworkTopologyDiscovery
from cloudwan_mcp.streaming.manager import StreamingTopologyManager
from cloudwan_mcp.streaming.rendering import RenderIncrement
from cloudwan_mcp.streaming.stream import TopologyStream

__all__ = [
    "DiagramAgentMessageBus",
    "DiscoveredTopology",
    "NetworkTopologyDiscovery",
    "RenderIncrement",
    "StreamingTopologyManager",
    "TopologyChunk",
    "TopologyStream",
]
