"""Peerings of a core network with transit gateways."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import hyphenated, name, text
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier = text(item, "PeeringId")
    yield Element(
        identifier,
        f"{hyphenated(text(item, 'PeeringType') or 'unknown')}-peering",
        name(item),
        scope.global_network,
        scope.core_network,
        edge=text(item, "EdgeLocation"),
        account=text(item, "OwnerAccountId"),
        state=text(item, "State"),
    )
    if item.get("ResourceArn"):
        yield Connection(identifier, text(item, "ResourceArn"), "resource")


KIND = Kind(
    name="peering",
    operation="list_peerings",
    items="Peerings",
    counted_as="peering",
    scope="core-network",
    parse=_parse,
    parameters={"CoreNetworkId": core_network},
    timestamps=("CreatedAt",),
)
