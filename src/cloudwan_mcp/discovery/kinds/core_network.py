"""Core networks, owned and shared: a spoke account sees here what its global networks do not show."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import name, text
from cloudwan_mcp.discovery.kind import Item, Kind, ScopeLevel
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier, parent = text(item, "CoreNetworkId"), text(item, "GlobalNetworkId")
    yield Element(
        identifier,
        "core-network",
        name(item),
        global_network=parent,
        core_network=identifier,
        account=text(item, "OwnerAccountId"),
        state=text(item, "State"),
    )
    if parent:
        yield Connection(identifier, parent, "part-of")


def _reveals(item: Item, scope: Scope) -> Iterable[tuple[ScopeLevel, Scope]]:
    yield "core-network", Scope(text(item, "GlobalNetworkId"), text(item, "CoreNetworkId"))


KIND = Kind(
    name="core-network",
    operation="list_core_networks",
    items="CoreNetworks",
    scope="account",
    parse=_parse,
    reveals=_reveals,
)
