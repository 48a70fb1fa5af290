"""Global networks: the roof over core networks, sites and transit gateways; listed in the owning account."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import name, text
from cloudwan_mcp.discovery.kind import Item, Kind, ScopeLevel
from cloudwan_mcp.model import Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element]:
    identifier = text(item, "GlobalNetworkId")
    yield Element(
        identifier, "global-network", name(item), global_network=identifier, state=text(item, "State")
    )


def _reveals(item: Item, scope: Scope) -> Iterable[tuple[ScopeLevel, Scope]]:
    yield "global-network", Scope(global_network=text(item, "GlobalNetworkId"))


KIND = Kind(
    name="global-network",
    operation="describe_global_networks",
    items="GlobalNetworks",
    scope="account",
    parse=_parse,
    reveals=_reveals,
    timestamps=("CreatedAt",),
)
