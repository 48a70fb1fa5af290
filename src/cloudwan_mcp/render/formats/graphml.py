"""GraphML: every element a node, every connection between them an edge, for graph libraries and tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cloudwan_mcp.model import Element
from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.heading import heading
from cloudwan_mcp.render.names import line, xml
from cloudwan_mcp.render.pages import elements, links
from cloudwan_mcp.render.parts import in_parts

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
"""
NODE = ("id", "type", "name", "state", "segment", "edge", "account", "core_network", "global_network")
EDGE = ("type", "state")


def render(source: Source, place: Place) -> Iterator[Chunk]:
    return in_parts(source, place, head=_head, elements=_elements, connections=_edges, tail=_tail)


def _head(source: Source, place: Place) -> Iterator[Chunk]:
    yield Chunk(HEAD)
    for what, value in heading(source):
        yield Chunk(f"<!-- {_comment(f'{what}: {value}')} -->\n")
    keys = [("label", "node"), *((name, "node") for name in NODE), *((name, "edge") for name in EDGE)]
    for name, of in keys:
        key = f'id="{of}-{name}" for="{of}" attr.name="{name}" attr.type="string"'
        yield Chunk(f"<key {key}/>\n")
    yield Chunk('<graph id="network" edgedefault="directed">\n')


def _elements(source: Source, place: Place) -> Iterator[Chunk]:
    for found, after in elements(source, place):
        yield Chunk("".join(_node(n, element) for n, element in found), after, elements=len(found))


def _node(n: int, element: Element) -> str:
    values = [("label", element.name or element.id), *((name, getattr(element, name)) for name in NODE)]
    # a node's own id is an NMTOKEN, which an ARN is not
    return f'<node id="n{n}">{_data("node", values)}</node>\n'


def _edges(source: Source, place: Place) -> Iterator[Chunk]:
    for found, after in links(source, place):
        text = "".join(
            f'<edge source="n{n}" target="n{end.number}">'
            f"{_data('edge', (('type', end.kind), ('state', end.state)))}</edge>\n"
            for n, end in found
        )
        yield Chunk(text, after, connections=len(found))


def _tail(source: Source, place: Place) -> Iterator[Chunk]:
    yield Chunk("</graph>\n</graphml>\n")


def _data(of: str, values: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<data key="{of}-{name}">{xml(line(value))}</data>' for name, value in values if value)


def _comment(text: str) -> str:
    """Two hyphens would end a comment."""
    return re.sub("-(?=-)", "- ", line(text))


FORMAT = Format("graphml", ".graphml", "application/graphml+xml", render)
