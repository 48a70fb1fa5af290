"""DOT: every element a node, every connection between them an edge, for Graphviz."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from cloudwan_mcp.model import Element
from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.render.heading import heading
from cloudwan_mcp.render.names import BRIEF, line, shown
from cloudwan_mcp.render.pages import Numbered, elements, few, links
from cloudwan_mcp.render.parts import in_parts

DRAWN = 150  # elements that are worth boxes and lanes; more are spread out by their connections
SHAPES = {"segment": "folder", "core-network-edge": "hexagon", "core-network": "doubleoctagon"}
FACTS = ("id", "type", "state", "segment", "edge", "account")


def render(source: Source, place: Place) -> Iterator[Chunk]:
    found = None if place.part == "elements" else few(source, DRAWN)
    if found is None:
        return in_parts(source, place, head=_head, elements=_elements, connections=_edges, tail=_tail)
    return in_parts(source, place, drawing=lambda *_: _drawing(source, found), connections=_edges, tail=_tail)


def _head(source: Source, place: Place) -> Iterator[Chunk]:
    yield from _comments(source)
    yield Chunk("digraph network {\n")
    yield Chunk("  graph [layout=sfdp, overlap=prism, outputorder=edgesfirst];\n")
    yield Chunk("  node [shape=box, style=filled, fillcolor=white, fontname=Helvetica, fontsize=10];\n")


def _elements(source: Source, place: Place) -> Iterator[Chunk]:
    for found, after in elements(source, place):
        yield Chunk("".join(_node(n, element) for n, element in found), after, elements=len(found))


def _drawing(source: Source, found: list[Numbered]) -> Iterator[Chunk]:
    """A few elements, those of one segment in one frame."""
    yield from _comments(source)
    yield Chunk("digraph network {\n")
    yield Chunk("  graph [rankdir=LR, fontname=Helvetica, fontsize=11];\n")
    yield Chunk("  node [shape=box, fontname=Helvetica, fontsize=10];\n")
    found = sorted(found, key=lambda each: (each[1].segment, each[0]))
    for number, (segment, rows) in enumerate(groupby(found, key=lambda each: each[1].segment)):
        yield Chunk(f"  subgraph cluster_{number} {{ label={_label([segment])};\n" if segment else "")
        for n, element in rows:
            yield Chunk(_node(n, element), elements=1)
        yield Chunk("  }\n" if segment else "")


def _edges(source: Source, place: Place) -> Iterator[Chunk]:
    for found, after in links(source, place):
        text = "".join(f"  n{n} -> n{end.number} [type={_quoted(end.kind)}];\n" for n, end in found)
        yield Chunk(text, after, connections=len(found))


def _tail(source: Source, place: Place) -> Iterator[Chunk]:
    yield Chunk("}\n")


def _comments(source: Source) -> Iterator[Chunk]:
    for what, value in heading(source):
        yield Chunk(f"// {line(f'{what}: {value}')}\n")


def _node(n: int, element: Element) -> str:
    """Facts under names of our own: Graphviz passes over them, readers of graphs take them along."""
    label = _label([element.name or element.id, element.type])
    shape = f", shape={SHAPES[element.type]}" if element.type in SHAPES else ""
    values = ((name, getattr(element, name)) for name in FACTS)
    facts = "".join(f", aws_{name}={_quoted(value)}" for name, value in values if value)
    return f"  n{n} [label={label}{shape}{facts}];\n"


def _label(lines: Iterable[str]) -> str:
    """What is drawn: Graphviz reads backslashes and entities there."""
    escaped = (shown(each, BRIEF).replace("&", "&amp;").replace("\\", "\\\\") for each in lines)
    return '"{}"'.format("\\n".join(each.replace('"', '\\"') for each in escaped))


def _quoted(text: str) -> str:
    """As it is; in a string DOT knows one escape, that of its quote, and a last backslash would make one."""
    return '"{}"'.format(line(text).replace("\\", "\\\\").replace('"', '\\"'))


FORMAT = Format("dot", ".dot", "text/vnd.graphviz", render)
