"""The next page of a network: its elements in the order of their discovery, then their connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from cloudwan_mcp.model import Connection, Element, SnapshotInfo
from cloudwan_mcp.row import Detail, chosen, connection_row, element_row, fitting, shortened, size
from cloudwan_mcp.store import Cursor, Reader

Shown = Callable[[Element], dict[str, Any]]
StoppedBy = Literal["end", "limit", "bytes", "scan", "growing"]


@dataclass(slots=True)
class Stretch:
    """One page. `cursor` is None when nothing more will come; `stopped_by` says which bound ended it."""

    info: SnapshotInfo
    items: list[dict[str, Any]] = field(default_factory=list)
    total: int | None = None
    cursor: Cursor | None = None
    stopped_by: StoppedBy = "end"


def stream_topology(
    reader: Reader, cursor: Cursor, *, limit: int, detail: Detail, bytes_left: int, fields: Sequence[str] = ()
) -> Stretch:
    """Read on from `cursor`: at most `limit` rows whose JSON takes at most `bytes_left`.

    With `fields` an element's row has these members of it or of its attributes only.

    While the snapshot grows, a page may be empty with a cursor: more is to come. `info` is read first, so a
    page is never called complete on the word of a later state.
    """
    info, include = reader.info(), cursor.include
    stretch = Stretch(info, cursor=cursor)
    if cursor.part == "elements" and include != "connections":
        stretch.total = reader.count(cursor.filters)
        shown = partial(_shown, detail=detail, fields=fields)
        if not _elements(reader, stretch, limit, shown, bytes_left) or not info.complete:
            return stretch
        stretch.cursor = cursor = replace(cursor, part="connections", n=0, given=0)
    if include == "elements":
        stretch.cursor = None
        return stretch
    stretch.cursor = replace(cursor, part="connections", n=cursor.n if cursor.part == "connections" else 0)
    if not info.complete:  # both ends of a connection are known only then
        stretch.stopped_by = "growing"
        return stretch
    if include == "connections":
        stretch.total = None if _filtered(cursor) else info.connections
    used = sum(size(row) for row in stretch.items)
    _connections(reader, stretch, limit - len(stretch.items), bytes_left - used)
    return stretch


def _elements(reader: Reader, stretch: Stretch, limit: int, shown: Shown, bytes_left: int) -> bool:
    """Add elements; True when none are left."""
    cursor = _known(stretch.cursor)
    rows = reader.page(cursor.filters, after=cursor.n, limit=limit)
    position = cursor.n
    for n, element in rows.rows:
        row = shown(element)
        if (bytes_left := bytes_left - size(row)) < 0:
            if stretch.items:
                stretch.cursor, stretch.stopped_by = replace(cursor, n=position), "bytes"
                return False
            row = shortened(row, bytes_left + size(row))
            bytes_left = 0
        stretch.items.append(row)
        position = n
    stretch.cursor = replace(cursor, n=rows.position)
    stretch.stopped_by = "end" if rows.end else "limit" if len(rows.rows) == limit else "scan"
    if rows.end and not stretch.info.complete:
        stretch.stopped_by = "growing"
    return rows.end


def _shown(element: Element, *, detail: Detail, fields: Sequence[str]) -> dict[str, Any]:
    return chosen(element_row(element, "full" if fields else detail), fields)


def _connections(reader: Reader, stretch: Stretch, limit: int, bytes_left: int) -> None:
    cursor = _known(stretch.cursor)
    if stretch.items and (limit <= 0 or bytes_left < 1024):
        stretch.stopped_by = "limit" if limit <= 0 else "bytes"
        return
    after = (cursor.n, cursor.given)
    found = reader.connections(cursor.filters, after=after, limit=limit)
    kept = _fitting(found.rows, bytes_left)
    whole = kept >= len(found.rows)
    if not whole:  # asked anew, for only the reader knows the position after fewer
        found = reader.connections(cursor.filters, after=after, limit=kept)
    stretch.items += map(connection_row, found.rows)
    n, given = found.position
    stretch.cursor = None if found.end else replace(cursor, n=n, given=given)
    stretch.stopped_by = "end" if found.end else "limit" if whole else "bytes"


def _fitting(connections: list[Connection], bytes_left: int) -> int:
    """How many of the first connections fit; one always does."""
    return max(fitting((size(connection_row(connection)) for connection in connections), bytes_left), 1)


def _filtered(cursor: Cursor) -> bool:
    return cursor.filters != type(cursor.filters)()


def _known(cursor: Cursor | None) -> Cursor:
    if cursor is None:
        raise ValueError("a page is read from a cursor")
    return cursor
