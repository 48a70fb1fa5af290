"""`cloudwan_mcp.tools.visualization.diagrams` under its second name."""
