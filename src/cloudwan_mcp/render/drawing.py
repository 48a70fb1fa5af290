"""What pictures of a network are drawn with: a frame with its facts, heads of lanes and columns, marks."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.render.format import Chunk
from cloudwan_mcp.render.layout import (
    CELL_HEIGHT,
    CELL_WIDTH,
    LABEL,
    LINE_HEIGHT,
    MARGIN,
    NOTE,
    TITLE_HEIGHT,
    WRAP,
    Layout,
    hue,
    note,
    wrapped,
)
from cloudwan_mcp.render.names import fitted, shown, xml

TITLE = "AWS Cloud WAN"
INK = {"ink": "#161d29", "faint": "#5b6677", "bad": "#b3261e"}
# presentation attributes are for readers that know no style sheets; dark pages need one
STYLE = """\
text{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){
.paper{fill:#12161d}.ink{fill:#e7ebf2}.faint{fill:#9aa6b8}.bad{fill:#ff8f87}.pill{fill:#12161d}.empty{stroke:#39424f}.rule{stroke:#39424f}
}"""


def opening(layout: Layout, what: str, facts: list[tuple[str, str]]) -> Iterator[Chunk]:
    """The beginning of a document, up to where the lanes begin."""
    yield Chunk('<?xml version="1.0" encoding="UTF-8"?>\n')
    width, height = f"{layout.width:g}", f"{layout.height:g}"
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    yield Chunk(f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">\n')
    yield Chunk(f'<title id="title">{TITLE}: {what}</title>\n')
    described = "; ".join(f"{what}: {value}" for what, value in facts)
    yield Chunk(f'<desc id="desc">{xml(described)}</desc>\n<style>{STYLE}</style>\n')
    yield Chunk('<rect class="paper" width="100%" height="100%" fill="#ffffff"/>\n')
    yield text(MARGIN, MARGIN + 16, TITLE, size=17, weight=700)
    yield from _facts(facts)
    yield from _columns(layout)


def _facts(facts: list[tuple[str, str]]) -> Iterator[Chunk]:
    for number in range(0, len(facts), 2):
        pair = " · ".join(f"{what} {value}" for what, value in facts[number : number + 2])
        y = MARGIN + TITLE_HEIGHT + number // 2 * 16 + 4
        yield text(MARGIN, y, pair, size=11, ink="faint")


def _columns(layout: Layout) -> Iterator[Chunk]:
    for at, column in enumerate(layout.grid.columns):
        lines = [(each, 9.5 if len(each) <= WRAP else 8.5, 700) for each in wrapped(column.name)]
        lines += [(column.note, 9, 400)] if column.note else []
        lines += [("inspection", 9, 400)] if column.inspected else []
        for up, (each, size, weight) in enumerate(reversed(lines)):
            x, y = layout.x(at) + CELL_WIDTH / 2, layout.top - 10 - up * LINE_HEIGHT
            yield text(
                x, y, each, size=size, weight=weight, anchor="middle", ink="faint" if weight == 400 else "ink"
            )


def lane_head(layout: Layout, at: int) -> Iterator[Chunk]:
    """The colour of a lane, its name, and what there is to say of it."""
    lane, y = layout.grid.lanes[at], layout.y(at)
    yield rect(MARGIN - 2, y, 4, CELL_HEIGHT, f'fill="{hue(lane)}"')
    below = fitted(note(lane), NOTE)
    yield text(MARGIN + 9, y + (21 if below else 27), fitted(lane.name, LABEL), size=12, weight=700)
    if below:
        yield text(MARGIN + 9, y + 35, below, size=9, ink="bad" if lane.isolated else "faint")


def rect(x: float, y: float, width: float, height: float, look: str) -> Chunk:
    return Chunk(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {look}/>\n')


def text(
    x: float,
    y: float,
    said: str,
    *,
    size: float,
    weight: int = 400,
    anchor: str = "start",
    ink: str = "ink",
) -> Chunk:
    look = f'class="{ink}" fill="{INK[ink]}"'
    where = f'x="{x:g}" y="{y:g}" font-size="{size:g}"'
    where += f' font-weight="{weight}"' if weight != 400 else ""
    where += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return Chunk(f"<text {where} {look}>{xml(shown(said, 260))}</text>\n")
