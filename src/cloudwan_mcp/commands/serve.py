"""serve: the MCP server on stdio or HTTP."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from cloudwan_mcp.command import INTERRUPTED, Command
from cloudwan_mcp.memory.arenas import one_arena
from cloudwan_mcp.settings import Settings

if TYPE_CHECKING:
    from cloudwan_mcp.server import Beside


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--transport", choices=("stdio", "http", "sse"), default="stdio")
    parser.add_argument("--host", dest="http_host", help="address to bind (http, sse)")
    parser.add_argument("--port", dest="http_port", type=int, help="port (http, sse); 0 takes a free one")
    parser.add_argument("--allowed-hosts", help="Host headers accepted beyond loopback, comma separated")
    parser.add_argument("--demo", action="store_true", default=None, help="serve a simulated network, no AWS")
    parser.add_argument("--dashboard", action="store_true", help="show memory, calls and leaks on a web page")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    one_arena()
    import anyio

    from cloudwan_mcp.server import serve_http, serve_stdio

    beside = _dashboard() if arguments.dashboard else nullcontext
    if arguments.transport == "stdio":
        _end_with(lambda: anyio.run(partial(serve_stdio, settings, beside=beside)))

    def announce(url: str) -> None:
        path = "/sse" if arguments.transport == "sse" else "/mcp"
        _tell(f"cloudwan-mcp serves {url}{path}; health on {url}/health")

    anyio.run(partial(serve_http, settings, announce=announce, beside=beside))
    return 0


def _dashboard() -> Beside:
    from cloudwan_mcp.beside import dashboard_beside  # with all it imports, only where it is wanted

    return partial(dashboard_beside, announce=lambda said: _tell(f"cloudwan-mcp: {said}"))


def _tell(said: str) -> None:
    """On standard error: over stdio, standard output is the protocol's."""
    sys.stderr.write(f"{said}\n")
    sys.stderr.flush()


def _end_with(serve: Callable[[], None]) -> NoReturn:
    """Run `serve`, then end without waiting for the thread that may still be reading standard input."""
    # SIGTERM as Ctrl-C: the discovery stops after its page, temporary folders go
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
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
        "HTTP on /mcp and legacy SSE on /sse. Beyond loopback, CLOUDWAN_ALLOWED_HOSTS and CLOUDWAN_TOKEN "
        "are required."
    ),
    add_arguments=_add_arguments,
    run=_run,
)
