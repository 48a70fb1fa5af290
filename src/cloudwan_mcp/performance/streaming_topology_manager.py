"""Front door: topologies of any size in chunks, within a bound on memory."""

from cloudwan_mcp.streaming import (
    DiagramAgentMessageBus,
    NetworkTopologyDiscovery,
    StreamingTopologyManager,
    TopologyChunk,
)

__all__ = [
    "DiagramAgentMessageBus",
    "NetworkTopologyDiscovery",
    "StreamingTopologyManager",
    "TopologyChunk",
]
