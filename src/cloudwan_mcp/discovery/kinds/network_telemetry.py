"""Telemetry: whether BGP and IPSec are up, per connection and address."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    arn, health = text(item, "ResourceArn"), item.get("Health") or {}
    resource = arn.rsplit("/", 1)[-1] or text(item, "ResourceId")
    kind = text(health, "Type")
    identifier = f"{resource}/telemetry/{kind}/{text(item, 'Address')}"
    yield Element(
        identifier,
        "network-telemetry",
        " ".join(part for part in (kind, text(item, "Address")) if part),
        scope.global_network,
        text(item, "CoreNetworkId"),
        edge=text(item, "AwsRegion"),
        account=text(item, "AccountId"),
        state=text(health, "Status"),
    )
    yield Connection(identifier, arn or resource, "telemetry-of")


KIND = Kind(
    name="network-telemetry",
    operation="get_network_telemetry",
    items="NetworkTelemetry",
    scope="global-network",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network},
    timestamps=("Health.Timestamp",),
)
