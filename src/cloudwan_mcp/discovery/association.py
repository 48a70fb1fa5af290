"""Associations: listings that tie something to a device and, where one is named, to a link."""

from __future__ import annotations

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, global_network
from cloudwan_mcp.model import Connection, Element, Scope


def association(name: str, operation: str, items: str, subject: str) -> Kind:
    """The kind whose items tie the member `subject` (an id or ARN) to `DeviceId` and `LinkId`."""

    def parse(item: Item, scope: Scope) -> list[Element | Connection]:
        source, state = text(item, subject), text(item, "State")
        short = source.rsplit("/", 1)[-1]
        ends = [text(item, member) for member in ("DeviceId", "LinkId") if item.get(member)]
        identifier = f"{scope.global_network}/{name}/{short}"
        return [
            Element(identifier, name, short, scope.global_network, state=state),
            *(Connection(source, end, name, state) for end in ends),
        ]

    return Kind(
        name=name,
        operation=operation,
        items=items,
        scope="global-network",
        parse=parse,
        parameters={"GlobalNetworkId": global_network},
    )
