"""Probes: whether this process lives, and whether it should be sent clients."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cloudwan_mcp import __version__
from cloudwan_mcp.app import App

PROBES = ("/health", "/ready")
WAIT_S = "5"


def probes(app: App) -> list[Route]:
    """`/health` tells liveness, `/ready` readiness; both without a token, so both tell hardly more."""
    return [Route("/health", _health), Route("/ready", partial(_ready, app))]


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__})


async def _ready(app: App, _: Request) -> Response:
    if reason := _unready(app):
        return JSONResponse({"status": reason}, 503, headers={"Retry-After": WAIT_S})
    return JSONResponse({"status": "ready"})


def _unready(app: App) -> str:
    """Being busy is no reason: a server that is taken out for it would have its load fall on the others."""
    if app.traffic.draining:
        return "stopping"
    return "short of memory" if app.memory.breaker.state in ("open", "forced-open") else ""
