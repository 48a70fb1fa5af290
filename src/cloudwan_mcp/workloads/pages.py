"""A page of AWS on its way to elements."""

from __future__ import annotations

from functools import cache

from cloudwan_mcp.discovery.kinds.attachment import KIND
from cloudwan_mcp.model import Scope
from cloudwan_mcp.sources.aws_decode import page_of
from cloudwan_mcp.workloads.items import texts

ITEMS = 100
SCOPE = Scope("global-network-0", "core-network-0")


def parse_page() -> int:
    """Decode one answer to ListAttachments item by item; gives how many elements and connections it has."""
    page = page_of(_body(), KIND.items)
    return sum(1 for item, _ in page.items for _ in KIND.parse(item, SCOPE))


@cache
def _body() -> bytes:
    return f'{{"Attachments":[{",".join(texts(ITEMS))}],"NextToken":"next"}}'.encode()
