"""Attachments as policies see them: streamed one after another, and the edges at which groups have some."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from cloudwan_mcp.model import Element
from cloudwan_mcp.policy.attachment import ROUTED_STATES, Attachment
from cloudwan_mcp.policy.listed_item import read_attachment
from cloudwan_mcp.store import Filters, Reader

BATCH = 500
GROUP = "nfg:"


def attachments(
    reader: Reader, core_network: str, step: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[Element, Attachment]]:
    """Every attachment of a core network; none is kept, and `step` is told how many have passed."""
    position, end, passed = 0, False, 0
    wanted = Filters(types=("attachment",), core_network=core_network)
    while not end:
        page = reader.page(wanted, after=position, limit=BATCH)
        for _, element in page.rows:
            yield element, seen(element)
        passed += len(page.rows)
        step(passed)
        position, end = page.position, page.end


def seen(element: Element) -> Attachment:
    return read_attachment(json.loads(element.attributes or "{}"))


def count(reader: Reader, core_network: str) -> int:
    return reader.count(Filters(types=("attachment",), core_network=core_network)) or 0


def presence(reader: Reader, core_network: str) -> dict[str, set[str]]:
    """The edges at which each network function group has attachments with routing, out of kept counts."""
    found: dict[str, set[str]] = {}
    wanted = Filters(types=("attachment",), core_network=core_network)
    for (segment, edge, state), _ in reader.tally(wanted, "segment", "edge", "state"):
        if segment.startswith(GROUP) and edge and state in ROUTED_STATES:
            found.setdefault(segment.removeprefix(GROUP), set()).add(edge)
    return found
