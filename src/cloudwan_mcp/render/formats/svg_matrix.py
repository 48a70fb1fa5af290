"""SVG of the segment matrix: which segments reach which by the policy in force, in words and colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.matrix import Matrix, Verdict, matrix
from cloudwan_mcp.render.deployed import documents
from cloudwan_mcp.render.drawing import lane_head, opening, text
from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.grid import Cell, Column, Grid, Lane, grid_of
from cloudwan_mcp.render.heading import heading
from cloudwan_mcp.render.layout import CELL_HEIGHT, CELL_WIDTH, MARGIN, Layout, lay_out
from cloudwan_mcp.render.names import shown, xml
from cloudwan_mcp.store import Filters

LOOKS: dict[Verdict, tuple[str, str]] = {  # the word in a cell, and how the cell is filled
    "open": ("open", 'fill="#2f9e63" fill-opacity="0.3"'),
    "via": ("via NFG", 'fill="#b7791f" fill-opacity="0.4"'),
    "shared-and-inspected": ("open + NFG", 'fill="#b7791f" fill-opacity="0.2" stroke="#2f9e63"'),
    "isolated": ("isolated", 'fill="none" stroke="#b3261e"'),
    "no-route": ("\u2013", 'class="empty" fill="none" stroke="#d5dae2" stroke-dasharray="2 3"'),
}
MOST = 60  # segments; AWS: 40 to a core network


def render(source: Source, place: Place) -> Iterator[Chunk]:
    found = _matrix(source)
    names = found.segments[:MOST] if found else ()
    facts = [(what, shown(value, 120)) for what, value in heading(source)]
    layout = lay_out(_grid(source, names), (len(facts) + 1) // 2, 1)
    yield from opening(layout, "segments that reach each other, by the policy in force", facts)
    for at in range(len(names)):
        yield from lane_head(layout, at)
    for verdict in LOOKS:
        yield from _cells(layout, found, verdict) if found else ()
    yield text(MARGIN, layout.y(len(names)) + 22, _below(found), size=11, ink="faint")
    yield Chunk("</svg>\n")


def _matrix(source: Source) -> Matrix | None:
    """None where no policy in force can be read."""
    with suppress(BadRequest):
        for document in documents(source.reader, source.filters.core_network):
            return matrix(document)
    return None


def _grid(source: Source, names: tuple[str, ...]) -> Grid:
    """Segments against segments, each in the colour that it has in every picture of this network."""
    drawn = grid_of(replace(source, filters=Filters(core_network=source.filters.core_network)))
    known = {lane.name: lane for lane in drawn.lanes}
    lanes = [replace(known.get(name) or Lane(name), cells=[]) for name in names]
    return Grid([Column(name) for name in names], lanes, Cell())


def _cells(layout: Layout, found: Matrix, verdict: Verdict) -> Iterator[Chunk]:
    """All cells of one verdict, in a group that says once how they look."""
    word, look = LOOKS[verdict]
    names = [lane.name for lane in layout.grid.lanes]
    places = [
        (layout.x(column), layout.y(row), f"{shown(one)} to {shown(other)}: {_said(found, one, other)}")
        for row, one in enumerate(names)
        for column, other in enumerate(names)
        if found.cells[one, other].verdict == verdict
    ]
    size = f'width="{CELL_WIDTH}" height="{CELL_HEIGHT}" rx="4"'
    yield Chunk(f"<g {look}>\n")
    for x, y, said in places:
        yield Chunk(f'<rect x="{x:g}" y="{y:g}" {size}><title>{xml(said)}</title></rect>\n')
    yield Chunk('</g>\n<g class="ink" fill="#161d29" font-size="9.5" text-anchor="middle">\n')
    for x, y, _ in places:
        yield Chunk(f'<text x="{x + CELL_WIDTH / 2:g}" y="{y + 27:g}">{word}</text>\n')
    yield Chunk("</g>\n")


def _said(found: Matrix, one: str, other: str) -> str:
    cell = found.cells[one, other]
    word = "no route" if cell.verdict == "no-route" else LOOKS[cell.verdict][0]
    through = f" through {shown(', '.join(cell.groups), 100)}" if cell.groups else ""
    return f"{word}{through}{', bypassed' if cell.bypass else ''}"


def _below(found: Matrix | None) -> str:
    if found is None:
        return "No policy in force can be read."
    left_out = f" Of {len(found.segments)} segments {MOST} are drawn." if len(found.segments) > MOST else ""
    return f"From the segment of a row to that of a column, by the policy in force.{left_out}"


FORMAT = Format("svg-matrix", ".svg", "image/svg+xml", render, overview=True)
