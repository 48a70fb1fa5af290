"""The memory library under its second name: the same objects as `cloudwan_mcp.performance`."""

from cloudwan_mcp.performance import *  # noqa: F403
from cloudwan_mcp.performance import __all__ as __all__
