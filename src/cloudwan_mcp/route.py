"""What one of AWS's NetworkRoutes says, wherever it was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cloudwan_mcp.finding import items_of


class RouteFacts(NamedTuple):
    """`via` are the attachments that it leads to, by id; a blackhole may have none, and no prefix."""

    prefix: str
    state: str
    type: str
    via: tuple[str, ...]


def facts_of(item: Mapping[str, Any]) -> RouteFacts:
    """A prefix list stands for the prefixes in it."""
    ends = items_of(item.get("Destinations"))
    via = {str(e.get("CoreNetworkAttachmentId") or e.get("TransitGatewayAttachmentId") or "") for e in ends}
    return RouteFacts(
        str(item.get("DestinationCidrBlock") or item.get("PrefixListId") or ""),
        str(item.get("State") or ""),
        str(item.get("Type") or ""),
        tuple(sorted(via - {""})),
    )
