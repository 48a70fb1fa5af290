"""Where things stand in a picture that grows: a lane for each segment or type, a column for each Region."""

from __future__ import annotations

from dataclasses import dataclass

from cloudwan_mcp.topology import NetworkElement

NODE_WIDTH, NODE_HEIGHT = 116, 20
STEP_X, STEP_Y = 124, 28
LABELS_WIDTH, HEADER_HEIGHT, BAND_MARGIN = 180, 40, 24
SLOTS = 4  # nodes side by side in a cell
ROWS = 4  # of them, below each other, in the first band of a lane
CELL = SLOTS * ROWS
COLUMN_WIDTH = SLOTS * STEP_X + 16

MOST_LANES, MOST_COLUMNS = 128, 64
"""A core network has at most 40 segments (AWS's quota), AWS some 40 Regions; what comes later is `OTHER`."""

OTHER, NOWHERE = "other", "global"


@dataclass(slots=True, frozen=True)
class Node:
    """An element in its place; `x` and `y` are the upper left corner, in pixels."""

    id: str
    name: str
    type: str
    lane: str
    x: int
    y: int


@dataclass(slots=True, frozen=True)
class Label:
    """The name of a column, or of a band: the part of a lane from `y` on, so many pixels high."""

    text: str
    x: int
    y: int
    height: int = 0


class Grid:
    """Gives every element a place that it keeps.

    Nothing ever moves, though nobody knows how large a lane will be: what a cell cannot take goes into the
    next band of its lane, below everything there is, and each band of a lane is twice as high as the one
    before. So a million elements in one cell take 16 bands. Held are a counter for each cell that is used and
    the bands of each lane.
    """

    def __init__(self) -> None:
        self.width, self.height = LABELS_WIDTH, HEADER_HEIGHT
        self._lanes: dict[str, list[int]] = {}
        self._columns: dict[str, int] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._labels: list[Label] = []

    def place(self, element: NetworkElement) -> Node:
        """The next free place in the element's cell."""
        segment = element.metadata.get("segment")
        wanted = segment if isinstance(segment, str) and segment else element.element_type
        lane = _admitted(wanted or OTHER, self._lanes, MOST_LANES)
        column = _admitted(element.region or NOWHERE, self._columns, MOST_COLUMNS)
        count = self._counts.get((lane, column), 0)
        self._counts[lane, column] = count + 1
        band = (count // CELL + 1).bit_length() - 1
        row, slot = divmod(count - CELL * (2**band - 1), SLOTS)
        x = self._column(column) + slot * STEP_X
        y = self._band(lane, band) + row * STEP_Y
        return Node(element.id, element.name or element.id, element.element_type, lane, x, y)

    def news(self) -> list[Label]:
        """The labels of columns and bands that have come since this was last asked."""
        labels, self._labels = self._labels, []
        return labels

    def _column(self, name: str) -> int:
        if name not in self._columns:
            self._columns[name] = self.width
            self._labels.append(Label(name, self.width, 0))
            self.width += COLUMN_WIDTH
        return self._columns[name]

    def _band(self, lane: str, band: int) -> int:
        """The first row of a band; they are begun one after the other, for cells fill up from the first."""
        tops = self._lanes.setdefault(lane, [])
        if band == len(tops):
            height = ROWS * 2**band * STEP_Y + BAND_MARGIN
            self._labels.append(Label(f"{lane} ({band + 1})" if band else lane, 0, self.height, height))
            tops.append(self.height + BAND_MARGIN)
            self.height += height
        return tops[band]


def _admitted(name: str, known: dict[str, list[int]] | dict[str, int], most: int) -> str:
    return name if name in known or len(known) < most - 1 else OTHER
