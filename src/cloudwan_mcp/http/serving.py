"""Serving: a socket, connections that may not dawdle, and an end in which calls under way are answered."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from sse_starlette.sse import AppStatus
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.exposure import bracketed, hosts_in
from cloudwan_mcp.patience import Patient

BACKLOG = 128
SPARE = 32  # connections beside those of requests and sessions: probes, and clients that are told to wait
HEADER_BYTES = 32 * 1024
SHUTDOWN_S = 2  # what is left of sessions after calls have ended


def listen(host: str, port: int) -> socket.socket:
    """Raises `BadRequest` where the address or the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise BadRequest(
            f"Cannot listen on {bracketed(host)}:{port} ({str(error.strerror).partition(' (')[0]}).",
            field="http_port",
            next_step="Choose another --port (0: any free one) or --host.",
        ) from error


class Punctual(H11Protocol):
    """Hangs up on whoever begins a request and does not say within seconds what it wants.

    uvicorn bounds only the time between requests, and only where nothing at all is sent.
    """

    wait_s = 30.0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._expect()

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is None or self.cycle.response_complete:
            self._expect()
        else:
            self._arrived()

    def on_response_complete(self) -> None:
        self._arrived()  # the next one's time begins with its first byte
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._arrived()

    def _expect(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.wait_s, self.transport.abort)

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class Connection(Patient, Punctual):
    """Bounded both ways: in what it asks, and in what it leaves unread."""


class Serving(uvicorn.Server):
    """Says that it serves, and ends in order.

    Told to stop, it says so on /ready for `drain_s` while it goes on; then it takes no more calls, and those
    under way have `grace_s` to be answered. Told twice, it stops at once. uvicorn would raise the signal anew
    before the app is left, and sse-starlette would cut off every answer at the first signal.
    """

    def __init__(self, served: ASGIApp, app: App, announce: Callable[[], None]) -> None:
        settings = app.settings
        config = uvicorn.Config(
            served,
            http=type("Connection", (Connection,), {"wait_s": settings.request_wait_s}),
            log_level=settings.log_level.lower(),
            limit_concurrency=settings.max_requests + settings.max_sessions + SPARE,
            h11_max_incomplete_event_size=HEADER_BYTES,
            timeout_graceful_shutdown=SHUTDOWN_S,
            access_log=False,
            ws="none",
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=hosts_in(settings.trusted_proxies),
            server_header=False,
        )
        super().__init__(config)
        self._app = app
        self._announce = announce
        self._told = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        AppStatus.should_exit = False  # of an earlier server in this process
        AppStatus.enable_automatic_graceful_drain = False
        await super().startup(sockets)
        if self.started:
            self._announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._told:
            super().handle_exit(sig, frame)
        else:
            self._captured_signals.append(sig)
            self._told = time.monotonic()
            self._app.traffic.draining = True

    async def on_tick(self, counter: int) -> bool:
        if self._told and self._ended(time.monotonic() - self._told):
            self.should_exit = True
        return await super().on_tick(counter)

    def _ended(self, since: float) -> bool:
        """Whether there is nothing left to wait for; also takes no more calls once it is time for that."""
        settings, traffic = self._app.settings, self._app.traffic
        if since < settings.drain_s:
            return False
        traffic.closing = True
        return since > settings.drain_s + settings.grace_s or not (traffic.under_way or self._app.calls)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        AppStatus.should_exit = True  # sessions, which last, end now
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()
