"""What the map is drawn from: the grid of one core network of one snapshot, for a page or a terminal."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import Field

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import BadRequest, NotFound
from cloudwan_mcp.locate import choose, networks
from cloudwan_mcp.model import Element, SnapshotInfo
from cloudwan_mcp.queries.alternatives import alternatives
from cloudwan_mcp.queries.group import group
from cloudwan_mcp.render.brief import brief
from cloudwan_mcp.render.compact import NAME, WORD, compact, cut, kind_of, label, worth
from cloudwan_mcp.render.deployed import policy_version
from cloudwan_mcp.render.format import Source, Tally
from cloudwan_mcp.render.grid import REST, Grid, grid_of
from cloudwan_mcp.render.names import line, marked
from cloudwan_mcp.reply import Envelope, envelope, snapshot_state
from cloudwan_mcp.row import size
from cloudwan_mcp.store import Filters, Reader

PAGE = "ui://cloudwan/map.html"
MAP_BYTES = 48 * 1024  # of a reply that a page reads and no model: 40 segments by 34 edges, AWS's own bounds
TEXT_BYTES = 6 * 1024
MOST_NETWORKS = 20
MOST_GROUPS = 100_000
GAPS_NAMED = 5


class Map(Envelope):
    """The grid; `render.compact` says what its lists hold. Without `cells`, map_grid gives them."""

    view: str = "grid"
    core_network: dict[str, Any] | None = None
    networks: list[list[str]] | None = Field(None, description="[id, name] of those there are")
    filters: dict[str, str] | None = None
    totals: dict[str, int] = Field({}, description="elements, connections; attachments that match")
    types: list[str] | None = None
    states: list[str] | None = None
    edges: list[list[Any]] | None = None
    lanes: list[list[Any]] | None = None
    cells: list[list[Any]] | None = None
    folded: dict[str, int] | None = None


@dataclass(slots=True, frozen=True)
class Overview:
    """One core network of a snapshot; None where there is none, or none is known yet."""

    info: SnapshotInfo
    core: Element | None
    networks: list[Element]
    version: int
    filters: Filters
    grid: Grid
    instead: list[str]


def overview(reader: Reader, filters: Filters) -> Overview:
    """Count what matches. Of several core networks the first is taken where none is named."""
    info = reader.info()
    core, found = standing_in(reader, filters.core_network)
    filters = replace(filters, core_network=core.id if core else filters.core_network)

    def count(filters: Filters, fields: tuple[str, ...]) -> Tally:
        return group(reader, filters, fields, MOST_GROUPS).rows

    grid = grid_of(Source(reader, filters, info, count))
    version = policy_version(reader, core.id) if core else 0
    narrowed = replace(filters, core_network="") != Filters()
    instead = alternatives(reader, filters) if narrowed and not grid.whole.count else []
    return Overview(info, core, found[:MOST_NETWORKS], version, filters, grid, instead)


def standing_in(reader: Reader, core_network: str) -> tuple[Element | None, list[Element]]:
    """The core network named, or else the first, and all of them; raises `BadRequest` for an unknown one."""
    if core_network:
        choose(reader, core_network=core_network, global_network="")
    found = networks(reader, "core-network")
    return next((each for each in found if core_network in ("", each.id)), None), found


async def newest(app: App) -> str:
    """The id of the snapshot that a discovery fills, else of the newest complete one, else of any."""
    infos = await app.work(app.folder.snapshots)
    for state in ("growing", "complete", "interrupted"):
        for info in infos:
            if info.state == state:
                return info.id
    raise NotFound("There is no snapshot yet.", next_step="Call show_topology, which discovers the network.")


def narrowed(
    core_network_id: str, account: str, state: str, type: str, tag: str, segment: str = "", edge: str = ""
) -> Filters:
    """The attachments that the map's arguments mean; raises `BadRequest` for several lanes or edges."""
    for field, value in (("segment", segment), ("edge", edge)):
        if value == REST:
            raise BadRequest(
                f"{REST} stands for several.", field=field, next_step="List them with stream_topology."
            )
    return Filters(
        types=(kind_of(type) if type else "attachment",),
        core_network=core_network_id,
        segment=segment,
        edge=edge,
        account=account,
        state=state.upper(),
        tag=tag,
    )


def whole_name(reader: Reader, field: str, shown: str) -> str:
    """The segment or edge whose name was too long to be shown whole."""
    if not shown.endswith("…"):
        return shown
    names = (name for (name,), _ in reader.tally(Filters(), field))
    return next((name for name in names if cut(name) == shown), shown)


def drawn(app: App, seen: Overview, room: int, *hints: str) -> dict[str, Any]:
    """The map as structured content of at most `room` bytes, everything around the grid included."""
    said = [*_hints(seen), *hints]
    head = _head(app, seen, *said)
    told = compact(seen.grid, min(worth(seen.grid), room - size(head) - 128))
    if seen.grid.whole.types and not told["types"]:
        head["hint"] += " Types are left out, for want of room."
    return head | told


def outlined(app: App, seen: Overview, room: int, *hints: str, cells: bool) -> dict[str, Any]:
    """As `drawn`, whole; or without its cells where all of it has no room, or nobody wants them."""
    head = _head(app, seen, *_hints(seen), *hints)
    told = compact(seen.grid, worth(seen.grid))
    bare: dict[str, Any] = told | {"edges": [], "lanes": [], "cells": None}
    for grid in (told, told | {"cells": None}) if cells else ():
        if size(head | grid) <= room:
            return head | grid
    return head | bare


def _head(app: App, seen: Overview, *hints: str) -> dict[str, Any]:
    core, info = seen.core, seen.info
    totals = {
        "elements": info.elements,
        "connections": info.connections,
        "attachments": seen.grid.whole.count,
    }
    if info.expected and not info.complete:
        totals["expected"] = info.expected
    known = {"id": line(core.id, NAME), "name": line(core.name, WORD)} if core else {}
    made = Map(
        core_network=known | ({"policy_version": seen.version} if seen.version else {}),
        networks=[[line(each.id, NAME), line(each.name, WORD)] for each in seen.networks],
        filters=told_filters(seen.filters) or None,
        totals=totals,
        **envelope(app, info, *hints),
    ).model_dump(mode="json", exclude_none=True)
    return made | ({} if core else {"core_network": None})


def told_filters(filters: Filters) -> dict[str, str]:
    """What was asked for, by the names of the map's arguments."""
    given = {name: value for name, value in asdict(filters).items() if name in ("account", "state", "tag")}
    kinds = "".join(kind for kind in filters.types if kind != "attachment")
    return {name: value for name, value in (given | {"type": kinds and label(kinds)}).items() if value}


def _hints(seen: Overview) -> list[str]:
    hints = []
    if seen.core and len(seen.networks) > 1:
        hints.append(f"There are {len(seen.networks)} core networks: core_network_id chooses another.")
    if not seen.core and seen.info.complete:
        hints.append("There is no core network.")
    if seen.info.state == "interrupted":
        hints.append("The discovery was interrupted.")
    return [*hints, *seen.instead]


def text_of(app: App, seen: Overview, hint: str) -> str:
    """The map as Markdown that stands alone, in at most `TEXT_BYTES`."""
    above, below = "\n".join(_above(app, seen)), "\n".join(_below(seen, hint))
    room = TEXT_BYTES - len(above.encode()) - len(below.encode()) - 8
    return f"{above}\n\n{brief(seen.grid, room)}\n{below}"


def _above(app: App, seen: Overview) -> list[str]:
    info, core = seen.info, seen.core
    place = f"{marked(core.id)} ({marked(core.name)})" if core else "no core network"
    place += f", policy version {seen.version}" if seen.version else ""
    state = snapshot_state(info, app.settings)
    age = f"{state.age_s:,.0f} s old{', stale' if state.stale else ''}"
    asked = "; ".join(f"{name} {marked(value)}" for name, value in told_filters(seen.filters).items())
    expected = f" of {info.expected:,}" if info.expected and not info.complete else ""
    who = f"account {marked(info.identity.account or 'unknown')} ({marked(info.identity.alias)})"
    return [
        f"**AWS Cloud WAN**: {place}, {who}",
        f"Snapshot {marked(info.id)} ({info.state}, {age}): {info.elements:,}{expected} elements, "
        f"{info.connections:,} connections; attachments by segment and edge: {seen.grid.whole.count:,}"
        + (f" ({asked})" if asked else ""),
    ]


def _below(seen: Overview, hint: str) -> list[str]:
    types = ", ".join(f"{marked(label(kind), 40)} {n:,}" for kind, n in seen.grid.whole.types.most_common(8))
    gaps = sorted({f"{gap.operation} {gap.code}" for gap in seen.info.gaps})
    more = f" and {len(gaps) - GAPS_NAMED} more" if len(gaps) > GAPS_NAMED else ""
    return [
        *([f"Types: {types}."] if types else []),
        *(
            [f"Could not be read: {', '.join(marked(each) for each in gaps[:GAPS_NAMED])}{more}."]
            if gaps
            else []
        ),
        line(hint, 1200),
    ]
