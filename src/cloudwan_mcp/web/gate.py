"""Who is let in: the Host, Origin and token checks, and the headers that every answer carries."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from cloudwan_mcp.exposure import LOOPBACK, bears, bracketed, host_name

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = ("/", "/map", "/health", "/api/sign-in")
"""Paths that need no token: the pages hold no data, and probes have none. `/static/` is open as well."""

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
STARTS = ("http.response.start", "websocket.http.response.start")


class Pass:
    """The token, and the cookie that stands for it: a browser's live streams can send no header.

    The cookie holds a digest, since a browser shows it to every port of the host. It carries a part of the
    digest in its name, so that two dashboards on one host do not sign each other out.
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        digest = hmac.new(self._token, b"cloudwan-mcp dashboard", hashlib.sha256).hexdigest()
        self._name, self._value = f"cloudwan_{digest[:8]}", digest[8:]

    def is_token(self, given: bytes) -> bool:
        return bool(given) and hmac.compare_digest(given, self._token)

    def cookie(self) -> str:
        """The header that signs a browser in, until it is closed."""
        return f"{self._name}={self._value}; Path=/; HttpOnly; SameSite=Strict"

    def admits(self, headers: Mapping[bytes, bytes]) -> bool:
        if not self._token or bears(headers, self._token):
            return True
        try:
            morsel = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(self._name)
        except CookieError:
            return False
        return morsel is not None and hmac.compare_digest(morsel.value.encode(), self._value.encode())


class Gate:
    """Refuses what comes under a foreign name, from a foreign page or without the token.

    A page that rebinds its own name to this address still sends that name as Host; ports are not compared,
    since this one may have moved. An Origin has to be the very host asked: there is one page to come from.
    The handshake of a WebSocket is held to the same, since no browser asks a server before that.
    """

    def __init__(self, app: ASGIApp, admission: Pass, allowed_hosts: Iterable[str]) -> None:
        self._app = app
        self._pass = admission
        self._names = {host_name(host) for host in (*map(bracketed, LOOPBACK), *allowed_hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def protected(message: Message) -> None:
            if message["type"] in STARTS:
                present = {name.lower() for name, _ in message.get("headers", ())}
                missing = [header for header in HEADERS if header[0] not in present]
                message = {**message, "headers": [*message.get("headers", ()), *missing]}
            await send(message)

        refusal = self._refusal(scope["path"], dict(scope["headers"]))
        if refusal is None:
            await self._app(scope, receive, protected)
        else:
            status, error = refusal
            await refuse(scope, protected, status, {"error": error})

    def _refusal(self, path: str, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        if path == "/health":
            return None
        host = headers.get(b"host", b"").decode("latin-1").lower()
        if host_name(host) not in self._names:
            return 421, "This server does not answer under that name; see CLOUDWAN_ALLOWED_HOSTS."
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin and origin.partition("://")[2] != host:
            return 403, "This page may not ask here."
        if path not in OPEN and not path.startswith("/static/") and not self._pass.admits(headers):
            return 401, "A token is required."
        return None


async def refuse(scope: Scope, send: Send, status: int, error: Mapping[str, Any]) -> None:
    """Answer a request, or the handshake of a WebSocket, with an error as JSON."""
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    body = json.dumps(error).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
