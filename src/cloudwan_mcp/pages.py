"""The map as an MCP App: its page as a resource, and the tools that only this page calls."""

from __future__ import annotations

from typing import Any

from mcp.server.apps import APP_MIME_TYPE, Apps, client_supports_apps
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver.resources import FunctionResource

from cloudwan_mcp.map import page
from cloudwan_mcp.overview import PAGE
from cloudwan_mcp.tool import only_for_pages


def map_app() -> Apps:
    """The extension, with the page of `show_topology`; it is put together when it is first read."""
    apps = Apps()
    apps.add_resource(
        FunctionResource(
            uri=PAGE,
            name="map",
            title="Map of the network",
            description="The page that shows what show_topology answers.",
            mime_type=APP_MIME_TYPE,
            fn=page,
        )
    )
    return apps


async def without_tools_of_pages(ctx: ServerRequestContext[Any], call_next: CallNext) -> HandlerResult:
    """Leave what only pages call out of the tools of a client that shows none.

    Where nothing is known of a client, as over HTTP without a session, they are listed: what a host does not
    find there it lets no page call.
    """
    result = await call_next(ctx)
    known = ctx.method == "tools/list" and ctx.session.client_capabilities is not None
    if known and isinstance(result, dict) and not client_supports_apps(ctx):
        return result | {"tools": [tool for tool in result["tools"] if not only_for_pages(tool.get("_meta"))]}
    return result
