"""CSV of elements, a row each, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.model import Element
from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.pages import elements, tags
from cloudwan_mcp.render.parts import in_parts
from cloudwan_mcp.render.table import rows

COLUMNS = ("id", "type", "name", "state", "segment", "edge", "account", "core_network", "global_network")


def render(source: Source, place: Place) -> Iterator[Chunk]:
    return in_parts(source, place, head=_head, elements=_elements)


def _head(source: Source, place: Place) -> Iterator[Chunk]:
    yield Chunk(rows([(*COLUMNS, "tags")]))


def _elements(source: Source, place: Place) -> Iterator[Chunk]:
    for found, after in elements(source, place):
        yield Chunk(rows(_row(element) for _, element in found), after, elements=len(found))


def _row(element: Element) -> list[str]:
    named = "; ".join(f"{key}={value}" if value else key for key, value in tags(element))
    return [*(getattr(element, column) for column in COLUMNS), named]


FORMAT = Format("csv", ".csv", "text/csv", render)
