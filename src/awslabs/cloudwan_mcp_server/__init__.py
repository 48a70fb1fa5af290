"""cloudwan-mcp under its second name: front doors only, to the same objects as in `cloudwan_mcp`."""
