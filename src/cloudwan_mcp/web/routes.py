"""What is answered where: the page, its JSON, the live streams and the metrics. Needs starlette."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from cloudwan_mcp import __version__
from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, NotFound, to_dict
from cloudwan_mcp.web.asks import Asks, body_of
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.gate import Pass
from cloudwan_mcp.web.live import Events, Socket
from cloudwan_mcp.web.map import Call, MapHost
from cloudwan_mcp.web.viewers import Viewers

STATIC = files("cloudwan_mcp.web") / "static"
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
STATUSES = {BadRequest: 400, NotFound: 404, Exhausted: 503}


def routes(
    collector: MetricsCollector, viewers: Viewers, admission: Pass, call: Call | None = None
) -> Starlette:
    """The application, without the checks that stand before it; `call` is for the map."""
    asks, host = Asks(collector, viewers), MapHost(call)
    return Starlette(
        routes=[
            *(_file(path, *content) for path, content in FILES.items()),
            Route("/map", host.page, methods=["GET"]),
            Route("/api/tools/{name}", host.tool, methods=["POST"]),
            Route("/health", _health),
            Route("/metrics", asks.metrics),
            Route("/api/summary", asks.summary),
            Route("/api/history", asks.history),
            Route("/api/alerts", asks.alerts),
            Route("/api/alerts/{alert}/acknowledge", asks.acknowledge, methods=["POST"]),
            Route("/api/thresholds", asks.thresholds, methods=["GET"]),
            Route("/api/thresholds", asks.change_threshold, methods=["POST"]),
            Route("/api/sign-in", partial(_sign_in, admission), methods=["POST"]),
            Route("/events", Events(collector, viewers), methods=["GET"]),
            WebSocketRoute("/ws", Socket(collector, viewers)),
        ],
        exception_handlers={CloudWanError: _explain, HTTPException: _refuse},
    )


def _named(folder: Traversable, path: str = "") -> Iterator[tuple[str, tuple[str, str]]]:
    """(path in a URL, (name in the folder, media type)) of every file of the page."""
    for each in sorted(folder.iterdir(), key=lambda found: found.name):
        name = f"{path}{each.name}"
        if each.is_dir():
            yield from _named(each, f"{name}/")
        else:
            kind = TYPES.get(f".{name.rpartition('.')[2]}", "text/plain")
            yield ("/" if name == "index.html" else f"/static/{name}"), (name, kind)


FILES = dict(_named(STATIC))
"""Whatever lies in the folder is served, and nothing else: no part of a request becomes a path."""


def _file(path: str, name: str, media_type: str) -> Route:
    content = STATIC.joinpath(*name.split("/")).read_bytes()

    async def answer(_: Request) -> Response:
        return Response(content, media_type=media_type, headers={"cache-control": "no-cache"})

    return Route(path, answer)


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__})


async def _sign_in(admission: Pass, request: Request) -> Response:
    """Exchange the token, which is the body, for the cookie: 204 or 401."""
    if not admission.is_token(await body_of(request)):
        return JSONResponse({"error": "That is not the token."}, 401)
    return Response(status_code=204, headers={"set-cookie": admission.cookie()})


async def _explain(_: Request, error: Exception) -> Response:
    assert isinstance(error, CloudWanError)
    return JSONResponse(to_dict(error), STATUSES.get(type(error), 500))


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)
