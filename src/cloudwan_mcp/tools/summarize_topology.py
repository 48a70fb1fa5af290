"""summarize_topology: how many there are of what, grouped and crossed, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import (
    Account,
    CoreNetwork,
    Edge,
    Segment,
    State,
    Tag,
    Text,
    Types,
    Word,
    filters_of,
)
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.live import Refresh
from cloudwan_mcp.locate import choose
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.queries.alternatives import alternatives
from cloudwan_mcp.queries.group import FIELDS, TAG, Groups, group
from cloudwan_mcp.reply import Envelope, envelope, overhead
from cloudwan_mcp.row import fitting, size
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.tool import Tool, answer, app_of

MOST = 100
DESCRIPTION = """\
Count the network's elements in one call, however many there are: grouped by any of segment, edge, type, \
state, account, core_network, global_network or tag:KEY, crossed, largest first, the rest folded. With \
element_types=["attachment"] and state: how many attachments failed or are pending, where."""


class Folded(BaseModel):
    groups: int
    count: int


class Summary(Envelope):
    total: int = Field(description="elements that match")
    groups: list[dict[str, Any]] = Field(description="the values of group_by, and count; none is (none)")
    folded: Folded | None = Field(None, description="the smaller groups, together")
    complete: bool


@dataclass(slots=True, frozen=True)
class _Found:
    info: SnapshotInfo
    groups: Groups
    instead: list[str]


async def run(
    ctx: Context[App],
    group_by: Annotated[list[Word] | None, Field(max_length=3, description="default: type")] = None,
    core_network_id: CoreNetwork = "",
    global_network_id: Word = "",
    element_types: Types = None,
    segment: Segment = "",
    edge: Edge = "",
    account: Account = "",
    state: State = "",
    tag: Tag = "",
    text: Text = "",
    top: Annotated[int, Field(ge=1, le=MOST, description="groups at most")] = 20,
    refresh: Refresh = "auto",
) -> Annotated[CallToolResult, Summary]:
    app = app_of(ctx)
    fields = _fields(group_by or ["type"])
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

    def count(reader: Reader) -> _Found:
        if core_network_id or global_network_id:
            choose(reader, core_network=core_network_id, global_network=global_network_id)
        groups = group(reader, filters, fields, top)
        return _Found(reader.info(), groups, [] if groups.total else alternatives(reader, filters))

    found = await live.ask(app, refresh, count, ctx.report_progress)
    return answer(_present(app, found, fields, filters))


def _fields(names: Sequence[str]) -> list[str]:
    wrong = [name for name in names if name not in FIELDS and not (name.startswith(TAG) and name != TAG)]
    if wrong or len(set(names)) < len(names):
        raise BadRequest(
            f"group_by={', '.join(names)} is not a list of different fields.",
            field="group_by",
            next_step=f"Choose from {', '.join(FIELDS)} and {TAG}KEY.",
        )
    return list(names)


def _present(app: App, found: _Found, fields: Sequence[str], filters: Filters) -> Summary:
    rows: list[dict[str, Any]] = [
        {**dict(zip(fields, (value or "(none)" for value in values), strict=True)), "count": count}
        for values, count in found.groups.rows
    ]
    room = app.settings.reply_bytes - overhead(found.info, "")
    kept = fitting(map(size, rows), room)
    folded = found.groups.folded + sum(row["count"] for row in rows[kept:])
    groups = found.groups.folded_groups + len(rows) - kept
    return Summary(
        total=found.groups.total,
        groups=rows[:kept],
        folded=Folded(groups=groups, count=folded) if groups else None,
        complete=found.info.complete,
        **envelope(app, found.info, *_hints(found, groups, filters)),
    )


def _hints(found: _Found, folded: int, filters: Filters) -> list[str]:
    if not found.groups.total:
        return ["Nothing matches these filters.", *found.instead]
    hints = [f"{folded} smaller groups are folded: raise top, or filter."] if folded else []
    if filters == Filters():
        hints.append("Narrow by element_types, segment, edge, account or state.")
    return [*hints, "stream_topology with the same filters lists them."]


TOOL = Tool(
    name="summarize_topology",
    title="Summarize the topology",
    description=DESCRIPTION,
    run=run,
    samples=(
        {},
        {"group_by": ["segment", "edge"], "element_types": ["attachment"]},
        {"group_by": ["state"], "element_types": ["attachment"]},
    ),
)
