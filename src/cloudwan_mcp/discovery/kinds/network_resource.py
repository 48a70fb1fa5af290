"""EC2 and Direct Connect resources as Network Manager polled them, across accounts and Regions."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import name, text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    arn = text(item, "ResourceArn")
    identifier = arn.rsplit("/", 1)[-1] or text(item, "ResourceId")
    yield Element(
        identifier,
        text(item, "ResourceType") or "unknown",
        name(item),
        scope.global_network,
        text(item, "CoreNetworkId"),
        edge=text(item, "AwsRegion"),
        account=text(item, "AccountId"),
    )
    gateway = text(item, "RegisteredGatewayArn")
    if gateway and gateway != arn:
        yield Connection(identifier, gateway, "registered-gateway")


KIND = Kind(
    name="network-resource",
    operation="get_network_resources",
    items="NetworkResources",
    scope="resource-type",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network, "ResourceType": lambda scope: scope.resource_type},
    timestamps=("DefinitionTimestamp",),
)
