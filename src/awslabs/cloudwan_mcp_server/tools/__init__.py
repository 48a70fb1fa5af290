"""The front doors of `cloudwan_mcp.tools` for programs, without the tools and the protocol they need."""
