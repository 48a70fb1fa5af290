"""serve: the MCP server on stdio or HTTP."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from cloudwan_mcp.command import INTERRUPTED, Command, announce, end_as_interrupted, tell
from cloudwan_mcp.deferral import deferred
from cloudwan_mcp.memory.arenas import one_arena
from cloudwan_mcp.settings import Settings

if TYPE_CHECKING:
    from cloudwan_mcp.server import Beside


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--transport", choices=("stdio", "http", "sse"), default="stdio")
    parser.add_argument("--host", "--http-host", dest="http_host", help="address to bind (http, sse)")
    parser.add_argument(
        "--port", "--http-port", dest="http_port", type=int, help="port (http, sse); 0 takes a free one"
    )
    parser.add_argument("--allowed-hosts", help="Host headers accepted beyond loopback, comma separated")
    parser.add_argument("--demo", action="store_true", default=None, help="serve a simulated network, no AWS")
    parser.add_argument("--dashboard", action="store_true", help="show memory, calls and leaks on a web page")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    one_arena()
    import anyio

    # of the SDK's 63 MiB, 7 are for sealing states that this server never gives out
    with deferred("cryptography"):
        from cloudwan_mcp.server import serve_stdio

    beside = _beside(dashboard=arguments.dashboard)
    if arguments.transport == "stdio":
        _end_with(lambda: anyio.run(partial(serve_stdio, settings, beside=beside)))

    from cloudwan_mcp.http.app import serve_http

    def serving(url: str) -> None:
        path = "/sse" if arguments.transport == "sse" else "/mcp"
        tell(f"cloudwan-mcp serves {url}{path}; health on {url}/health")

    anyio.run(partial(serve_http, settings, announce=serving, beside=beside))
    return 0


def _beside(*, dashboard: bool) -> Beside:
    """What is imported for it is so only where it is wanted."""
    from cloudwan_mcp.web.otel import wanted

    if not dashboard and not wanted(os.environ):
        return nullcontext
    from cloudwan_mcp.beside import dashboard_beside, metrics_beside

    return partial(dashboard_beside if dashboard else metrics_beside, announce=announce)


def _end_with(serve: Callable[[], None]) -> NoReturn:
    """Run `serve`, then end without waiting for the thread that may still be reading standard input."""
    end_as_interrupted()  # the discovery stops after its page, temporary folders go
    code = 0
    try:
        serve()
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.stderr.flush()
    os._exit(code)


COMMAND = Command(
    name="serve",
    help="serve MCP over stdio (default) or HTTP",
    description=(
        "Serve MCP clients. stdio is for a client that starts the server itself; http serves streamable "
        "HTTP on /mcp and legacy SSE on /sse. Beyond loopback, CLOUDWAN_ALLOWED_HOSTS and CLOUDWAN_TOKEN, "
        "or CLOUDWAN_OAUTH_ISSUER, are required."
    ),
    add_arguments=_add_arguments,
    run=_run,
)
