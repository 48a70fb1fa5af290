"""The grid of a core network: segments and network function groups as lanes, edges as columns, in counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cloudwan_mcp.model import Element
from cloudwan_mcp.model.state import TROUBLED
from cloudwan_mcp.render.deployed import inspected, isolated
from cloudwan_mcp.render.format import Source, Tally
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.filters import NONE

MOST_LANES = 60  # AWS: 40 segments to a core network, and some network function groups
MOST_COLUMNS = 48  # AWS: one edge to a Region
GROUP = "nfg:"
REST = "(others)"
FIELDS = ("segment", "edge", "type", "state")
T = TypeVar("T")


@dataclass(slots=True)
class Cell:
    """What one lane has at one edge; `troubled` counts by state those that need attention."""

    count: int = 0
    types: Counter[str] = field(default_factory=Counter)
    troubled: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, state: str, count: int) -> None:
        self.count += count
        self.types[kind] += count
        if state.startswith(TROUBLED):
            self.troubled[state] += count

    def merge(self, other: Cell) -> None:
        self.count += other.count
        self.types += other.types
        self.troubled += other.troubled


@dataclass(slots=True)
class Lane:
    """A segment or network function group; `hue` is its place among all of its core network's lanes.

    `isolated` says that the policy in force keeps a segment's own attachments apart.
    """

    name: str
    note: str = ""
    group: bool = False
    hue: int = 0
    isolated: bool = False
    cells: list[Cell] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(slots=True, frozen=True)
class Column:
    """An edge; `note` is its ASN, `inspected` says that a network function group is deployed there."""

    name: str
    note: str = ""
    inspected: bool = False


@dataclass(slots=True, frozen=True)
class Grid:
    """`whole` sums up all cells. What was too much for lanes or columns is folded into a last one:
    `folded` counts the lanes and the columns in it."""

    columns: list[Column]
    lanes: list[Lane]
    whole: Cell
    folded: tuple[int, int] = (0, 0)

    def total(self, column: int) -> int:
        return sum(lane.cells[column].count for lane in self.lanes)

    @property
    def largest(self) -> int:
        return max((cell.count for lane in self.lanes for cell in lane.cells), default=0)


def grid_of(source: Source) -> Grid:
    """Count the attachments that match, or the elements of the types asked for, by segment and edge.

    Lanes come in the order in which the core network lists them, and are there also without attachments;
    groups follow segments. Columns come by name, which is by geography.
    """
    filters = replace(source.filters, types=source.filters.types or ("attachment",))
    counted = source.count(filters, FIELDS)
    lanes = _lanes(source, {values[0] for values, _ in counted})
    columns = _columns(source, {values[1] for values, _ in counted})
    shown, places = _cut(lanes, MOST_LANES, Lane(REST)), _cut(columns, MOST_COLUMNS, Column(REST))
    return _filled(Grid(places, shown, Cell(), (_over(lanes, shown), _over(columns, places))), counted)


def fold(grid: Grid, most_lanes: int, most_columns: int) -> Grid:
    """The largest lanes and columns as they stand, the others together in a last one of each."""
    names = [lane.name for lane in grid.lanes], [column.name for column in grid.columns]
    rows = _largest(names[0], [lane.total for lane in grid.lanes], most_lanes)
    places = _largest(names[1], [grid.total(at) for at in range(len(grid.columns))], most_columns)
    columns = [grid.columns[at] for at in places] + [Column(REST)] * (len(places) < len(grid.columns))
    lanes = [replace(grid.lanes[at]) for at in rows] + [Lane(REST)] * (len(rows) < len(grid.lanes))
    for lane in lanes:
        lane.cells = [Cell() for _ in columns]
    for at, lane in enumerate(grid.lanes):
        target = lanes[rows.index(at) if at in rows else -1]
        for place, cell in enumerate(lane.cells):
            target.cells[places.index(place) if place in places else -1].merge(cell)
    folded = (_more(grid.folded[0], names[0], rows), _more(grid.folded[1], names[1], places))
    return Grid(columns, lanes, grid.whole, folded)


def _largest(names: list[str], totals: list[int], most: int) -> list[int]:
    """Which to keep, in their order, so that with the rest there are at most `most`."""
    if len(names) <= most:
        return list(range(len(names)))
    kept = sorted((at for at, name in enumerate(names) if name != REST), key=lambda at: -totals[at])
    return sorted(kept[: most - 1])


def _more(folded: int, names: list[str], kept: list[int]) -> int:
    """How many are folded by now, where `folded` of them were a last one before."""
    dropped = len(names) - len(kept)
    return folded + dropped - (REST in names) if dropped else folded


def _filled(grid: Grid, counted: Tally) -> Grid:
    rows = {lane.name: at for at, lane in enumerate(grid.lanes)}
    places = {column.name: at for at, column in enumerate(grid.columns)}
    for lane in grid.lanes:
        lane.cells = [Cell() for _ in grid.columns]
    for (segment, edge, kind, state), count in counted:
        lane = grid.lanes[rows.get(segment or NONE, -1)]
        lane.cells[places.get(edge or NONE, -1)].add(kind, state, count)
        grid.whole.add(kind, state, count)
    return grid


def _cut(listed: list[T], most: int, rest: T) -> list[T]:
    return [*listed[: most - 1], rest] if len(listed) > most else listed


def _over(listed: Sequence[object], shown: Sequence[object]) -> int:
    """How many of these are in the last one that is shown."""
    return len(listed) - len(shown) + 1 if len(listed) > len(shown) else 0


def _lanes(source: Source, used: set[str]) -> list[Lane]:
    known: list[Lane] = []
    for kind, prefix in (("segment", ""), ("network-function-group", GROUP)):
        for element in _listed(source, kind):
            known.append(Lane(f"{prefix}{element.name}", _lane_note(element), bool(prefix)))
    known += [Lane(name, group=name.startswith(GROUP)) for name in _others(used, known)]
    known.sort(key=lambda lane: lane.group)
    apart = isolated(source.reader, source.filters.core_network)
    for hue, lane in enumerate(known):
        lane.hue, lane.isolated = hue, lane.name in apart
    wanted = [lane for lane in known if source.filters.segment in ("", lane.name)]
    return [*wanted, Lane(NONE, hue=len(known))] if "" in used else wanted


def _columns(source: Source, used: set[str]) -> list[Column]:
    groups = inspected(source.reader, source.filters.core_network)
    known = [
        Column(edge.name, _edge_note(edge), edge.name in groups)
        for edge in _listed(source, "core-network-edge")
    ]
    known += [Column(name) for name in _others(used, known)]
    known.sort(key=lambda column: column.name)
    wanted = [column for column in known if source.filters.edge in ("", column.name)]
    return [*wanted, Column(NONE)] if "" in used else wanted


def _others(used: Iterable[str], known: Sequence[Lane | Column]) -> list[str]:
    """Names that attachments use and the core network does not list, as where it may not be seen."""
    return sorted({*used} - {each.name for each in known} - {""})


def _listed(source: Source, kind: str) -> list[Element]:
    only = Filters(types=(kind,), core_network=source.filters.core_network)
    return [element for _, element in source.reader.page(only, after=0, limit=MOST_LANES * 2).rows]


def _lane_note(element: Element) -> str:
    shared = json.loads(element.attributes or "{}").get("SharedSegments") or []
    if len(shared) == 1:
        return f"shared with {shared[0]}"
    return f"shared with {len(shared)} segments" if shared else ""


def _edge_note(element: Element) -> str:
    asn = json.loads(element.attributes or "{}").get("Asn")
    return f"AS {asn}" if asn else ""
