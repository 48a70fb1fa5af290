"""Every tool; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.tool import Tool
from cloudwan_mcp.tools import list_snapshots, stream_topology

TOOLS: tuple[Tool, ...] = (
    stream_topology.TOOL,
    list_snapshots.TOOL,
)
