"""The bounds of one request: how often, how many at once, how large, and how long it may take to arrive."""

from __future__ import annotations

import math
import re
import secrets
from contextlib import ExitStack

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.http.probes import PROBES
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.traffic import Traffic

LASTING = ("/sse",)
"""What lasts is not one of the requests served at once; sessions have their own bound."""

REQUEST_ID = "x-request-id"
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Bounds:
    """Stands before everything but probes, which have to answer when nothing else does.

    A body is read before it is handed on: whoever sends slowly then holds up nobody, and what is too large
    is never parsed. Each answer carries the request's id, the client's own where it is a plain word.
    """

    def __init__(self, served: ASGIApp, traffic: Traffic, settings: Settings) -> None:
        self._served = served
        self._traffic = traffic
        self._most = settings.request_bytes
        self._wait_s = settings.request_wait_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._served(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        identifier = given if _PLAIN.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = identifier

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID] = identifier
            await send(message)

        await self._bounded(scope, receive, named)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        try:
            self._traffic.pace(client[0] if client else "")
        except TryAgain as error:
            await _again(error, 429)(scope, receive, send)
            return
        lasts = scope["path"] in LASTING
        with ExitStack() as among:
            try:
                self._traffic.enter() if lasts else among.enter_context(self._traffic.serving())
            except TryAgain as error:
                await _again(error, 503)(scope, receive, send)
                return
            await (self._served if lasts else self._serve)(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        try:
            refusal = await self._read(scope, receive, body)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
            whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

            async def replay() -> Message:
                return whole.pop() if whole else await receive()

            await self._served(scope, replay, send)
        finally:
            self._traffic.go(len(body))

    async def _read(self, scope: Scope, receive: Receive, body: bytearray) -> JSONResponse | None:
        """Fill `body`, whose bytes are held; gives the refusal of one that is too large, or too slow."""
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:18]) > self._most:
            return self._too_large()
        with anyio.move_on_after(self._wait_s):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return _error(400, "The request ended early.")
                part = message.get("body", b"")
                if len(body) + len(part) > self._most:
                    return self._too_large()
                try:
                    self._traffic.hold(len(part))
                except TryAgain as error:
                    return _again(error, 503)
                body += part
                if not message.get("more_body"):
                    return None
        self._traffic.turned_away["slow"] += 1
        return _error(408, f"The request did not arrive within {self._wait_s:g} s.")

    def _too_large(self) -> JSONResponse:
        self._traffic.turned_away["large"] += 1
        return _error(413, f"A request has at most {self._most} bytes: CLOUDWAN_REQUEST_BYTES.")


def _again(error: TryAgain, status: int) -> JSONResponse:
    return _error(status, str(error), **{"Retry-After": str(math.ceil(error.retry_after))})


def _error(status: int, said: str, **headers: str) -> JSONResponse:
    """What was not read of a request is not waited for: the connection ends with the answer."""
    return JSONResponse({"error": said}, status, headers={"Connection": "close", **headers})
