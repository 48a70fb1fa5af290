"""Transit gateway registrations: which transit gateways belong to a global network."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    arn = text(item, "TransitGatewayArn")
    short, state = arn.rsplit("/", 1)[-1], text(item.get("State") or {}, "Code")
    identifier = f"{scope.global_network}/transit-gateway-registration/{short}"
    yield Element(identifier, "transit-gateway-registration", short, scope.global_network, state=state)
    yield Connection(arn, scope.global_network, "registered-with", state)


KIND = Kind(
    name="transit-gateway-registration",
    operation="get_transit_gateway_registrations",
    items="TransitGatewayRegistrations",
    scope="global-network",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network},
)
