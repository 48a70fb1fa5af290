"""Inspection and egress in few words: pairs of edges that are alike told once, those in trouble first."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from cloudwan_mcp.policy.document import Document, SendTo
from cloudwan_mcp.policy.inspection import Basis, Inspection, Presence, exits, inspections
from cloudwan_mcp.policy.matrix import Cell, Matrix

GRAVEST: tuple[Basis, ...] = ("blackhole", "unspecified", "override", "only-one", "both", "local", "none")
SHOWN = 6  # pairs of edges of a row
Row = dict[str, Any]


def fold_ways(document: Document, cell: Cell, presence: Presence | None = None) -> list[Row]:
    """How the traffic of a cell is inspected between each two edges; nothing where no group is on the way."""
    kinds: dict[tuple[Basis, tuple[str, ...], str, str, tuple[str, ...]], list[Inspection]] = {}
    for way in inspections(document, cell, presence):
        if way.basis == "none":
            return []
        regions = way.regions if way.basis in ("override", "only-one") else ()
        kinds.setdefault((way.basis, regions, way.pointer, way.group, way.assumptions), []).append(way)
    rows = []
    for kind in sorted(kinds, key=lambda each: GRAVEST.index(each[0])):
        basis, regions, pointer, group, names = kind
        ways = kinds[kind]
        row: Row = {"basis": basis, "group": group}
        row |= {"regions": list(regions)} if regions else {}
        row |= {"assumptions": list(names)} if names else {}
        row |= {"because": ways[0].because, "pointer": pointer, "edge_pairs": len(ways)}
        rows.append(row | {"edges": [f"{way.source} > {way.destination}" for way in ways[:SHOWN]]})
    return rows


def fold_exits(
    document: Document, found: Matrix, presence: Presence | None = None, *, only: str = ""
) -> list[Row]:
    """Where default routes lead, of all segments or one, alike ones once; "own" is each edge's Region."""
    rows: dict[tuple[str, Basis, str, tuple[str, ...] | str], dict[str, str]] = {}
    for segment, actions in found.exits.items():
        if only in ("", segment):
            for kind, edges in _ways_out(document, segment, actions, presence).items():
                place = document.segment(segment)
                whole = place is not None and len(edges) == len(document.edges_of(place))
                where = f"all {len(edges)}" if whole else tuple(edges)
                rows.setdefault((*kind, where), {})[segment] = actions[0].pointer
    return [
        {"segments": list(by), "group": group, "basis": basis}
        | ({"region": region} if region else {})
        | {"edges": edges if isinstance(edges, str) else list(edges), "by": list(by.values())}
        for (group, basis, region, edges), by in rows.items()
    ]


def _ways_out(
    document: Document, segment: str, actions: tuple[SendTo, ...], presence: Presence | None
) -> dict[tuple[str, Basis, str], list[str]]:
    kinds: dict[tuple[str, Basis, str], list[str]] = {}
    for each in exits(document, segment, actions[:1], presence):
        region = "own" if each.basis == "local" else each.region
        kinds.setdefault((each.group, each.basis, region), []).append(each.edge)
    return kinds


def assumptions(document: Document, found: Matrix, presence: Presence | None = None) -> list[str]:
    """Those of the matrix, and of the inspection of its cells."""
    names, judged = set(found.assumptions), set[Hashable]()
    for cell in found.cells.values():
        if not cell.inserted:
            continue
        places = [document.segment(name) for name in (cell.source, cell.destination)]
        key = (cell.inserted[0].pointer, tuple(document.edges_of(each) for each in places if each))
        if key not in judged:  # what the inspection of a cell depends on
            judged.add(key)
            names |= {name for way in inspections(document, cell, presence) for name in way.assumptions}
    return sorted(names)
