"""SVG: a picture of the grid of a core network, for light and dark pages, without scripts or links."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.render.drawing import lane_head, opening, rect, text
from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.grid import Cell, Grid, grid_of
from cloudwan_mcp.render.heading import heading
from cloudwan_mcp.render.layout import CELL_HEIGHT, CELL_WIDTH, GAP, MARGIN, Box, Layout, hue, lay_out
from cloudwan_mcp.render.names import shown, xml

KINDS = {
    "vpc-attachment": ("VPC", ""),
    "site-to-site-vpn-attachment": ("VPN", "#8b5cf6"),
    "connect-attachment": ("Connect", "#ec4899"),
    "transit-gateway-route-table-attachment": ("TGW route table", "#10b981"),
    "direct-connect-gateway-attachment": ("Direct Connect gateway", "#b45309"),
}
OTHER = ("other", "#64748b")
LANE = ("VPC (lane colour)", "#5b8def")
STATES = 6  # of those in need of attention that are written out


def render(source: Source, place: Place) -> Iterator[Chunk]:
    grid = grid_of(source)
    facts = [(what, shown(value, 120)) for what, value in heading(source)]
    layout = lay_out(grid, (len(facts) + 1) // 2, 2)
    yield from opening(layout, f"{_what(source)} by segment and edge", facts)
    if grid.columns:
        yield text(_total_x(layout), layout.top - 10, "total", size=10.5, anchor="middle", ink="faint")
    for lane in range(len(grid.lanes)):
        yield from _lane(layout, lane)
    yield from _totals(layout)
    yield from _below(layout)
    yield Chunk("</svg>\n", elements=grid.whole.count)


def _what(source: Source) -> str:
    return "elements" if source.filters.types else "attachments"


def _lane(layout: Layout, at: int) -> Iterator[Chunk]:
    lane, y = layout.grid.lanes[at], layout.y(at)
    yield from lane_head(layout, at)
    for box in layout.boxes(at):
        yield from _cell(box)
    if layout.grid.columns:
        x = _total_x(layout)
        yield text(x, y + 27, f"{lane.total:,}", size=11, anchor="middle", ink="faint")


def _cell(box: Box) -> Iterator[Chunk]:
    place = box.x, box.y, CELL_WIDTH, CELL_HEIGHT
    if not box.cell.count:
        look = 'class="empty" rx="4" fill="none" stroke="#d5dae2" stroke-dasharray="2 3"'
        yield rect(*place, look)
        return
    colour = hue(box.lane)
    yield Chunk(f"<g><title>{xml(_said(box))}</title>\n")
    dashes = ' stroke-dasharray="5 2"' if box.lane.group else ""
    stroke = f'stroke="{colour}" stroke-opacity="0.55"{dashes}'
    yield rect(*place, f'rx="4" fill="{colour}" fill-opacity="{0.14 + 0.5 * box.tint:.2f}" {stroke}')
    count = f"{box.cell.count:,}"
    width, middle = max(20, len(count) * 7.4 + 6), box.x + CELL_WIDTH / 2
    look = 'class="pill" rx="4" fill="#ffffff" fill-opacity="0.72"'
    yield rect(middle - width / 2, box.y + 10, width, 17, look)
    yield text(middle, box.y + 23, count, size=12, weight=700, anchor="middle")
    yield from _bar(box, colour)
    yield from _badge(box)
    yield Chunk("</g>\n")


def _bar(box: Box, colour: str) -> Iterator[Chunk]:
    """What types there are, as parts of a line."""
    x, length = box.x + 6, CELL_WIDTH - 12
    for kind, count in sorted(box.cell.types.items(), key=lambda each: (_rank(each[0]), each[0])):
        width = length * count / box.cell.count
        fill = KINDS.get(kind, OTHER)[1] or colour
        yield rect(x, box.y + CELL_HEIGHT - 11, width, 4, f'fill="{fill}"')
        x += width


def _badge(box: Box) -> Iterator[Chunk]:
    troubled = sum(box.cell.troubled.values())
    if troubled:
        x, y = box.x + CELL_WIDTH - 9, box.y + 8
        size, said = (9, f"{troubled}") if troubled < 100 else (7, "99+")
        yield Chunk(f'<circle cx="{x:g}" cy="{y:g}" r="8" fill="#c2570c"/>\n')
        where = f'x="{x:g}" y="{y + 3:g}" font-size="{size}" text-anchor="middle"'
        yield Chunk(f'<text {where} fill="#ffffff">{said}</text>\n')


def _totals(layout: Layout) -> Iterator[Chunk]:
    grid, y = layout.grid, layout.y(len(layout.grid.lanes)) + 15
    if not grid.columns or not grid.lanes:
        yield text(MARGIN, y, "Nothing matches.", size=12)
        return
    yield text(MARGIN + 9, y, "total", size=11, ink="faint")
    for at in range(len(grid.columns)):
        x = layout.x(at) + CELL_WIDTH / 2
        yield text(x, y, f"{grid.total(at):,}", size=11, anchor="middle", ink="faint")
    yield text(_total_x(layout), y, f"{grid.whole.count:,}", size=11, weight=700, anchor="middle")


def _below(layout: Layout) -> Iterator[Chunk]:
    y = layout.y(len(layout.grid.lanes)) + 42
    x: float = MARGIN
    for label, colour in _legend(layout.grid):
        yield rect(x, y - 9, 10, 10, f'rx="2" fill="{colour}"')
        yield text(x + 15, y, label, size=11, ink="faint")
        x += 34 + len(label) * 6.1
    said = ", ".join(f"{state} {n:,}" for state, n in layout.grid.whole.troubled.most_common(STATES))
    yield text(
        MARGIN, y + 20, f"In need of attention: {said or 'nothing'}", size=11, ink="ink" if said else "faint"
    )


def _legend(grid: Grid) -> list[tuple[str, str]]:
    """The types that occur."""
    types = grid.whole.types
    found = [(label, colour) for kind, (label, colour) in KINDS.items() if colour and kind in types]
    lane = [LANE] if "vpc-attachment" in types else []
    return [*lane, *found, *([OTHER] if types.keys() - KINDS.keys() else [])]


def _rank(kind: str) -> int:
    return list(KINDS).index(kind) if kind in KINDS else len(KINDS)


def _said(box: Box) -> str:
    cell: Cell = box.cell
    types = ", ".join(f"{count:,} {kind}" for kind, count in cell.types.most_common(8))
    troubled = "".join(f"; {count:,} {state}" for state, count in cell.troubled.most_common(STATES))
    return f"{shown(box.lane.name)} at {shown(box.column.name)}: {shown(types, 200)}{shown(troubled, 200)}"


def _total_x(layout: Layout) -> float:
    return layout.x(len(layout.grid.columns)) + GAP + 24


FORMAT = Format("svg", ".svg", "image/svg+xml", render, overview=True)
