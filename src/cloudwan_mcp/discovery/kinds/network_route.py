"""Routes of one segment's or network function group's table at one edge; read only on request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def _table(scope: Scope) -> dict[str, Any]:
    group = scope.segment.removeprefix("nfg:")
    place = {"CoreNetworkId": scope.core_network, "EdgeLocation": scope.edge}
    if group != scope.segment:
        return {"CoreNetworkNetworkFunctionGroup": {**place, "NetworkFunctionGroupName": group}}
    return {"CoreNetworkSegmentEdge": {**place, "SegmentName": scope.segment}}


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    prefix = text(item, "DestinationCidrBlock") or text(item, "PrefixListId")
    identifier = f"{scope.core_network}/{scope.segment}/{scope.edge}/route/{text(item, 'Type')}/{prefix}"
    state = text(item, "State")
    yield Element(
        identifier,
        "route",
        prefix,
        scope.global_network,
        scope.core_network,
        scope.segment,
        scope.edge,
        state=state,
    )
    for destination in item.get("Destinations") or ():  # a blackhole has none
        end = text(destination, "CoreNetworkAttachmentId") or text(destination, "TransitGatewayAttachmentId")
        if end:
            yield Connection(identifier, end, "next-hop", state)


KIND = Kind(
    name="route",
    operation="get_network_routes",
    items="NetworkRoutes",
    scope="route-table",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network, "RouteTableIdentifier": _table},
)
