"""Which route tables to read: pairs of segment and edge, written SEGMENT@EDGE."""

from __future__ import annotations

from collections.abc import Collection

from cloudwan_mcp.errors import BadRequest

Tables = Collection[tuple[str, str]]


def table(text: str) -> tuple[str, str]:
    """(segment, edge), "" standing for any; raises `BadRequest` for anything else."""
    segment, at, edge = text.partition("@")
    if not at:
        raise BadRequest(
            f"routes={text!r} is not SEGMENT@EDGE.",
            field="routes",
            next_step="Write e.g. prod@eu-west-1, or @ for all.",
        )
    return segment, edge
