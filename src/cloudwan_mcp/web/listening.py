"""Listening: a port that is free, and an HTTP server that shares the process without taking it over.

Needs uvicorn and websockets.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.exposure import bracketed
from cloudwan_mcp.patience import Patient

if TYPE_CHECKING:
    from starlette.types import ASGIApp

TRIES = 20
CONNECTIONS = 160
HEADER_BYTES = 16 * 1024
SPOKEN_BYTES = 1024  # of one message of a client; none is expected
KERNEL_BYTES = 64 * 1024  # and as much by the kernel, which would otherwise keep some megabytes
SHUTDOWN_S = 1
HIGHEST_PORT = 65535


def listen(host: str, port: int) -> socket.socket:
    """A socket on `port`, or on the next one that is free, 20 being tried; 0 is any free one.

    Raises `BadRequest` when none of them is, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = min(port + TRIES - 1, HIGHEST_PORT) if port else 0
    for each in range(port, last + 1):
        try:
            listening = socket.create_server((host, each), family=family, backlog=CONNECTIONS)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            raise BadRequest(
                f"The dashboard cannot listen on {bracketed(host)}:{each} ({error.strerror}).",
                field="host",
                next_step="Set CLOUDWAN_MONITORING_HOST and CLOUDWAN_MONITORING_PORT.",
            ) from error
        # What it accepts inherits this.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        return listening
    raise BadRequest(
        f"The ports {port} to {last} of {host} are all in use.",
        field="port",
        next_step="Set CLOUDWAN_MONITORING_PORT (0: any free one).",
    )


class Listener(uvicorn.Server):
    """uvicorn without its claims on the process: no signals, no logging set-up, no tick while idle."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            ws=PatientSocket,
            ws_max_size=SPOKEN_BYTES,
            ws_per_message_deflate=False,  # it would keep 36 KiB for each viewer
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=SHUTDOWN_S,
            h11_max_incomplete_event_size=HEADER_BYTES,
        )
        super().__init__(config)
        self.listening = asyncio.Event()
        self._ending = asyncio.Event()

    def end(self) -> None:
        self._ending.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        try:
            await self._ending.wait()
        except asyncio.CancelledError:  # the event loop ends, and nobody said stop
            for server in self.servers:
                server.close()
            self._abort(lambda _: True)
            raise

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End in about a second, whatever the peers do."""
        self._abort(lambda protocol: protocol.stuck)
        await super().shutdown(sockets)
        self._abort(lambda _: True)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def _abort(self, wanted: Callable[[Patient], bool]) -> None:
        for protocol in list(self.server_state.connections):
            if isinstance(protocol, Patient) and wanted(protocol):
                protocol.abort()


class PatientProtocol(Patient, H11Protocol):
    """HTTP."""


class PatientSocket(Patient, WebSocketsSansIOProtocol):
    """WebSocket."""

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # else a handshake that is refused is logged as an error
