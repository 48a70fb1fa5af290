"""Sites: the places a global network's devices and links stand in."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import name, text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier = text(item, "SiteId")
    yield Element(identifier, "site", name(item), scope.global_network, state=text(item, "State"))
    yield Connection(identifier, scope.global_network, "part-of")


KIND = Kind(
    name="site",
    operation="get_sites",
    items="Sites",
    counted_as="site",
    scope="global-network",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network},
    timestamps=("CreatedAt",),
)
