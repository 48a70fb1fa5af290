"""What a page or a scraper asks, and the two things it may change: an acknowledgement and a threshold.

Needs starlette.
"""

from __future__ import annotations

import json
from typing import Any

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.history import POINTS
from cloudwan_mcp.web.viewers import Viewers

BODY_BYTES = 4096
DIGITS = 15  # more are beyond any bound that is then checked, and slow to convert


class Asks:
    """Questions to the collector."""

    def __init__(self, collector: MetricsCollector, viewers: Viewers) -> None:
        self._collector = collector
        self._viewers = viewers

    async def summary(self, _: Request) -> Response:
        return JSONResponse(self._collector.get_metrics_summary())

    async def history(self, request: Request) -> Response:
        last = _whole(request, "last")
        points = _whole(request, "points")
        tier = request.query_params.get("tier", "1s")
        return JSONResponse(self._collector.history(tier, POINTS if points is None else points, last=last))

    async def alerts(self, _: Request) -> Response:
        alerts = self._collector.alerts
        found = {
            "active": alerts.active(),
            "past": alerts.past(),
            "rules": [rule.to_dict() for rule in alerts.rules],
            "notifications": self._collector.notifications(),
        }
        return JSONResponse(found)

    async def acknowledge(self, request: Request) -> Response:
        given = request.path_params["alert"]
        if not given.isdecimal():
            raise BadRequest("An alert's id is a number.", field="alert", next_step="Read the alerts again.")
        return JSONResponse(self._collector.alerts.acknowledge(int(given[:DIGITS])))

    async def thresholds(self, _: Request) -> Response:
        return JSONResponse(self._collector.thresholds.read())

    async def change_threshold(self, request: Request) -> Response:
        # A page elsewhere can send a form without asking first, but no JSON.
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise HTTPException(415, "Send a threshold as application/json.")
        return JSONResponse(self._collector.thresholds.change(_json(await body_of(request))))

    async def metrics(self, request: Request) -> Response:
        """For Prometheus; the client library is imported by the first who asks."""
        from cloudwan_mcp.web.prometheus import exposition

        summary = self._collector.get_metrics_summary()
        scrape = self._collector.scrape(summary, viewers=len(self._viewers))
        text, kind = await anyio.to_thread.run_sync(exposition, scrape, request.headers.get("accept", ""))
        return Response(text, headers={"content-type": kind})


async def body_of(request: Request, most: int = BODY_BYTES) -> bytes:
    """The body; a longer one is refused as soon as it is."""
    given = b""
    async for part in request.stream():
        given += part
        if len(given) > most:
            raise HTTPException(413, f"That is longer than {most} bytes.")
    return given


def _whole(request: Request, name: str) -> int | None:
    given = request.query_params.get(name)
    if given is None:
        return None
    if not given.isdecimal():
        raise BadRequest(f"{name} is not a whole number.", field=name, next_step="Ask with digits only.")
    return int(given[:DIGITS])


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest(
            "The body is not JSON.", field="body", next_step='Send {"rule": "…", "percent": 60}.'
        ) from None
