"""SVG: a picture of the grid of a core network, for light and dark pages, without scripts or links."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.grid import Cell, Grid, grid_of
from cloudwan_mcp.render.heading import heading
from cloudwan_mcp.render.layout import (
    CELL_HEIGHT,
    CELL_WIDTH,
    GAP,
    LABEL,
    LINE_HEIGHT,
    MARGIN,
    NOTE,
    TITLE_HEIGHT,
    Box,
    Layout,
    hue,
    lay_out,
    note,
    wrapped,
)
from cloudwan_mcp.render.names import fitted, shown, xml

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
# presentation attributes are for readers that know no style sheets; dark pages need one
STYLE = """\
text{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){
.paper{fill:#12161d}.ink{fill:#e7ebf2}.faint{fill:#9aa6b8}.pill{fill:#12161d}.empty{stroke:#39424f}.rule{stroke:#39424f}
}"""


def render(source: Source, place: Place) -> Iterator[Chunk]:
    grid = grid_of(source)
    facts = [(what, shown(value, 120)) for what, value in heading(source)]
    title = "AWS Cloud WAN"
    layout = lay_out(grid, (len(facts) + 1) // 2, 2)
    yield Chunk('<?xml version="1.0" encoding="UTF-8"?>\n')
    width, height = f"{layout.width:g}", f"{layout.height:g}"
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    yield Chunk(f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">\n')
    yield Chunk(f'<title id="title">{title}: {_what(source)} by segment and edge</title>\n')
    described = "; ".join(f"{what}: {value}" for what, value in facts)
    yield Chunk(f'<desc id="desc">{xml(described)}</desc>\n<style>{STYLE}</style>\n')
    yield Chunk('<rect class="paper" width="100%" height="100%" fill="#ffffff"/>\n')
    yield _text(MARGIN, MARGIN + 16, title, size=17, weight=700)
    yield from _facts(facts)
    yield from _columns(layout)
    for lane in range(len(grid.lanes)):
        yield from _lane(layout, lane)
    yield from _totals(layout)
    yield from _below(layout)
    yield Chunk("</svg>\n", elements=grid.whole.count)


def _what(source: Source) -> str:
    return "elements" if source.filters.types else "attachments"


def _facts(facts: list[tuple[str, str]]) -> Iterator[Chunk]:
    for number in range(0, len(facts), 2):
        pair = " · ".join(f"{what} {value}" for what, value in facts[number : number + 2])
        y = MARGIN + TITLE_HEIGHT + number // 2 * 16 + 4
        yield _text(MARGIN, y, pair, size=11, faint=True)


def _columns(layout: Layout) -> Iterator[Chunk]:
    for at, column in enumerate(layout.grid.columns):
        lines = [(each, 9.5, 700) for each in wrapped(column.name)]
        lines += [(column.note, 9, 400)] if column.note else []
        for up, (each, size, weight) in enumerate(reversed(lines)):
            x, y = layout.x(at) + CELL_WIDTH / 2, layout.top - 10 - up * LINE_HEIGHT
            yield _text(x, y, each, size=size, weight=weight, anchor="middle", faint=weight == 400)
    if layout.grid.columns:
        yield _text(_total_x(layout), layout.top - 10, "total", size=10.5, anchor="middle", faint=True)


def _lane(layout: Layout, at: int) -> Iterator[Chunk]:
    lane, y = layout.grid.lanes[at], layout.y(at)
    yield _rect(MARGIN - 2, y, 4, CELL_HEIGHT, f'fill="{hue(lane)}"')
    below = fitted(note(lane), NOTE)
    yield _text(MARGIN + 9, y + (21 if below else 27), fitted(lane.name, LABEL), size=12, weight=700)
    if below:
        yield _text(MARGIN + 9, y + 35, below, size=9, faint=True)
    for box in layout.boxes(at):
        yield from _cell(box)
    if layout.grid.columns:
        x = _total_x(layout)
        yield _text(x, y + 27, f"{lane.total:,}", size=11, anchor="middle", faint=True)


def _cell(box: Box) -> Iterator[Chunk]:
    place = box.x, box.y, CELL_WIDTH, CELL_HEIGHT
    if not box.cell.count:
        look = 'class="empty" rx="4" fill="none" stroke="#d5dae2" stroke-dasharray="2 3"'
        yield _rect(*place, look)
        return
    colour = hue(box.lane)
    yield Chunk(f"<g><title>{xml(_said(box))}</title>\n")
    dashes = ' stroke-dasharray="5 2"' if box.lane.group else ""
    stroke = f'stroke="{colour}" stroke-opacity="0.55"{dashes}'
    yield _rect(*place, f'rx="4" fill="{colour}" fill-opacity="{0.14 + 0.5 * box.tint:.2f}" {stroke}')
    count = f"{box.cell.count:,}"
    width, middle = max(20, len(count) * 7.4 + 6), box.x + CELL_WIDTH / 2
    look = 'class="pill" rx="4" fill="#ffffff" fill-opacity="0.72"'
    yield _rect(middle - width / 2, box.y + 10, width, 17, look)
    yield _text(middle, box.y + 23, count, size=12, weight=700, anchor="middle")
    yield from _bar(box, colour)
    yield from _badge(box)
    yield Chunk("</g>\n")


def _bar(box: Box, colour: str) -> Iterator[Chunk]:
    """What types there are, as parts of a line."""
    x, length = box.x + 6, CELL_WIDTH - 12
    for kind, count in sorted(box.cell.types.items(), key=lambda each: (_rank(each[0]), each[0])):
        width = length * count / box.cell.count
        fill = KINDS.get(kind, OTHER)[1] or colour
        yield _rect(x, box.y + CELL_HEIGHT - 11, width, 4, f'fill="{fill}"')
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
        yield _text(MARGIN, y, "Nothing matches.", size=12)
        return
    yield _text(MARGIN + 9, y, "total", size=11, faint=True)
    for at in range(len(grid.columns)):
        x = layout.x(at) + CELL_WIDTH / 2
        yield _text(x, y, f"{grid.total(at):,}", size=11, anchor="middle", faint=True)
    yield _text(_total_x(layout), y, f"{grid.whole.count:,}", size=11, weight=700, anchor="middle")


def _below(layout: Layout) -> Iterator[Chunk]:
    y = layout.y(len(layout.grid.lanes)) + 42
    x: float = MARGIN
    for label, colour in _legend(layout.grid):
        yield _rect(x, y - 9, 10, 10, f'rx="2" fill="{colour}"')
        yield _text(x + 15, y, label, size=11, faint=True)
        x += 34 + len(label) * 6.1
    said = ", ".join(f"{state} {n:,}" for state, n in layout.grid.whole.troubled.most_common(STATES))
    yield _text(MARGIN, y + 20, f"In need of attention: {said or 'nothing'}", size=11, faint=not said)


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


def _rect(x: float, y: float, width: float, height: float, look: str) -> Chunk:
    return Chunk(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {look}/>\n')


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    weight: int = 400,
    anchor: str = "start",
    faint: bool = False,
) -> Chunk:
    look = 'class="faint" fill="#5b6677"' if faint else 'class="ink" fill="#161d29"'
    where = f'x="{x:g}" y="{y:g}" font-size="{size:g}"'
    where += f' font-weight="{weight}"' if weight != 400 else ""
    where += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return Chunk(f"<text {where} {look}>{xml(shown(text, 260))}</text>\n")


FORMAT = Format("svg", ".svg", "image/svg+xml", render, overview=True)
