"""`cloudwan_mcp.tools.visualization` under its second name."""

from cloudwan_mcp.streaming.discovered import NetworkTopologyDiscovery

__all__ = ["NetworkTopologyDiscovery"]
