"""The grid of a core network: segments and network function groups as lanes, edges as columns, in counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from cloudwan_mcp.model import Element
from cloudwan_mcp.model.state import TROUBLED
from cloudwan_mcp.render.format import Source, Tally
from cloudwan_mcp.store import Filters

MOST_LANES = 60  # AWS: 40 segments to a core network, and some network function groups
MOST_COLUMNS = 48  # AWS: one edge to a Region
GROUP = "nfg:"
NONE, REST = "(none)", "(others)"
FIELDS = ("segment", "edge", "type", "state")


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


@dataclass(slots=True)
class Lane:
    """A segment or network function group; `hue` is its place among all of its core network's lanes."""

    name: str
    note: str = ""
    group: bool = False
    hue: int = 0
    cells: list[Cell] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells)


@dataclass(slots=True, frozen=True)
class Column:
    """An edge; `note` is its ASN."""

    name: str
    note: str = ""


@dataclass(slots=True, frozen=True)
class Grid:
    """`whole` sums up all cells. What was too much for lanes or columns is folded into a last one."""

    columns: list[Column]
    lanes: list[Lane]
    whole: Cell

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
    return _filled(lanes, columns, counted)


def _filled(lanes: list[Lane], columns: list[Column], counted: Tally) -> Grid:
    rows = {lane.name: at for at, lane in enumerate(lanes)}
    places = {column.name: at for at, column in enumerate(columns)}
    for lane in lanes:
        lane.cells = [Cell() for _ in columns]
    whole = Cell()
    for (segment, edge, kind, state), count in counted:
        row, place = rows.get(segment or NONE, len(lanes) - 1), places.get(edge or NONE, len(columns) - 1)
        lanes[row].cells[place].add(kind, state, count)
        whole.add(kind, state, count)
    return Grid(columns, lanes, whole)


def _lanes(source: Source, used: set[str]) -> list[Lane]:
    known: list[Lane] = []
    for kind, prefix in (("segment", ""), ("network-function-group", GROUP)):
        for element in _listed(source, kind):
            known.append(Lane(f"{prefix}{element.name}", _lane_note(element), bool(prefix)))
    known += [Lane(name, group=name.startswith(GROUP)) for name in _others(used, known)]
    known.sort(key=lambda lane: lane.group)
    for hue, lane in enumerate(known):
        lane.hue = hue
    wanted = [lane for lane in known if source.filters.segment in ("", lane.name)]
    wanted += [Lane(NONE, hue=len(known))] if "" in used else []
    return [*wanted[: MOST_LANES - 1], Lane(REST)] if len(wanted) > MOST_LANES else wanted


def _columns(source: Source, used: set[str]) -> list[Column]:
    known = [Column(edge.name, _edge_note(edge)) for edge in _listed(source, "core-network-edge")]
    known += [Column(name) for name in _others(used, known)]
    known.sort(key=lambda column: column.name)
    wanted = [column for column in known if source.filters.edge in ("", column.name)]
    wanted += [Column(NONE)] if "" in used else []
    return [*wanted[: MOST_COLUMNS - 1], Column(REST)] if len(wanted) > MOST_COLUMNS else wanted


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
