"""Where the grid of a network stands in a picture: positions in pixels, tints and colours, no drawing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cloudwan_mcp.render.grid import REST, Cell, Column, Grid, Lane
from cloudwan_mcp.render.names import fitted, shown
from cloudwan_mcp.store.filters import NONE

CELL_WIDTH, CELL_HEIGHT, GAP = 57, 46, 3
MARGIN, TITLE_HEIGHT, LINE_HEIGHT = 16, 30, 12
TOTAL_WIDTH = 62
LETTER, SMALL = 7.4, 4.9  # of a lane's name in bold 12 px type and of its note in 9 px, on average
LABEL_WIDTH = (96, 230)
LABEL, NOTE = 28, 40  # characters
WRAP = 9  # characters of an edge's name on one line
HUES = (
    *("#3a6fd8", "#2f9e63", "#d08a1e", "#7a5bd0", "#c9423f"),
    *("#1e8e97", "#b04cb0", "#6f9a2b", "#d0662b", "#5d6b80"),
)
GROUP_HUE, NO_HUE = "#b7791f", "#7d8694"


@dataclass(slots=True, frozen=True)
class Box:
    """A cell and where it stands; `tint` goes from 0, nothing, to 1, as many as anywhere, by logarithm."""

    x: float
    y: float
    lane: Lane
    column: Column
    cell: Cell
    tint: float


@dataclass(slots=True, frozen=True)
class Layout:
    """All positions are in pixels from the upper left corner; `top` is where the lanes begin."""

    grid: Grid
    left: float
    top: float
    width: float
    height: float

    def x(self, column: int) -> float:
        return self.left + column * (CELL_WIDTH + GAP)

    def y(self, lane: int) -> float:
        return self.top + lane * (CELL_HEIGHT + GAP)

    def boxes(self, lane: int) -> Iterator[Box]:
        row, most = self.grid.lanes[lane], self.grid.largest
        for at, (column, cell) in enumerate(zip(self.grid.columns, row.cells, strict=True)):
            yield Box(self.x(at), self.y(lane), row, column, cell, tint(cell.count, most))


def lay_out(grid: Grid, lines: int, rows_below: int) -> Layout:
    """`lines` of text stand above the grid, and `rows_below` of small text under it."""
    longest = max((_length(lane) for lane in grid.lanes), default=0)
    left = MARGIN + min(max(longest + 18, LABEL_WIDTH[0]), LABEL_WIDTH[1])
    heads = max(
        (len(wrapped(column.name)) + bool(column.note) + column.inspected for column in grid.columns),
        default=1,
    )
    top = MARGIN + TITLE_HEIGHT + lines * 16 + heads * LINE_HEIGHT + 14
    right = left + len(grid.columns) * (CELL_WIDTH + GAP) + TOTAL_WIDTH + MARGIN
    bottom = top + len(grid.lanes) * (CELL_HEIGHT + GAP) + 24 + rows_below * 20 + MARGIN
    return Layout(grid, left, top, max(right, 640), bottom)


def _length(lane: Lane) -> float:
    return max(len(shown(lane.name, LABEL)) * LETTER, len(shown(note(lane), NOTE)) * SMALL)


def note(lane: Lane) -> str:
    """What stands under a lane's name."""
    said = lane.note or ("network function group" if lane.group else "")
    return " · ".join(each for each in ("isolated" if lane.isolated else "", said) if each)


def tint(count: int, most: int) -> float:
    return math.log1p(count) / math.log1p(most) if count else 0.0


def hue(lane: Lane) -> str:
    """A segment's colour is its place among the segments: the same in every picture of one network."""
    if lane.name in (NONE, REST):
        return NO_HUE
    return GROUP_HUE if lane.group else HUES[lane.hue % len(HUES)]


def wrapped(name: str) -> list[str]:
    """An edge's name on at most three lines, its geography first: `ap-`, `southeast-`, `1`."""
    first, *rest = re.findall("[^-]*-|[^-]+", shown(name, 30)) or [""]
    lines = [first]
    for part in rest:
        if len(lines) > 1 and len(lines[-1]) + len(part) <= WRAP:
            lines[-1] += part
        else:
            lines.append(part)
    if len(lines) == 2 and len(name) <= WRAP:
        lines = [name]
    cut = [fitted(line, WRAP + 1) for line in lines]
    return cut if len(cut) <= 3 else [*cut[:2], f"{cut[2][: WRAP - 1]}…"]
