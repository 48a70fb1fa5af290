"""Reading a whole network from a source into a checkpoint, page by page."""

from cloudwan_mcp.discovery.run import LEVELS, Progress, Stopped, Walk

__all__ = ["LEVELS", "Progress", "Stopped", "Walk"]
