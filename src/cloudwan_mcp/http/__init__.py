"""HTTP in the open: what stands between a network and the MCP server."""
