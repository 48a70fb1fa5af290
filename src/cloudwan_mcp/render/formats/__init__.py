"""Every format that a network can be exported in; a new one is its file and its line here."""

from __future__ import annotations

from cloudwan_mcp.render.format import Format
from cloudwan_mcp.render.formats import (
    csv,
    csv_connections,
    dot,
    graphml,
    markdown,
    mermaid,
    ndjson,
    svg,
)

FORMATS: tuple[Format, ...] = (
    markdown.FORMAT,
    mermaid.FORMAT,
    svg.FORMAT,
    csv.FORMAT,
    csv_connections.FORMAT,
    ndjson.FORMAT,
    graphml.FORMAT,
    dot.FORMAT,
)
