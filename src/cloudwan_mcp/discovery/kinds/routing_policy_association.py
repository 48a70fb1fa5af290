"""Routing-policy associations: the label of an attachment and the routing policies it brings."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    attachment = text(item, "AttachmentId")
    identifier = f"{attachment}/routing-policy"
    state = "PENDING" if item.get("PendingRoutingPolicies") else "ASSOCIATED"
    yield Element(
        identifier,
        "routing-policy-association",
        text(item, "RoutingPolicyLabel"),
        scope.global_network,
        scope.core_network,
        state=state,
    )
    yield Connection(identifier, attachment, "routing-policy-of")


KIND = Kind(
    name="routing-policy-association",
    operation="list_attachment_routing_policy_associations",
    items="AttachmentRoutingPolicyAssociations",
    scope="core-network",
    parse=_parse,
    parameters={"CoreNetworkId": core_network},
)
