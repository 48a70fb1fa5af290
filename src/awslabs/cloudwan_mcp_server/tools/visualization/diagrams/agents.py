"""`cloudwan_mcp.tools.visualization.diagrams.agents` under its second name."""

from cloudwan_mcp.streaming.bus import DiagramAgentMessageBus

__all__ = ["DiagramAgentMessageBus"]
