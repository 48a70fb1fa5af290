"""Prefix lists that a core network's routing policies may name."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    short = text(item, "PrefixListArn").rsplit("/", 1)[-1]
    identifier = f"{scope.core_network}/prefix-list/{short}"
    yield Element(
        identifier,
        "prefix-list-association",
        text(item, "PrefixListAlias"),
        scope.global_network,
        scope.core_network,
    )
    yield Connection(identifier, scope.core_network, "part-of")


KIND = Kind(
    name="prefix-list-association",
    operation="list_core_network_prefix_list_associations",
    items="PrefixListAssociations",
    scope="core-network",
    parse=_parse,
    parameters={"CoreNetworkId": core_network},
)
