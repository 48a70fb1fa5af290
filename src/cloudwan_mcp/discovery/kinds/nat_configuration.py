"""NAT configurations of attachments; only the core network's owner may list them."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    attachment = text(item, "AttachmentId")
    yield Element(
        f"{attachment}/nat",
        "nat-configuration",
        "",
        scope.global_network,
        scope.core_network,
        state=text(item, "NatGatewaySupport").upper(),
    )
    yield Connection(f"{attachment}/nat", attachment, "nat-of")


KIND = Kind(
    name="nat-configuration",
    operation="list_attachment_nat_configurations",
    items="AttachmentNatConfigurations",
    scope="core-network",
    parse=_parse,
    parameters={"CoreNetworkId": core_network},
)
