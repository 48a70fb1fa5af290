"""Attachments of every type: what joins a VPC, a VPN or a transit gateway to a segment."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import hyphenated, name, text
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope

_TYPES: dict[str, str] = {}


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    get = item.get
    identifier = text(item, "AttachmentId")
    kind = get("AttachmentType") or "unknown"
    element = Element(
        identifier,
        _TYPES.get(kind) or _TYPES.setdefault(kind, f"{hyphenated(kind)}-attachment"),
        name(item),
        scope.global_network,
        get("CoreNetworkId") or scope.core_network,
        _segment(item),
        get("EdgeLocation") or "",
        get("OwnerAccountId") or "",
        get("State") or "",
    )
    # a Direct Connect gateway attaches at several edges: the first is its column, the rest are connections
    edges = get("EdgeLocations")
    resource = text(item, "ResourceArn")
    related = _related(identifier, element.type, resource)
    if not edges and not related:
        return (element,)
    edges = edges or []
    element.edge = element.edge or (edges[0] if edges else "")
    others = [edge for edge in edges if edge != element.edge]
    core = element.core_network
    return [element, *related, *(Connection(identifier, f"{core}/edge/{e}", "edge-location") for e in others)]


def _segment(item: Item) -> str:
    group = item.get("NetworkFunctionGroupName")
    return f"nfg:{group}" if group else item.get("SegmentName") or ""


def _related(identifier: str, kind: str, resource: str) -> list[Connection]:
    """A VPC is not an element of Network Manager, so a VPC attachment has no connection to it."""
    if not resource or kind == "vpc-attachment":
        return []
    return [Connection(identifier, resource, "resource")]


KIND = Kind(
    name="attachment",
    operation="list_attachments",
    items="Attachments",
    counted_as="attachment",
    scope="core-network",
    parse=_parse,
    parameters={"CoreNetworkId": core_network},
    timestamps=("CreatedAt", "UpdatedAt"),
)
