"""Reading a whole network from a source into a checkpoint, page by page."""

from cloudwan_mcp.discovery.progress import Progress, Stopped
from cloudwan_mcp.discovery.run import LEVELS, Walk

__all__ = ["LEVELS", "Progress", "Stopped", "Walk"]
