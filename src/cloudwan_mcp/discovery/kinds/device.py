"""Devices: routers and appliances at sites."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import name, text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier = text(item, "DeviceId")
    yield Element(identifier, "device", name(item), scope.global_network, state=text(item, "State"))
    yield Connection(identifier, text(item, "SiteId") or scope.global_network, "part-of")


KIND = Kind(
    name="device",
    operation="get_devices",
    items="Devices",
    counted_as="device",
    scope="global-network",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network},
    timestamps=("CreatedAt",),
)
