"""Markdown: the grid of a core network as a table, what needs attention, and how many there are of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.grid import Grid, grid_of
from cloudwan_mcp.render.heading import heading
from cloudwan_mcp.render.names import marked

MOST_ROWS = 100  # of the lists below the grid


def render(source: Source, place: Place) -> Iterator[Chunk]:
    grid = grid_of(source)
    yield Chunk("# AWS Cloud WAN network\n\n")
    for what, value in heading(source):
        yield Chunk(f"- {what}: {marked(value, 200)}\n")
    yield Chunk(f"\n## {_counted(source)} by segment and edge\n\n")
    yield from _lines(_grid(grid))
    troubled = grid.whole.troubled.most_common(MOST_ROWS)
    yield Chunk("\n## In need of attention\n\n")
    yield from _lines(_table(("State", "Count"), troubled) if troubled else ["Nothing."])
    yield Chunk("\n## Elements by type\n\n")
    types = [(values[0], count) for values, count in source.count(source.filters, ("type",))]
    yield from _lines(_table(("Type", "Count"), types[:MOST_ROWS]) if types else ["None."])
    yield Chunk("", elements=sum(count for _, count in types))


def _counted(source: Source) -> str:
    return "Elements" if source.filters.types else "Attachments"


def _grid(grid: Grid) -> Iterator[str]:
    if not grid.columns:
        yield "None."
        return
    yield _row(["Segment", *(column.name for column in grid.columns), "Total"])
    yield _row([":---", *("---:" for _ in grid.columns), "---:"], escaped=True)
    for lane in grid.lanes:
        yield _row([lane.name, *(_number(cell.count) for cell in lane.cells), _number(lane.total)])
    totals = (_number(grid.total(at)) for at in range(len(grid.columns)))
    yield _row(["Total", *totals, _number(grid.whole.count)])


def _table(head: Sequence[str], rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield _row(head)
    yield _row([":---", "---:"], escaped=True)
    for name, count in rows:
        yield _row([name or "(none)", _number(count)])


def _row(values: Iterable[str], *, escaped: bool = False) -> str:
    return f"| {' | '.join(values if escaped else map(marked, values))} |"


def _number(count: int) -> str:
    return f"{count:,}" if count else "\u2013"


def _lines(lines: Iterable[str]) -> Iterator[Chunk]:
    for each in lines:
        yield Chunk(f"{each}\n")


FORMAT = Format("markdown", ".md", "text/markdown", render, overview=True)
