"""How many resources of each type there are: announces the work ahead, and which types are worth a call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, ScopeLevel, global_network
from cloudwan_mcp.model import Scope

# the types that no listing of Network Manager's own gives; the others come with their kinds
POLLED = (
    "dxcon",
    "dx-gateway",
    "dx-vif",
    "customer-gateway",
    "transit-gateway",
    "transit-gateway-attachment",
    "transit-gateway-connect-peer",
    "transit-gateway-route-table",
    "vpn-connection",
)


def _parse(item: Item, scope: Scope) -> Iterable[Any]:
    return ()


def _reveals(item: Item, scope: Scope) -> Iterable[tuple[ScopeLevel, Scope]]:
    kind = text(item, "ResourceType")
    if kind in POLLED and item.get("Count"):
        yield "resource-type", Scope(scope.global_network, resource_type=kind)


def _assumes(scope: Scope) -> Iterable[tuple[ScopeLevel, Scope]]:
    return [("resource-type", Scope(scope.global_network, resource_type=kind)) for kind in POLLED]


def _announces(item: Item) -> tuple[str, int]:
    return text(item, "ResourceType"), int(item.get("Count") or 0)


KIND = Kind(
    name="network-resource-count",
    operation="get_network_resource_counts",
    items="NetworkResourceCounts",
    scope="global-network",
    parse=_parse,
    reveals=_reveals,
    assumes=_assumes,
    announces=_announces,
    parameters={"GlobalNetworkId": global_network},
)
