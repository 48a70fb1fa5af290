"""How a change of policy reroutes traffic: between segments, through other Regions, out of other exits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Literal

from cloudwan_mcp.policy.change import CellChange, ExitChange, InspectionChange, Way
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.inspection import Presence, exits, inspections
from cloudwan_mcp.policy.matrix import Cell, Matrix, Verdict

MOST_WAYS = 400  # every pair of 20 edges
INSPECTED: tuple[Verdict, ...] = ("via", "shared-and-inspected")
_Pair = tuple[str, str]
_Known = tuple[Presence | None, Presence | None]


def _pairs(one: Matrix, other: Matrix) -> Iterator[_Pair]:
    yield from one.cells
    yield from (pair for pair in other.cells if pair not in one.cells)


def cell_changes(
    one: Matrix, other: Matrix, places: tuple[Counter[str], Counter[str]]
) -> Iterator[CellChange]:
    """Pairs of segments whose verdict or groups differ."""
    for pair in _pairs(one, other):
        before, after = one.cells.get(pair), other.cells.get(pair)
        if _seen(before) == _seen(after):
            continue
        now = after or before
        counts = [places[1 if name in other.segments else 0][name] for name in pair]
        yield CellChange(
            *pair,
            before.verdict if before else None,
            after.verdict if after else None,
            _effect(before, after),
            now.because if now else (),
            (counts[0], counts[1]),
        )


def _seen(cell: Cell | None) -> Hashable:
    return None if cell is None else (cell.verdict, cell.groups, cell.mode, cell.bypass)


def _effect(
    before: Cell | None, after: Cell | None
) -> Literal["gained", "lost", "now inspected", "no longer inspected", "other"]:
    had, has = before is not None and before.routed, after is not None and after.routed
    if had != has:
        return "gained" if has else "lost"
    was = before is not None and before.verdict in INSPECTED
    is_now = after is not None and after.verdict in INSPECTED
    if was != is_now:
        return "now inspected" if is_now else "no longer inspected"
    return "other"


def inspection_changes(
    before: Document, after: Document, one: Matrix, other: Matrix, presence: _Known
) -> Iterator[InspectionChange]:
    """Pairs inspected under both documents, but in other Regions; those that change alike are said once."""
    alike: dict[Hashable, list[_Pair]] = {}
    ways: dict[Hashable, tuple[Way, ...]] = {}
    for pair, cell in one.cells.items():
        later = other.cells.get(pair)
        if later is None or cell.verdict not in INSPECTED or later.verdict not in INSPECTED:
            continue
        key: Hashable = (_deciding(before, cell), _deciding(after, later))
        if key not in ways:
            ways[key] = tuple(_ways(before, after, cell, later, presence))
        alike.setdefault(key, []).append(pair)
    for key, pairs in alike.items():
        if ways[key]:
            yield InspectionChange(tuple(pairs), ways[key])


def _deciding(document: Document, cell: Cell) -> Hashable:
    """What the Regions of a cell depend on."""
    action = cell.inserted[0]
    places = tuple(
        document.edges_of(segment)
        for name in (cell.source, cell.destination)
        if (segment := document.segment(name))
    )
    return action.mode, action.via.groups, action.pointer, places


def _ways(before: Document, after: Document, cell: Cell, later: Cell, presence: _Known) -> Iterator[Way]:
    if presence[0] == presence[1] and _regions(cell) == _regions(later):
        return
    known = {(way.source, way.destination): way for way in inspections(before, cell, presence[0])}
    count = 0
    for way in inspections(after, later, presence[1]):
        old = known.get((way.source, way.destination))
        if old and (old.regions, old.basis) != (way.regions, way.basis) and count < MOST_WAYS:
            count += 1
            yield Way(way.source, way.destination, old.regions, way.regions, old.basis, way.basis)


def _regions(cell: Cell) -> Hashable:
    action = cell.inserted[0]
    return action.mode, action.via.groups, tuple((each.sets, each.region) for each in action.via.overrides)


def exit_changes(
    before: Document, after: Document, one: Matrix, other: Matrix, presence: _Known
) -> Iterator[ExitChange]:
    """Segments and edges whose default route leads elsewhere."""
    for segment in dict.fromkeys((*one.exits, *other.exits)):
        was = _leaving(before, segment, one, presence[0])
        now = _leaving(after, segment, other, presence[1])
        for edge in dict.fromkeys((*was, *now)):
            if was.get(edge, "") != now.get(edge, ""):
                yield ExitChange(segment, edge, was.get(edge, ""), now.get(edge, ""))


def _leaving(document: Document, segment: str, found: Matrix, presence: Presence | None) -> dict[str, str]:
    actions = found.exits.get(segment, ())[:1]
    return {
        each.edge: f"{each.group}@{each.region or each.basis}"
        for each in exits(document, segment, actions, presence)
    }
