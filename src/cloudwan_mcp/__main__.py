"""`python -m cloudwan_mcp`."""

from cloudwan_mcp.cli import main

raise SystemExit(main())
