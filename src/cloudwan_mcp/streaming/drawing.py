"""Drawing increments as fragments of SVG, in which names from outside are text and nothing else."""

from __future__ import annotations

import re
from html import escape
from zlib import crc32

from cloudwan_mcp.streaming.grid import NODE_HEIGHT, NODE_WIDTH, Label, Node
from cloudwan_mcp.streaming.layout import Edge, Placed

COLOURS = (
    "#4e79a7", "#59a14f", "#e15759", "#76b7b2", "#b07aa1",
    "#9c755f", "#499894", "#d37295", "#8cd17d", "#79706e",
)  # fmt: skip
AMBER = "#edc948"  # of network function groups, as AWS draws them
LABEL_CHARACTERS, TITLE_CHARACTERS = 16, 256
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg(placed: Placed) -> str:
    """One `<g>`: labels, then edges, then nodes. Whatever is not ours in it is escaped and bounded."""
    parts = [*map(_label, placed.labels), *map(_edge, placed.edges), *map(_node, placed.nodes)]
    return f'<g class="increment" id="increment-{placed.number}">{"".join(parts)}</g>'


def _label(label: Label) -> str:
    name = text(label.text, TITLE_CHARACTERS)
    shown = text(label.text, LABEL_CHARACTERS)
    line = f'<line x1="0" y1="{label.y}" x2="100%" y2="{label.y}" stroke="#ccc"/>' if label.height else ""
    place = f'x="{label.x + 4}" y="{label.y + 18}" font-weight="bold"'
    return f"{line}<text {place}>{shown}<title>{name}</title></text>"


def _edge(edge: Edge) -> str:
    x, y = NODE_WIDTH // 2, NODE_HEIGHT // 2
    return (
        f'<line x1="{edge.x1 + x}" y1="{edge.y1 + y}" x2="{edge.x2 + x}" y2="{edge.y2 + y}"'
        f' stroke="#888" stroke-opacity="0.4"><title>{text(edge.type, TITLE_CHARACTERS)}</title></line>'
    )


def _node(node: Node) -> str:
    title = text(f"{node.name} ({node.type} {node.id})", TITLE_CHARACTERS)
    return (
        f'<g class="node" transform="translate({node.x} {node.y})"><title>{title}</title>'
        f'<rect width="{NODE_WIDTH}" height="{NODE_HEIGHT}" rx="3" fill="{_colour(node.lane)}"/>'
        f'<text x="6" y="14" font-size="11">{text(node.name, LABEL_CHARACTERS)}</text></g>'
    )


def _colour(lane: str) -> str:
    """Of a lane, the same in every picture."""
    return (
        AMBER if lane.startswith("nfg:") else COLOURS[crc32(lane.encode("utf-8", "replace")) % len(COLOURS)]
    )


def text(value: str, most: int) -> str:
    """At most so many characters of `value`, safe within an element and within quotes of XML and HTML."""
    short = value if len(value) <= most else f"{value[: most - 1]}…"
    return escape(_NO_XML.sub("\ufffd", short))
