"""Attachments of every type: what joins a VPC, a VPN or a transit gateway to a segment."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import hyphenated, name
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope

_TYPES: dict[str, str] = {}


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    """Written for speed, since nearly every element of a large network comes through here."""
    get = item.get
    kind = get("AttachmentType") or "unknown"
    group = get("NetworkFunctionGroupName")
    element = Element(
        get("AttachmentId") or "",
        _TYPES.get(kind) or _TYPES.setdefault(kind, f"{hyphenated(kind)}-attachment"),
        name(item),
        scope.global_network,
        get("CoreNetworkId") or scope.core_network,
        f"nfg:{group}" if group else get("SegmentName") or "",
        get("EdgeLocation") or "",
        get("OwnerAccountId") or "",
        get("State") or "",
    )
    edges = get("EdgeLocations")
    if kind == "VPC" and not edges:
        return (element,)  # a VPC is not an element of Network Manager: no connection leads to it
    return (element, *_connections(element, edges or [], get("ResourceArn") or ""))


def _connections(element: Element, edges: list[str], resource: str) -> Iterable[Connection]:
    """A Direct Connect gateway attaches at several edges: the first is its own, the rest are connections."""
    element.edge = element.edge or (edges[0] if edges else "")
    if resource and element.type != "vpc-attachment":
        yield Connection(element.id, resource, "resource")
    for edge in edges:
        if edge != element.edge:
            yield Connection(element.id, f"{element.core_network}/edge/{edge}", "edge-location")


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
