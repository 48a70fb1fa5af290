"""NDJSON: a JSON object on each line, elements with all of their attributes, then connections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.pages import connections, elements
from cloudwan_mcp.render.parts import in_parts
from cloudwan_mcp.row import connection_row, element_row, encode

# JSON may hold them as they are; terminals obey some, and readers of lines end a line at others
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029]")


def render(source: Source, place: Place) -> Iterator[Chunk]:
    return in_parts(source, place, elements=_elements, connections=_connections)


def _elements(source: Source, place: Place) -> Iterator[Chunk]:
    for found, after in elements(source, place):
        rows = (element_row(element, "full") for _, element in found)
        yield Chunk(_lines(rows), after, elements=len(found))


def _connections(source: Source, place: Place) -> Iterator[Chunk]:
    for found, after in connections(source, place):
        yield Chunk(_lines(map(connection_row, found)), after, connections=len(found))


def _lines(rows: Iterable[dict[str, Any]]) -> str:
    text = "".join(f"{encode(row)}\n" for row in rows)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


FORMAT = Format("ndjson", ".ndjson", "application/x-ndjson", render)
