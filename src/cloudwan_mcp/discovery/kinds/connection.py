"""Connections: what joins two devices, over a link each where one is named."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import name, text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier, state = text(item, "ConnectionId"), text(item, "State")
    yield Element(identifier, "connection", name(item), scope.global_network, state=state)
    for member in ("DeviceId", "ConnectedDeviceId", "LinkId", "ConnectedLinkId"):
        if item.get(member):
            kind = "device" if member.endswith("DeviceId") else "link"
            yield Connection(identifier, text(item, member), kind, state)


KIND = Kind(
    name="connection",
    operation="get_connections",
    items="Connections",
    counted_as="connection",
    scope="global-network",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network},
    timestamps=("CreatedAt",),
)
