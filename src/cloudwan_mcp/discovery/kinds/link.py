"""Links: a site's internet or MPLS lines."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import name, text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier = text(item, "LinkId")
    yield Element(identifier, "link", name(item), scope.global_network, state=text(item, "State"))
    yield Connection(identifier, text(item, "SiteId") or scope.global_network, "part-of")


KIND = Kind(
    name="link",
    operation="get_links",
    items="Links",
    counted_as="link",
    scope="global-network",
    parse=_parse,
    parameters={"GlobalNetworkId": global_network},
    timestamps=("CreatedAt",),
)
