"""serve: the MCP server on stdio or HTTP."""

from __future__ import annotations

import argparse
import sys

from cloudwan_mcp.command import Command
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--transport", choices=("stdio", "http", "sse"), default="stdio")
    parser.add_argument("--host", dest="http_host", help="address to bind (http, sse)")
    parser.add_argument("--port", dest="http_port", type=int, help="port (http, sse); 0 takes a free one")
    parser.add_argument("--allowed-hosts", help="Host headers accepted beyond loopback, comma separated")
    parser.add_argument("--demo", action="store_true", default=None, help="serve a simulated network, no AWS")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    import anyio

    from cloudwan_mcp.server import serve_http, serve_stdio

    if arguments.transport == "stdio":
        anyio.run(serve_stdio, settings)
        return 0

    def announce(url: str) -> None:
        path = "/sse" if arguments.transport == "sse" else "/mcp"
        sys.stderr.write(f"cloudwan-mcp serves {url}{path}; health on {url}/health\n")
        sys.stderr.flush()

    async def serve() -> None:
        await serve_http(settings, announce=announce)

    anyio.run(serve)
    return 0


COMMAND = Command(
    name="serve",
    help="serve MCP over stdio (default) or HTTP",
    description=(
        "Serve MCP clients. stdio is for a client that starts the server itself; http serves streamable "
        "HTTP on /mcp and legacy SSE on /sse. Beyond loopback, CLOUDWAN_ALLOWED_HOSTS and CLOUDWAN_TOKEN "
        "are required."
    ),
    add_arguments=_add_arguments,
    run=_run,
)
