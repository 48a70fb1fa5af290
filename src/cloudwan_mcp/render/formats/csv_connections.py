"""CSV of connections, a row each, for spreadsheets: those of which a matching element is the source."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.pages import connections
from cloudwan_mcp.render.parts import in_parts
from cloudwan_mcp.render.table import rows

COLUMNS = ("source", "target", "type", "state")


def render(source: Source, place: Place) -> Iterator[Chunk]:
    return in_parts(source, place, head=_head, connections=_connections)


def _head(source: Source, place: Place) -> Iterator[Chunk]:
    yield Chunk(rows([COLUMNS]))


def _connections(source: Source, place: Place) -> Iterator[Chunk]:
    for found, after in connections(source, place):
        values = ([getattr(each, column) for column in COLUMNS] for each in found)
        yield Chunk(rows(values), after, connections=len(found))


FORMAT = Format("csv-connections", ".csv", "text/csv", render)
