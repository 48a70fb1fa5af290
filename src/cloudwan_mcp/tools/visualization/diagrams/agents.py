"""Front door for programs: the bus that the agents of a drawing work on."""

from cloudwan_mcp.streaming.bus import DiagramAgentMessageBus

__all__ = ["DiagramAgentMessageBus"]
