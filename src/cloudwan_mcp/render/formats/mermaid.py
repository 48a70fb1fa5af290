"""Mermaid: a flowchart of the grid of a core network, or of single elements where they are few."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.grid import Cell, Grid, Lane, grid_of
from cloudwan_mcp.render.heading import heading
from cloudwan_mcp.render.names import line, shown
from cloudwan_mcp.render.pages import Numbered, few, links

DRAWN = 150  # single elements that a picture is still readable with
# Mermaid's own bounds are 500 links and 50,000 characters (maxEdges, maxTextSize)
MOST_LINKS = 400
MOST_LANES, MOST_COLUMNS = 24, 16
LABEL = 96  # escaped characters of one name: at most 450 are written
NOTHING = "\u2013"
MEMBER = "segment-association"  # shown by the frame that an element stands in
# whatever means something in a quoted label to Mermaid, Markdown or HTML, and what would begin a list
_MARKS = re.compile(r"[^\w \-.:/,()+…]|(?<![^\W_])_|_(?![^\W_])|(?<=\d)[.)](?= )|^[-+]")


def render(source: Source, place: Place) -> Iterator[Chunk]:
    for what, value in heading(source):
        yield Chunk(f"%% {_comment(f'{what}: {value}')}\n")
    found = few(source, DRAWN)
    yield Chunk("flowchart TB\n" if found is None else "flowchart LR\n")
    yield from _overview(grid_of(source)) if found is None else _drawing(source, found)


def _overview(grid: Grid) -> Iterator[Chunk]:
    lanes, columns = grid.lanes[:MOST_LANES], grid.columns[:MOST_COLUMNS]
    for row, lane in enumerate(lanes):
        yield Chunk(f'  subgraph L{row}["{_lane(lane)}"]\n    direction LR\n')
        names = [f"L{row}C{at}" for at in range(len(columns))]
        for name, column, cell in zip(names, columns, lane.cells, strict=False):
            mark = ":::troubled" if cell.troubled else "" if cell.count else ":::empty"
            yield Chunk(f'    {name}["{_label(column.name)}<br/>{_cell(cell)}"]{mark}\n')
        # links that are not drawn keep the columns one below the other
        yield Chunk(f"    {' ~~~ '.join(names)}\n" if len(names) > 1 else "")
        yield Chunk("  end\n")
        yield Chunk(f"  L{row - 1} ~~~ L{row}\n" if row else "")
    more = [(len(grid.lanes) - len(lanes), "lanes"), (len(grid.columns) - len(columns), "edges")]
    yield from _left_out(f"{count} more {what}" for count, what in more if count)
    yield from _classes()
    yield Chunk("", elements=grid.whole.count)


def _lane(lane: Lane) -> str:
    return f"{_label(lane.name)} · {lane.total:,}"


def _cell(cell: Cell) -> str:
    troubled = sum(cell.troubled.values())
    return f"{cell.count:,}{f' · {troubled:,} in trouble' if troubled else ''}" if cell.count else NOTHING


def _drawing(source: Source, found: list[Numbered]) -> Iterator[Chunk]:
    rows = sorted(found, key=lambda each: (each[1].segment, each[0]))
    for number, (segment, members) in enumerate(groupby(rows, key=lambda each: each[1].segment)):
        yield Chunk(f'  subgraph S{number}["{_label(segment)}"]\n' if segment else "")
        for n, element in members:
            text = f"{_label(element.name or element.id)}<br/>{_label(element.type)}"
            yield Chunk(f'    n{n}["{text}"]\n', elements=1)
        yield Chunk("  end\n" if segment else "")
    drawn = 0
    for pairs, _ in links(source, Place()):
        for n, end in pairs:
            drawn += end.kind != MEMBER
            if end.kind != MEMBER and drawn <= MOST_LINKS:
                yield Chunk(f"  n{n} --> n{end.number}\n", connections=1)
    yield from _left_out([f"{drawn - MOST_LINKS} more connections"] if drawn > MOST_LINKS else [])


def _left_out(what: Iterable[str]) -> Iterator[Chunk]:
    said = " and ".join(what)
    if said:
        yield Chunk(f'  more["{said}: not drawn"]:::empty\n')


def _classes() -> Iterator[Chunk]:
    yield Chunk("  classDef troubled stroke:#d9730d,stroke-width:2px\n")
    yield Chunk("  classDef empty stroke-dasharray:3 3,opacity:0.6\n")


def _label(text: str) -> str:
    """A name as text in a quoted label: every mark as its code, and no code cut in two."""
    coded = _MARKS.sub(lambda found: f"#{ord(found[0])};", shown(text))
    if len(coded) > LABEL:
        coded = "".join(re.findall(r"#\d+;|[^#]", coded[:LABEL])) + "…"
    return coded.strip() or "#160;"


def _comment(text: str) -> str:
    """A directive in braces is read in comments too."""
    return re.sub("[{}%]", " ", line(text))


FORMAT = Format("mermaid", ".mmd", "text/vnd.mermaid", render, overview=True)
