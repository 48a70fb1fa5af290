"""The server, for a desktop client that installs it with uv."""

from cloudwan_mcp.cli import main

raise SystemExit(main())
