"""stream_topology: a whole network, page by page, from the first page of its discovery on."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import (
    CURSOR_CHARACTERS,
    Account,
    CoreNetwork,
    Edge,
    Fields,
    Segment,
    State,
    Tag,
    Text,
    Types,
    Word,
    filters_of,
)
from cloudwan_mcp.discovery.tables import table
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.live import Refresh
from cloudwan_mcp.locate import choose, settled
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.queries.stream_topology import StoppedBy, Stretch, stream_topology
from cloudwan_mcp.reply import (
    SEE_GAPS,
    GapState,
    IdentityState,
    SnapshotState,
    caveats,
    gap_states,
    identity_state,
    overhead,
    snapshot_state,
)
from cloudwan_mcp.row import Detail
from cloudwan_mcp.store import Cursor, Filters, Include, Reader
from cloudwan_mcp.tool import Tool, answer, app_of

DESCRIPTION = """\
Stream the topology of an AWS Cloud WAN network by elements: global and core networks, segments, \
edges, network function groups, attachments, peerings, Connect peers, sites, devices, links, policies, \
network resources, telemetry. The first call discovers the network and answers with its first page at once; \
pass next_cursor until complete is true."""


class Limits(BaseModel):
    rows: int
    bytes: int
    stopped_by: StoppedBy


class TopologyPage(BaseModel):
    items: list[dict[str, Any]] = Field(description="elements; connections have source and target")
    count: int
    total_known: int | None = Field(None, description="matching rows known so far")
    complete: bool = Field(description="true: nothing more will come")
    next_cursor: str | None = None
    snapshot: SnapshotState
    identity: IdentityState
    gaps: list[GapState]
    gaps_omitted: int | None = None
    applied_limits: Limits
    hint: str


async def run(
    ctx: Context[App],
    core_network_id: CoreNetwork = "",
    global_network_id: Word = "",
    element_types: Types = None,
    segment: Segment = "",
    edge: Edge = "",
    account: Account = "",
    state: State = "",
    tag: Tag = "",
    text: Text = "",
    include: Annotated[
        Include | None, Field(description="elements unless given, here or with cursor")
    ] = None,
    cursor: Annotated[
        str, Field(max_length=CURSOR_CHARACTERS, description="next_cursor; brings its filters along")
    ] = "",
    limit: Annotated[int | None, Field(ge=1, le=500, description="rows at most")] = None,
    detail: Detail = "concise",
    fields: Fields = None,
    refresh: Annotated[
        Refresh,
        Field(description="auto: newest snapshot, discovering when there is none; always: discover anew"),
    ] = "auto",
    routes: Annotated[
        Word, Field(description="also read route tables (slow): SEGMENT@EDGE, either may be empty")
    ] = "",
) -> Annotated[CallToolResult, TopologyPage]:
    app = app_of(ctx)
    filters = filters_of(
        element_types=element_types,
        global_network_id=global_network_id,
        core_network_id=core_network_id,
        segment=segment,
        edge=edge,
        account=account,
        state=state,
        tag=tag,
        text=text,
    )
    rows = limit or app.settings.page_limit
    tables = [table(routes)] if routes else []
    if cursor:
        start = _read_cursor(app, cursor, filters, include)
        discovery = await live.resumed(app, start.snapshot)
    else:
        snapshot, discovery = await live.newest(app, refresh, tables)
        start = Cursor(snapshot, filters, include=include or "elements")

    def page(reader: Reader) -> Stretch:
        info = reader.info()
        if not start.n and start.part == "elements":
            if not settled(reader):  # which networks there are is not known yet
                return Stretch(info, cursor=start, stopped_by="growing")
            choose(reader, core_network=filters.core_network, global_network=filters.global_network)
        room = app.settings.reply_bytes - overhead(info, _signed(app, start))
        return stream_topology(reader, start, limit=rows, detail=detail, bytes_left=room, fields=fields or ())

    stretch = await live.read(app, start.snapshot, discovery, page, _worth_showing, ctx.report_progress)
    return answer(_present(app, stretch, rows))


def _worth_showing(stretch: Stretch) -> float:
    if stretch.cursor is None or stretch.stopped_by != "growing":
        return 1
    return 0.5 if stretch.items else 0


def _read_cursor(app: App, text: str, filters: Filters, include: Include | None) -> Cursor:
    cursor = app.folder.signer.read(text)
    if filters not in (cursor.filters, Filters()):
        raise BadRequest(
            "cursor belongs to other filters than the ones given.",
            field="cursor",
            next_step="Pass the cursor alone, or the filters without it to start from the first page.",
        )
    if include not in (cursor.include, None):
        raise BadRequest(
            f"cursor belongs to include={cursor.include!r}.",
            field="include",
            next_step="Pass the cursor alone, or include without it to start from the first page.",
        )
    return cursor


def _signed(app: App, cursor: Cursor) -> str:
    text = app.folder.signer.write(cursor)
    if len(text) > CURSOR_CHARACTERS - 64:
        raise BadRequest(
            "The filters are too long together.",
            field="element_types",
            next_step="Use fewer or shorter ones.",
        )
    return text


def _present(app: App, stretch: Stretch, limit: int) -> TopologyPage:
    info = stretch.info
    gaps, omitted = gap_states(info)
    cursor = _signed(app, stretch.cursor) if stretch.cursor else None
    return TopologyPage(
        items=stretch.items,
        count=len(stretch.items),
        total_known=stretch.total,
        complete=cursor is None,
        next_cursor=cursor,
        snapshot=snapshot_state(info, app.settings),
        identity=identity_state(info),
        gaps=gaps,
        gaps_omitted=omitted or None,
        applied_limits=Limits(rows=limit, bytes=app.settings.reply_bytes, stopped_by=stretch.stopped_by),
        hint=" ".join(_hints(app, info, stretch)),
    )


def _hints(app: App, info: SnapshotInfo, stretch: Stretch) -> list[str]:
    hints = caveats(app)
    if stretch.cursor is None:
        empty = not stretch.items and not stretch.total
        hints.append("Nothing matches these filters." if empty else "This is the end.")
    elif stretch.stopped_by == "growing":
        hints.append("Discovery is under way; call again with next_cursor for what comes next.")
    else:
        hints.append("Pass next_cursor for the next page.")
    if info.gaps:
        hints.append(SEE_GAPS)
    return hints


TOOL = Tool(
    name="stream_topology",
    title="Stream the topology",
    description=DESCRIPTION,
    run=run,
    samples=(
        {"limit": 5},
        {"limit": 2, "detail": "full"},
        {"limit": 2, "state": "FAILED"},
        {"limit": 5, "include": "connections"},
    ),
)
