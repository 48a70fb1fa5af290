"""The grid as few bytes of plain JSON as a page can draw it from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cloudwan_mcp.render.grid import REST, Cell, Column, Grid, Lane, fold
from cloudwan_mcp.render.names import line
from cloudwan_mcp.row import size

NAME, WORD = 128, 64  # characters; a name that is asked for by its lane or edge can have no more
STEPS = ((12, 12), (3, 12), (3, 3), (3, 1), (0, 3), (0, 1))  # types and states told apart, until it fits
SMALL_BYTES, SMALL_CELLS, CELL_BYTES = 7 * 1024, 120, 33  # of a grid, and of each cell that it has more
FOLDS = (24, 12, 6, 3, 1)  # lanes and columns, until it fits
SUFFIX = "-attachment"


def label(kind: str) -> str:
    """An attachment's type as AWS spells it: `vpc-attachment` is `VPC`; any other type as it stands."""
    return kind.removesuffix(SUFFIX).upper().replace("-", "_") if kind.endswith(SUFFIX) else kind


def kind_of(label: str) -> str:
    """The type that is spelt so, either way."""
    plain = label.lower().replace("_", "-")
    return plain if plain.endswith(SUFFIX) else plain + SUFFIX


def cut(name: str) -> str:
    """The name of a lane or edge as a page has it and asks for it by."""
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


def compact(grid: Grid, room: int) -> dict[str, Any]:
    """`types`, `states`, `edges`, `lanes`, `cells` and what was `folded`, in at most `room` bytes.

    Where they would take more, first the rarer types and states are counted together, then types are left
    out, then the smaller lanes and edges are folded.

    `edges` are [name, note, 1 where inspected], `lanes` [name, note, 1 for a group, 1 where isolated, hue].
    `cells` are [lane, edge, count, count by type, [[state, count], ...]] of those that have any: types and
    states are places in their lists, trailing zeros are cut, and a last member without anything is left out.
    """
    told: dict[str, Any] = {}
    for told in _tries(grid):
        if size(told) <= room:
            break
    return told


def _tries(grid: Grid) -> Iterator[dict[str, Any]]:
    for types, states in STEPS:
        yield _told(grid, types, states)
    for most in FOLDS:
        yield _told(fold(grid, most, most), 0, 1)


def worth(grid: Grid) -> int:
    """The bytes that a grid of this shape may take, whatever it counts: 7 KiB of 12 edges by 10 segments,
    47 KiB of 34 by 40."""
    return SMALL_BYTES + CELL_BYTES * max(len(grid.lanes) * len(grid.columns) - SMALL_CELLS, 0)


@dataclass(slots=True, frozen=True)
class Places:
    """Where names stand in a list; those that are not in it count for its last, the others."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, counts: Counter[str], most: int) -> Places:
        names = [name for name, _ in counts.most_common()]
        return cls((*names[: most - 1], REST) if len(names) > most else tuple(names))

    def counted(self, counts: Counter[str]) -> list[int]:
        """The counts in the order of the list."""
        found = [0] * len(self.names)
        for name, count in counts.items():
            found[self.names.index(name) if name in self.names else -1] += count
        return found


def _told(grid: Grid, most_types: int, most_states: int) -> dict[str, Any]:
    types = Places.of(grid.whole.types, most_types) if most_types else Places(())
    states = Places.of(grid.whole.troubled, most_states)
    told: dict[str, Any] = {
        "types": [line(label(name), WORD) for name in types.names],
        "states": [line(name, WORD) for name in states.names],
        "edges": [_edge(column) for column in grid.columns],
        "lanes": [_lane(lane) for lane in grid.lanes],
        "cells": [
            [row, at, *_cell(cell, types, states)]
            for row, lane in enumerate(grid.lanes)
            for at, cell in enumerate(lane.cells)
            if cell.count
        ],
    }
    lanes, edges = grid.folded
    return told | ({"folded": {"lanes": lanes, "edges": edges}} if lanes or edges else {})


def _edge(column: Column) -> list[Any]:
    return [cut(column.name), line(column.note, WORD), int(column.inspected)]


def _lane(lane: Lane) -> list[Any]:
    return [cut(lane.name), line(lane.note, WORD), int(lane.group), int(lane.isolated), lane.hue]


def _cell(cell: Cell, types: Places, states: Places) -> list[Any]:
    kinds = _cut(types.counted(cell.types)) if types.names else []
    troubled = states.counted(cell.troubled)
    pairs = [[at, count] for at, count in enumerate(troubled) if count]
    return [cell.count, kinds, pairs] if pairs else [cell.count, kinds]


def _cut(counts: Sequence[int]) -> list[int]:
    last = max((at for at, count in enumerate(counts) if count), default=-1)
    return list(counts[: last + 1])
