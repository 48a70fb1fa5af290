"""show_topology: the network at a glance, as a table in a terminal and as a page where one can be shown."""

from __future__ import annotations

from typing import Annotated

from mcp.server.apps import client_supports_apps
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, TextContent

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import CoreNetwork
from cloudwan_mcp.live import Refresh
from cloudwan_mcp.overview import PAGE, Map, Overview, narrowed, outlined, overview, text_of
from cloudwan_mcp.store import Reader
from cloudwan_mcp.tool import Tool, app_of

DESCRIPTION = """\
Attachments by segment and edge, with what needs attention, as a table; as a map to click through where \
the client shows pages."""


async def run(
    ctx: Context[App], core_network_id: CoreNetwork = "", refresh: Refresh = "auto"
) -> Annotated[CallToolResult, Map]:
    app, shown = app_of(ctx), client_supports_apps(ctx)
    filters = narrowed(core_network_id, "", "", "", "")

    def look(reader: Reader) -> Overview:
        return overview(reader, filters)

    def worth(seen: Overview) -> float:
        """A page that is drawn grows with the discovery; a table is not drawn again."""
        return 1 if seen.info.complete or (shown and seen.grid.whole.count) else 0

    snapshot, discovery = await live.newest(app, refresh)
    seen = await live.read(app, snapshot, discovery, look, worth, ctx.report_progress)
    data = outlined(app, seen, app.settings.reply_bytes, *_next(seen), cells=shown)
    text = text_of(app, seen, data["hint"])
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=data)


def _next(seen: Overview) -> list[str]:
    if not seen.grid.whole.count:
        return []
    return [
        "stream_topology lists a cell's attachments by segment and edge; segment_matrix who reaches whom."
    ]


TOOL = Tool(
    name="show_topology",
    title="Show the topology",
    description=DESCRIPTION,
    run=run,
    page=PAGE,
)
