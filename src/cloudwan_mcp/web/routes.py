"""What is answered where: the page, its JSON, and the live stream. Needs starlette."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.resources import files

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from cloudwan_mcp import __version__
from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, NotFound, to_dict
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.exposure import Pass
from cloudwan_mcp.web.history import POINTS
from cloudwan_mcp.web.viewers import Viewers, encode

FILES = {
    "/": ("index.html", "text/html"),
    "/static/chart.js": ("chart.js", "text/javascript"),
    "/static/dashboard.css": ("dashboard.css", "text/css"),
    "/static/dashboard.js": ("dashboard.js", "text/javascript"),
    "/static/icon.svg": ("icon.svg", "image/svg+xml"),
    "/static/text.js": ("text.js", "text/javascript"),
}
STATUSES = {BadRequest: 400, NotFound: 404, Exhausted: 503}
BODY_BYTES = 4096
DIGITS = 15  # more are beyond any bound that is then checked, and slow to convert
RETRY_MS = 2000


def routes(collector: MetricsCollector, viewers: Viewers, admission: Pass) -> Starlette:
    """The application, without the checks that stand before it."""
    asks = Asks(collector)
    return Starlette(
        routes=[
            *(_file(path, *content) for path, content in FILES.items()),
            Route("/health", _health),
            Route("/api/summary", asks.summary),
            Route("/api/history", asks.history),
            Route("/api/alerts", asks.alerts),
            Route("/api/alerts/{alert}/acknowledge", asks.acknowledge, methods=["POST"]),
            Route("/api/sign-in", partial(_sign_in, admission), methods=["POST"]),
            Route("/events", Events(collector, viewers), methods=["GET"]),
        ],
        exception_handlers={CloudWanError: _explain, HTTPException: _refuse},
    )


class Asks:
    """Questions to the collector."""

    def __init__(self, collector: MetricsCollector) -> None:
        self._collector = collector

    async def summary(self, _: Request) -> Response:
        return JSONResponse(self._collector.get_metrics_summary())

    async def history(self, request: Request) -> Response:
        points = request.query_params.get("points", str(POINTS))
        if not points.isdecimal():
            raise BadRequest("points is not a whole number.", field="points", next_step="Ask for 1 to 2000.")
        return JSONResponse(
            self._collector.history(request.query_params.get("tier", "1s"), int(points[:DIGITS]))
        )

    async def alerts(self, _: Request) -> Response:
        alerts = self._collector.alerts
        rules = [rule.to_dict() for rule in alerts.rules]
        return JSONResponse({"active": alerts.active(), "past": alerts.past(), "rules": rules})

    async def acknowledge(self, request: Request) -> Response:
        given = request.path_params["alert"]
        if not given.isdecimal():
            raise BadRequest("An alert's id is a number.", field="alert", next_step="Read the alerts again.")
        return JSONResponse(self._collector.alerts.acknowledge(int(given[:DIGITS])))


class Events:
    """The summary as server-sent events: at once, then whenever the dashboard publishes one."""

    def __init__(self, collector: MetricsCollector, viewers: Viewers) -> None:
        self._collector = collector
        self._viewers = viewers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._viewers.join() as viewer:
            viewer.offer(encode(self._collector.get_metrics_summary()))
            headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_until_gone, receive, tasks.cancel_scope.cancel)
                if scope["method"] == "GET":
                    await _send(f"retry: {RETRY_MS}\n\n".encode(), send)
                    async for message in viewer:
                        await _send(b"data: " + message + b"\n\n", send)
                tasks.cancel_scope.cancel()
            await send({"type": "http.response.body", "body": b""})


async def _send(body: bytes, send: Send) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive, end: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    end()


def _file(path: str, name: str, media_type: str) -> Route:
    content = (files("cloudwan_mcp.web") / "static" / name).read_bytes()

    async def answer(_: Request) -> Response:
        return Response(content, media_type=media_type, headers={"cache-control": "no-cache"})

    return Route(path, answer)


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__})


async def _sign_in(admission: Pass, request: Request) -> Response:
    """Exchange the token, which is the body, for the cookie: 204 or 401."""
    given = b""
    async for part in request.stream():
        given += part
        if len(given) > BODY_BYTES:
            return JSONResponse({"error": "That is too long for a token."}, 413)
    if not admission.is_token(given):
        return JSONResponse({"error": "That is not the token."}, 401)
    return Response(status_code=204, headers={"set-cookie": admission.cookie()})


async def _explain(_: Request, error: Exception) -> Response:
    assert isinstance(error, CloudWanError)
    return JSONResponse(to_dict(error), STATUSES.get(type(error), 500))


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
