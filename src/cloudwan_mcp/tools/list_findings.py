"""list_findings: what needs somebody's attention, how grave it is, why, and what to do."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import CursorText
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.findings import FINDINGS
from cloudwan_mcp.live import Refresh
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.queries.list_findings import ROUTES, Item, Listed, Position, Wanted, list_findings
from cloudwan_mcp.reply import BRIEF_BYTES, Envelope, envelope, overhead
from cloudwan_mcp.row import element_row, fit, readable
from cloudwan_mcp.store import Reader
from cloudwan_mcp.tool import Tool, answer, app_of

MOST = 100
USUAL = 20
KIND = "findings"
Severity = Literal["critical", "high", "medium", "low"]
DESCRIPTION = f"""\
What needs attention, gravest first, counted and listed with evidence, fix and documentation: \
{", ".join(each.name for each in FINDINGS)}. unsure names what could not be judged."""


class Count(BaseModel):
    finding: str
    severity: Severity
    title: str
    count: int


class Findings(Envelope):
    counts: list[Count]
    items: list[dict[str, Any]]
    unsure: list[str] | None = Field(None, description="silence about these says nothing")
    complete: bool
    next_cursor: str | None = None


async def run(
    ctx: Context[App],
    findings: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None, Field(max_length=len(FINDINGS))
    ] = None,
    severities: Annotated[list[Severity] | None, Field(max_length=4)] = None,
    limit: Annotated[int | None, Field(ge=0, le=MOST, description="default: what 2,000 tokens hold")] = None,
    cursor: CursorText = "",
    refresh: Refresh = "auto",
) -> Annotated[CallToolResult, Findings]:
    app = app_of(ctx)
    wanted = Wanted(_known(findings or []), tuple(severities or ()), time.time())
    start, snapshot = Position(), ""
    if cursor:
        snapshot, wanted, start = _read(app, cursor, wanted)

    def look(reader: Reader) -> tuple[SnapshotInfo, Listed]:
        return reader.info(), list_findings(reader, wanted, start, USUAL if limit is None else limit)

    if snapshot:
        await live.indexed(app, snapshot)
        info, listed = await app.read(snapshot, look)
    else:
        info, listed = await live.ask(app, refresh, look, ctx.report_progress, searched=True)
    most = BRIEF_BYTES if limit is None else app.settings.reply_bytes
    return answer(_present(app, info, listed, _Asked(wanted, start, most)))


@dataclass(slots=True, frozen=True)
class _Asked:
    """`most` are the bytes that the reply may take."""

    wanted: Wanted
    start: Position
    most: int


def _known(names: list[str]) -> tuple[str, ...]:
    known = [each.name for each in FINDINGS]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise BadRequest(
            f"findings: there is no {wrong[0]!r}.",
            field="findings",
            next_step=f"Choose from {', '.join(known)}.",
        )
    return tuple(names)


def _read(app: App, cursor: str, wanted: Wanted) -> tuple[str, Wanted, Position]:
    """A cursor goes on in its snapshot, with what was asked for and the moment that was now."""
    snapshot, kinds, severities, now, position = app.folder.signer.opened(cursor, KIND)
    asked = Wanted(tuple(kinds), tuple(severities), now)
    if (wanted.kinds or wanted.severities) and (wanted.kinds, wanted.severities) != (
        asked.kinds,
        asked.severities,
    ):
        raise BadRequest(
            "cursor belongs to other findings or severities than the ones given.",
            field="cursor",
            next_step="Pass the cursor alone, or what you want without it.",
        )
    return snapshot, asked, Position(*position)


def _present(app: App, info: SnapshotInfo, listed: Listed, asked: _Asked) -> Findings:
    wanted = asked.wanted
    counts = [
        Count(finding=finding.name, severity=severity, title=finding.title, count=count)  # type: ignore[arg-type]
        for finding, severity, count in listed.counts
    ]
    room = asked.most - overhead(info, "") - 512 - sum(len(c.model_dump_json()) for c in counts)
    rows = fit([_row(item) for item in listed.items], room)
    more = listed.more or len(rows) < len(listed.items)
    behind = listed.items[len(rows) - 1].behind if rows else asked.start
    values = [info.id, wanted.kinds, wanted.severities, wanted.now, behind]
    return Findings(
        counts=counts,
        items=rows,
        unsure=listed.unsure or None,
        complete=info.complete and not more,
        next_cursor=app.folder.signer.seal(KIND, values) if more else None,
        **envelope(app, info, *_hints(info, listed, more=more)),
    )


def _row(item: Item) -> dict[str, Any]:
    row = {
        "finding": item.finding.name,
        "severity": item.severity,
        "element": element_row(item.element, "concise") if item.element else None,
        "evidence": item.text,
        "facts": readable(dict(item.facts)),
        "fix": item.fix or item.finding.fix,
        "documentation": item.finding.documentation,
    }
    return {name: value for name, value in row.items() if value}


def _hints(info: SnapshotInfo, listed: Listed, *, more: bool) -> list[str]:
    said = []
    if not listed.counts:
        said.append("Nothing was found.")
    if more:
        said.append("Pass next_cursor for more of them, or name findings and severities.")
    if listed.unsure:
        unread = ROUTES not in {gap.operation for gap in info.gaps}
        said.append("Route tables were not read: list_routes asks AWS." if unread else "See unsure and gaps.")
    return said


TOOL = Tool(
    name="list_findings",
    title="List findings",
    description=DESCRIPTION,
    run=run,
    samples=({}, {"severities": ["critical", "high"]}, {"limit": 0}),
)
