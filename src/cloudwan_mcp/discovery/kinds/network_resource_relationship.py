"""Relationships between resources in bulk; those of a device with a link are its link associations.

GetLinkAssociations would have to be asked once per device for the same pairs.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Connection]:
    source, target = text(item, "From"), text(item, "To")
    links = ":link/" in target or ":link/" in source  # few are: the others are spared the taking apart
    kind = "link-association" if links and _kinds(source, target) == {"device", "link"} else "relationship"
    return (Connection(source, target, kind),)


def _kinds(*ends: str) -> set[str]:
    return {end.rpartition(":")[2].partition("/")[0] for end in ends}


KIND = Kind(
    name="network-resource-relationship",
    operation="get_network_resource_relationships",
    items="Relationships",
    scope="global-network",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network},
)
