"""The map on the dashboard: its page, as any host of MCP Apps shows it, and the tools that it calls.

Needs starlette.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cloudwan_mcp.map import page
from cloudwan_mcp.web.asks import body_of

Call = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Calls a tool of the server beside the dashboard; gives its CallToolResult as it goes over the wire."""

TOOLS = frozenset({
    "check_reachability",
    "describe",
    "diff_snapshots",
    "explain_association",
    "export_topology",
    "find",
    "find_path",
    "list_findings",
    "list_routes",
    "list_snapshots",
    "map_cell",
    "map_grid",
    "segment_matrix",
    "show_topology",
    "summarize_topology",
})  # fmt: skip
"""What the page may call: what reads, and answers soon."""

AT_ONCE = 8  # calls; the server bounds all of its own beside
BODY_BYTES = 16 * 1024
# what MCP Apps prescribes for a page that asks for nothing, in a frame of this dashboard alone
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'; frame-ancestors 'self'"
)
HEADERS = {"content-security-policy": POLICY, "x-frame-options": "SAMEORIGIN", "cache-control": "no-cache"}


class MapHost:
    """Without `call` there is no server beside: there is no map, and both routes say so."""

    def __init__(self, call: Call | None) -> None:
        self._call = call
        self._calls = 0

    async def page(self, _: Request) -> Response:
        if self._call is None:
            raise HTTPException(404, "This dashboard stands alone, without a network to draw.")
        return Response(await anyio.to_thread.run_sync(page), media_type="text/html", headers=HEADERS)

    async def tool(self, request: Request) -> Response:
        """Call a tool with the arguments in the body. What fails is told as a tool tells it, for the page."""
        # A page elsewhere can send a form without asking first, but no JSON.
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return _failed(415, "Send the arguments as application/json.")
        name = request.path_params["name"]
        if self._call is None or name not in TOOLS:
            return _failed(404, "The map calls no such tool.")
        try:
            arguments = json.loads(await body_of(request, BODY_BYTES) or b"{}")
        except (ValueError, RecursionError):
            return _failed(400, "The body is not JSON.")
        except HTTPException as error:
            return _failed(error.status_code, error.detail)
        if not isinstance(arguments, dict) or arguments.get("file"):
            return _failed(400, "The body is an object with the tool's arguments, and none that writes.")
        if self._calls >= AT_ONCE:
            return _failed(503, f"{self._calls} calls of the map are being served. Call again in a second.")
        self._calls += 1
        try:
            return JSONResponse(await self._call(name, arguments))
        finally:
            self._calls -= 1


def _failed(status: int, said: str) -> Response:
    return JSONResponse({"isError": True, "content": [{"type": "text", "text": said}]}, status)
