"""Front door for programs: what finds a topology to draw; it serves no tool."""

from cloudwan_mcp.streaming.discovered import NetworkTopologyDiscovery

__all__ = ["NetworkTopologyDiscovery"]
