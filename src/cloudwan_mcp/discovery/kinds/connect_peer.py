"""Connect peers: the BGP ends of Connect attachments."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import name, text
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier = text(item, "ConnectPeerId")
    yield Element(
        identifier,
        "connect-peer",
        name(item),
        scope.global_network,
        scope.core_network,
        edge=text(item, "EdgeLocation"),
        state=text(item, "ConnectPeerState"),
    )
    if item.get("ConnectAttachmentId"):
        yield Connection(identifier, text(item, "ConnectAttachmentId"), "connect-attachment")


KIND = Kind(
    name="connect-peer",
    operation="list_connect_peers",
    items="ConnectPeers",
    counted_as="connect-peer",
    scope="core-network",
    parse=_parse,
    parameters={"CoreNetworkId": core_network},
    timestamps=("CreatedAt",),
)
