"""find: the elements that an id, a name, a tag, an account, an address or any text means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import Edge, Fields, Segment, Types, Word, filters_of
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.live import Refresh
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.queries.find import Found, Hit, find
from cloudwan_mcp.reply import Envelope, envelope, overhead
from cloudwan_mcp.row import Detail, chosen, element_row, fit
from cloudwan_mcp.store import Reader
from cloudwan_mcp.tool import Tool, answer, app_of

MOST = 50
DESCRIPTION = """\
Find elements by id, ARN, name (or a part, 3 characters at least), tag (key=value), account, IP address or \
CIDR (longest prefix first, with the attachments a route leads to), or text of tags and descriptions. Best \
matches first. Nothing found: says what was searched and what is spelt alike."""


class Findings(Envelope):
    items: list[dict[str, Any]]
    more: bool = Field(description="others match as well")
    searched: list[str]
    close: list[str] | None = Field(None, description="names that are spelt alike")
    complete: bool = Field(description="everything was searched and all that was found is here")


async def run(
    ctx: Context[App],
    query: Annotated[Word, Field(description="what is known of it")] = "",
    element_types: Types = None,
    segment: Segment = "",
    edge: Edge = "",
    limit: Annotated[int, Field(ge=1, le=MOST)] = 10,
    detail: Detail = "concise",
    fields: Fields = None,
    refresh: Refresh = "auto",
) -> Annotated[CallToolResult, Findings]:
    app = app_of(ctx)
    if not query.strip():
        raise BadRequest(
            "query is empty.", field="query", next_step="Give an id, a name, a tag, an address or a text."
        )
    filters = filters_of(element_types=element_types, segment=segment, edge=edge)

    def look(reader: Reader) -> tuple[SnapshotInfo, Found]:
        return reader.info(), find(reader, query, filters, limit)

    info, found = await live.ask(app, refresh, look, ctx.report_progress, searched=True)
    return answer(_present(app, info, found, detail, fields or []))


def _present(app: App, info: SnapshotInfo, found: Found, detail: Detail, fields: Sequence[str]) -> Findings:
    room = app.settings.reply_bytes - overhead(info, "")
    rows = fit([_row(hit, detail, fields) for hit in found.hits], room)
    more = found.more or len(rows) < len(found.hits)
    return Findings(
        items=rows,
        more=more,
        searched=found.searched,
        close=found.close or None,
        complete=info.complete and found.whole and not more,
        **envelope(app, info, *_hints(found, more=more)),
    )


def _row(hit: Hit, detail: Detail, fields: Sequence[str]) -> dict[str, Any]:
    row = {"by": hit.by, **chosen(element_row(hit.element, "full" if fields else detail), fields)}
    if hit.prefix:
        row["prefix"] = hit.prefix
    if hit.owners:
        row["owners"] = [element_row(owner, "concise") for owner in hit.owners]
    return row


def _hints(found: Found, *, more: bool) -> list[str]:
    if not found.hits:
        said = "Nothing was found; see searched" + (
            ", and close for what is spelt alike." if found.close else "."
        )
        unread = "list_routes" in found.searched[-1]
        further = "list_routes asks AWS." if unread else "stream_topology reads on by text."
        return [said, *([] if found.whole else [further])]
    if more:
        return ["More match: narrow by element_types, segment or edge, or list all with stream_topology."]
    return ["describe shows one of them in full."]


TOOL = Tool(
    name="find",
    title="Find elements",
    description=DESCRIPTION,
    run=run,
    samples=(
        {"query": "prod"},
        {"query": "10.0.0.1"},
        {"query": "attachment-0"},
        {"query": "Environment=prod"},
    ),
)
