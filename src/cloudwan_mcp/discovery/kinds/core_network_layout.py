"""Segments, edges and network function groups of a core network, as deployed now."""

from __future__ import annotations

import json
from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, ScopeLevel, core_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    core, state = scope.core_network, text(item, "State")
    for edge in item.get("Edges") or ():
        region = text(edge, "EdgeLocation")
        yield _element(f"{core}/edge/{region}", "core-network-edge", region, edge, scope, state, edge=region)
        yield Connection(f"{core}/edge/{region}", core, "part-of")
    for segment in item.get("Segments") or ():
        yield from _lane(scope, state, "segment", segment, text(segment, "Name"))
        for other in segment.get("SharedSegments") or ():
            source = f"{core}/segment/{text(segment, 'Name')}"
            yield Connection(source, f"{core}/segment/{other}", "shared-with")
    for group in item.get("NetworkFunctionGroups") or ():
        yield from _lane(scope, state, "network-function-group", group, f"nfg:{text(group, 'Name')}")
        for direction, segments in (group.get("Segments") or {}).items():
            for segment in segments or ():
                target = f"{core}/network-function-group/{text(group, 'Name')}"
                kind = "send-via" if direction == "SendVia" else "send-to"
                yield Connection(f"{core}/segment/{segment}", target, kind)


def _lane(scope: Scope, state: str, kind: str, item: Item, segment: str) -> Iterable[Element | Connection]:
    """A segment or network function group, part of its core network and deployed at its edges."""
    label = text(item, "Name")
    identifier = f"{scope.core_network}/{kind}/{label}"
    yield _element(identifier, kind, label, item, scope, state, segment=segment)
    yield Connection(identifier, scope.core_network, "part-of")
    for region in item.get("EdgeLocations") or ():
        yield Connection(identifier, f"{scope.core_network}/edge/{region}", "deployed-at")


def _element(
    identifier: str,
    kind: str,
    label: str,
    item: Item,
    scope: Scope,
    state: str,
    *,
    segment: str = "",
    edge: str = "",
) -> Element:
    attributes = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    return Element(
        identifier,
        kind,
        label,
        scope.global_network,
        scope.core_network,
        segment,
        edge,
        "",
        state,
        attributes,
    )


def _reveals(item: Item, scope: Scope) -> Iterable[tuple[ScopeLevel, Scope]]:
    lanes = [(text(s, "Name"), s) for s in item.get("Segments") or ()]
    lanes += [(f"nfg:{text(g, 'Name')}", g) for g in item.get("NetworkFunctionGroups") or ()]
    for label, lane in lanes:
        for region in lane.get("EdgeLocations") or ():
            yield "route-table", Scope(scope.global_network, scope.core_network, label, region)


KIND = Kind(
    name="core-network-layout",
    operation="get_core_network",
    items="CoreNetwork",
    scope="core-network",
    parse=_parse,
    reveals=_reveals,
    parameters={"CoreNetworkId": core_network},
)
