"""list_routes: where prefixes go from every segment and edge, without dumping a table."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from typing import Annotated, Any, Literal

import anyio
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import CoreNetwork, CursorText, Edge, Segment, Word
from cloudwan_mcp.errors import BadRequest, CloudWanError
from cloudwan_mcp.locate import choose
from cloudwan_mcp.model import Element, SnapshotInfo
from cloudwan_mcp.queries import list_routes as room
from cloudwan_mcp.queries.list_routes import Folded, Known, Match, Route, Table, Wanted
from cloudwan_mcp.reply import BRIEF_BYTES, Envelope, envelope, overhead
from cloudwan_mcp.row import fitting, size
from cloudwan_mcp.store import Reader
from cloudwan_mcp.store.index.prefix import network
from cloudwan_mcp.tool import Tool, answer, app_of

KIND = "routes"
AT_ONCE = 4
ROUTES = 200  # of one table
MOST, BRIEF = 500, 150  # different routes in a reply: the most to ask for, and more than fit unasked
SHOWN = 6  # attachments of a route
DESCRIPTION = """\
Installed routes per segment (or nfg:NAME) and edge: where an address goes from everywhere (longest match), \
exact, within or covering prefixes, state BLACKHOLE; 0.0.0.0/0 exact for default exits. Same routes are told \
once with their tables. From the snapshot where it read them, else from AWS (kept 60 s)."""


@dataclass(slots=True, frozen=True)
class _Asked:
    prefix: str = ""
    match: Match = "longest"
    state: Literal["", "ACTIVE", "BLACKHOLE"] = ""
    core_network_id: str = ""
    segment: str = ""
    edge: str = ""
    fresh: bool = False


class Routes(Envelope):
    routes: list[dict[str, Any]]
    without: dict[str, list[str]] | None = Field(None, description="tables without such a route")
    unread: list[dict[str, Any]] | None = None
    tables: int = Field(description="that were looked at")
    oldest_s: float = Field(description="age of the oldest table")
    complete: bool
    next_cursor: str | None = None


@dataclass(slots=True)
class _Seen:
    """What was found so far, in the snapshot and by asking; `unread` are (table, why)."""

    known: Known
    looked_at: list[Table]
    unread: list[tuple[Table, str]] = field(default_factory=list)
    cut: set[Table] = field(default_factory=set)
    oldest: float = field(default_factory=time.time)


async def run(
    ctx: Context[App],
    prefix: Annotated[Word, Field(description="CIDR or address; default: all")] = "",
    match: Match = "longest",
    state: Literal["", "ACTIVE", "BLACKHOLE"] = "",
    core_network_id: CoreNetwork = "",
    segment: Segment = "",
    edge: Edge = "",
    fresh: Annotated[bool, Field(description="ask AWS in any case")] = False,
    limit: Annotated[
        int | None, Field(ge=1, le=MOST, description="routes; default: what 2,000 tokens hold")
    ] = None,
    cursor: CursorText = "",
) -> Annotated[CallToolResult, Routes]:
    app = app_of(ctx)
    asked, start = _Asked(prefix, match, state, core_network_id, segment, edge, fresh), 0
    if cursor:
        asked, start = _read(app, cursor, asked)
    wanted = _wanted(asked)

    def look(reader: Reader) -> tuple[SnapshotInfo, list[Table], Known]:
        choose(reader, core_network=asked.core_network_id, global_network="")
        tables = room.tables(
            reader, core_network=asked.core_network_id, segment=asked.segment, edge=asked.edge
        )
        known = Known() if asked.fresh else room.known(reader, tables, wanted, limit or BRIEF)
        return reader.info(), tables, known

    info, tables, known = await live.ask(app, "auto", look, ctx.report_progress)
    if not tables and info.complete:
        raise BadRequest(
            f"There is no route table of segment {asked.segment or 'any'!r} at edge {asked.edge or 'any'!r}.",
            field="segment" if asked.segment else "edge",
            next_step="summarize_topology groups by segment and edge.",
        )
    seen = _Seen(known, [table for table in tables if table in known.tables])
    seen.oldest = info.updated_at if known.tables else seen.oldest
    rest = [table for table in tables if table not in known.tables]
    done = await _asked(ctx, app, rest[start:], wanted, seen)
    shown = _Shown(app, info, tables, limit)
    if (behind := start + done) < len(rest):
        shown.cursor = app.folder.signer.seal(KIND, [astuple(asked), behind])
    folded, different = seen.known.told()
    names = await app.read(info.id, lambda reader: room.named(reader, _ends(folded)))
    rows = [_row(each, tables, names) for each in folded[: limit or MOST]]
    return answer(_present(shown, seen, rows, different))


@dataclass(slots=True)
class _Shown:
    app: App
    info: SnapshotInfo
    tables: list[Table]
    limit: int | None
    cursor: str | None = None

    @property
    def most(self) -> int:
        """Bytes that the reply may take."""
        return BRIEF_BYTES if self.limit is None else self.app.settings.reply_bytes


def _wanted(asked: _Asked) -> Wanted:
    net = network(asked.prefix) if asked.prefix else None
    if asked.prefix and net is None:
        raise BadRequest(
            f"prefix={asked.prefix[:60]!r} is neither a CIDR block nor an IP address.",
            field="prefix",
            next_step="Write e.g. 10.0.0.0/16, 10.1.2.3 or 2001:db8::/32.",
        )
    return Wanted(net, asked.match, asked.state)


def _read(app: App, cursor: str, asked: _Asked) -> tuple[_Asked, int]:
    """What a cursor's first page asked for, and the table where it goes on."""
    before, behind = app.folder.signer.opened(cursor, KIND)
    if asked not in (_Asked(*before), _Asked()):
        message = "cursor belongs to another question."
        raise BadRequest(message, field="cursor", next_step="Pass the cursor alone.")
    return _Asked(*before), behind


async def _asked(ctx: Context[App], app: App, tables: Sequence[Table], wanted: Wanted, seen: _Seen) -> int:
    """Ask AWS for these tables, a few at a time, until the time of a first page is over; how many."""
    done = 0
    ends = anyio.current_time() + app.settings.first_page_wait_s
    while done < len(tables) and (not done or anyio.current_time() < ends):
        batch = tables[done : done + AT_ONCE]
        found: dict[Table, list[Route]] = {}
        async with anyio.create_task_group() as tasks:
            for table in batch:
                tasks.start_soon(_ask, app, table, wanted, seen, found)
        for table in batch:
            seen.known.routes += found.get(table, [])
        done += len(batch)
        await ctx.report_progress(done, len(tables), f"{done} of {len(tables)} route tables")
    return done


async def _ask(app: App, table: Table, wanted: Wanted, seen: _Seen, found: dict[Table, list[Route]]) -> None:
    try:
        looked = await app.lookups.look("get_network_routes", room.parameters(table, wanted), most=ROUTES)
    except CloudWanError as error:
        seen.unread.append((table, str(error)[:300]))
        return
    routes = (room.route_of(table, item, wanted) for item in looked.items)
    found[table] = room.chosen([route for route in routes if route], wanted)
    seen.looked_at.append(table)
    seen.oldest = min(seen.oldest, looked.at)
    if looked.more:
        seen.cut.add(table)


def _ends(routes: Iterable[Folded]) -> list[str]:
    return list(dict.fromkeys(each for route in routes for each in route.via[:SHOWN]))[:ROUTES]


def _present(shown: _Shown, seen: _Seen, rows: list[dict[str, Any]], different: int) -> Routes:
    app, info = shown.app, shown.info
    without = room.places(seen.known.without(seen.looked_at), shown.tables)
    unread = _unread(seen, shown.tables)
    room_left = shown.most - overhead(info, shown.cursor or "") - size(without) - sum(map(size, unread))
    kept = fitting(map(size, rows), room_left)
    whole = info.complete and kept == different and not (unread or seen.cut or shown.cursor)
    whole = whole and seen.known.whole
    return Routes(
        routes=rows[:kept],
        without=without or None,
        unread=unread or None,
        tables=len(seen.looked_at),
        oldest_s=round(max(0.0, time.time() - seen.oldest), 1),
        complete=whole,
        next_cursor=shown.cursor,
        **envelope(app, info, *_hints(shown, seen, left_out=different - kept)),
    )


def _row(each: Folded, tables: list[Table], known: dict[str, Element]) -> dict[str, Any]:
    names = {end: known[end].name for end in each.via[:SHOWN] if end in known}
    via = [{"id": end, **({"name": names[end]} if names.get(end) else {})} for end in each.via[:SHOWN]]
    row: dict[str, Any] = {"prefix": each.prefix, "state": each.state, "type": each.type}
    row |= {"via": via} if via else {}
    row |= {"via_others": len(each.via) - SHOWN} if len(each.via) > SHOWN else {}
    return {**row, "tables": room.places(each.tables, tables)}


def _unread(seen: _Seen, tables: Sequence[Table]) -> list[dict[str, Any]]:
    whys = list(dict.fromkeys(why for _, why in seen.unread))[:4]
    return [
        {"tables": room.places([table for table, each in seen.unread if each == why], tables), "error": why}
        for why in whys
    ]


def _hints(shown: _Shown, seen: _Seen, *, left_out: int) -> list[str]:
    said = []
    if left_out:
        said.append(f"{left_out} routes are left out: raise limit, or narrow by prefix, segment, edge.")
    if not seen.known.whole:
        said.append(
            f"Of the snapshot's routes only {room.ROUTES_READ:,} were read: name a prefix or a segment."
        )
    if seen.cut:
        said.append(f"Of {len(seen.cut)} tables only the first {ROUTES} routes were read: name a prefix.")
    if shown.cursor:
        said.append("Pass next_cursor for the tables that are left.")
    if seen.unread:
        said.append("unread names tables that AWS did not give.")
    return said


TOOL = Tool(
    name="list_routes",
    title="List routes",
    description=DESCRIPTION,
    run=run,
    samples=({"prefix": "10.0.0.1"}, {"state": "BLACKHOLE"}),
)
