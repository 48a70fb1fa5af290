"""map_grid: the grid of one snapshot, for the map's page alone."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult

from cloudwan_mcp.app import App
from cloudwan_mcp.argument import Account, AttachmentType, CoreNetwork, SnapshotId, State, Tag
from cloudwan_mcp.overview import MAP_BYTES, Map, drawn, narrowed, newest, overview
from cloudwan_mcp.tool import Tool, answer_page, app_of


async def run(
    ctx: Context[App],
    snapshot: SnapshotId = "",
    core_network_id: CoreNetwork = "",
    account: Account = "",
    state: State = "",
    type: AttachmentType = "",
    tag: Tag = "",
) -> Annotated[CallToolResult, Map]:
    app = app_of(ctx)
    filters = narrowed(core_network_id, account, state, type, tag)
    seen = await app.read(snapshot or await newest(app), partial(overview, filters=filters))
    data = drawn(app, seen, MAP_BYTES)
    return answer_page(data)


TOOL = Tool(
    name="map_grid",
    title="Grid of the map",
    description="Counts by segment and edge, for the page of show_topology.",
    run=run,
    for_page=True,
    samples=({}, {"state": "FAILED"}),
)
