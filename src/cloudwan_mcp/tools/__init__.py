"""Every tool; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.tool import Tool
from cloudwan_mcp.tools import (
    check_reachability,
    describe,
    detect_leaks,
    diff_snapshots,
    explain_association,
    export_topology,
    find,
    find_path,
    lint_policy,
    list_findings,
    list_routes,
    list_snapshots,
    map_cell,
    map_grid,
    memory_report,
    run_benchmark,
    segment_matrix,
    show_topology,
    simulate_policy,
    stream_topology,
    summarize_topology,
)

TOOLS: tuple[Tool, ...] = (
    summarize_topology.TOOL,
    show_topology.TOOL,
    find.TOOL,
    describe.TOOL,
    find_path.TOOL,
    list_findings.TOOL,
    list_routes.TOOL,
    check_reachability.TOOL,
    segment_matrix.TOOL,
    explain_association.TOOL,
    lint_policy.TOOL,
    simulate_policy.TOOL,
    stream_topology.TOOL,
    export_topology.TOOL,
    list_snapshots.TOOL,
    diff_snapshots.TOOL,
    memory_report.TOOL,
    detect_leaks.TOOL,
    run_benchmark.TOOL,
    map_grid.TOOL,
    map_cell.TOOL,
)
