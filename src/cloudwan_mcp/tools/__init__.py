"""Every tool; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.tool import Tool
from cloudwan_mcp.tools import (
    detect_leaks,
    export_topology,
    list_snapshots,
    memory_report,
    run_benchmark,
    stream_topology,
    summarize_topology,
)

TOOLS: tuple[Tool, ...] = (
    summarize_topology.TOOL,
    stream_topology.TOOL,
    export_topology.TOOL,
    list_snapshots.TOOL,
    memory_report.TOOL,
    detect_leaks.TOOL,
    run_benchmark.TOOL,
)
