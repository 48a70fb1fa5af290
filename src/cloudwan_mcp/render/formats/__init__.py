"""Every format that a network can be exported in; a new one is its file and its line here."""

from __future__ import annotations

from pathlib import Path

from cloudwan_mcp.errors import BadRequest
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
    svg_matrix,
)

FORMATS: tuple[Format, ...] = (
    markdown.FORMAT,
    mermaid.FORMAT,
    svg.FORMAT,
    svg_matrix.FORMAT,
    csv.FORMAT,
    csv_connections.FORMAT,
    ndjson.FORMAT,
    graphml.FORMAT,
    dot.FORMAT,
)


def chosen(format: str | None, file: str) -> Format:
    """The format named, or else the one that `file` is named as, or else the first.

    Raises `BadRequest` where `file` is named as another than `format`.
    """
    suffix = Path(file).suffix
    fitting = [each for each in FORMATS if each.suffix == suffix]
    named = [each for each in FORMATS if each.name == format]
    kind = (named or fitting or FORMATS)[0]
    if fitting and kind not in fitting:
        raise BadRequest(
            f"file {file!r} is named as {fitting[0].name}, and format is {kind.name}.",
            field="file",
            next_step=f"Name it {Path(file).stem}{kind.suffix}, or pass format={fitting[0].name!r}.",
        )
    return kind
