"""The grid of a network in a few kilobytes of Markdown, which a terminal shows as it stands."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.render.grid import Grid, fold
from cloudwan_mcp.render.names import marked

FOLDS = (24, 16, 12, 8, 5, 3, 2, 1)  # lanes and columns, until it fits
NOTHING = "\u2013"
NAMED = 8


def brief(grid: Grid, room: int) -> str:
    """The grid as a table, and what needs attention, in at most `room` bytes.

    Its columns are aligned where there is room for that. Where there is none for all of it, the smaller
    lanes and edges are folded, which is said.
    """
    told = ""
    for told in _tries(grid):
        if len(told.encode()) <= room:
            break
    return told


def _tries(grid: Grid) -> Iterator[str]:
    yield _told(grid, aligned=True)
    yield _told(grid, aligned=False)
    for most in FOLDS:
        yield _told(fold(grid, most, most), aligned=False)


def _told(grid: Grid, *, aligned: bool) -> str:
    lines = list(_table(grid, aligned=aligned)) if grid.lanes and grid.columns else ["Nothing matches."]
    lanes, edges = grid.folded
    if lanes or edges:
        lines += ["", f"Folded into (others): {lanes} segments or groups, {edges} edges."]
    troubled = grid.whole.troubled.most_common(NAMED)
    said = ", ".join(f"{marked(state, 48)} {count:,}" for state, count in troubled) or "nothing"
    return "\n".join([*lines, "", f"In need of attention: {said}."])


def _table(grid: Grid, *, aligned: bool) -> Iterator[str]:
    rows = [["Segment", *(marked(column.name) for column in grid.columns), "Total"]]
    for lane in grid.lanes:
        name = marked(lane.name) + (" (isolated)" if lane.isolated else "")
        rows.append([name, *(_number(cell.count) for cell in lane.cells), _number(lane.total)])
    totals = [_number(grid.total(at)) for at in range(len(grid.columns))]
    rows.append(["Total", *totals, _number(grid.whole.count)])
    widths = [max(map(len, column)) if aligned else 0 for column in zip(*rows, strict=True)]
    for at, (first, *rest) in enumerate(rows):
        numbers = (each.rjust(width) for each, width in zip(rest, widths[1:], strict=True))
        yield f"| {' | '.join([first.ljust(widths[0]), *numbers])} |"
        if at == 0:
            rules = ("-" * max(width - 1, 3) + ":" for width in widths[1:])
            yield f"| {' | '.join([':' + '-' * max(widths[0] - 1, 3), *rules])} |"


def _number(count: int) -> str:
    return f"{count:,}" if count else NOTHING
