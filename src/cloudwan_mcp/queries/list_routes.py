"""Routes: which tables a core network has, what a snapshot knows of them, and the same route told once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from cloudwan_mcp.finding import items_of
from cloudwan_mcp.locate import lanes
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.index.prefix import Network, network

ROUTES_READ = 20_000  # of a snapshot in one call
PAGE = 500
NAMED = 6  # attachments of a route that are named

Match = Literal["longest", "exact", "within", "covering"]
FILTERS: dict[Match, str] = {
    "longest": "LongestPrefixMatches",
    "exact": "ExactCidrMatches",
    "within": "SubnetOfMatches",
    "covering": "SupernetOfMatches",
}


class Table(NamedTuple):
    """A route table: of a segment, or `nfg:` and a network function group, at an edge location."""

    global_network: str
    core_network: str
    segment: str
    edge: str


@dataclass(slots=True, frozen=True)
class Wanted:
    """`net` None is any prefix; `state` "" any of ACTIVE and BLACKHOLE."""

    net: Network | None = None
    match: Match = "longest"
    state: str = ""

    def accepts(self, prefix: str, state: str) -> bool:
        if self.state and state != self.state:
            return False
        if self.net is None:
            return True
        its = network(prefix)
        if its is None or its.version != self.net.version:
            return False
        if self.match == "exact":
            return its == self.net
        return its.subnet_of(self.net) if self.match == "within" else its.supernet_of(self.net)  # type: ignore[arg-type]


class Route(NamedTuple):
    """`via` are the ids of the attachments that it leads to."""

    table: Table
    prefix: str
    state: str
    type: str
    via: tuple[str, ...]


@dataclass(slots=True)
class Folded:
    """The same route in several tables."""

    prefix: str
    state: str
    type: str
    via: tuple[str, ...]
    tables: list[Table] = field(default_factory=list)


def tables(reader: Reader, *, core_network: str, segment: str, edge: str) -> list[Table]:
    """Every table there is, of one core network, segment and edge where these are named."""
    return [
        Table(lane.global_network, lane.core_network, lane.segment, each)
        for lane, edges in lanes(reader, core_network=core_network, segment=segment)
        for each in edges
        if edge in ("", each)
    ]


@dataclass(slots=True)
class Known:
    """What a snapshot has of the tables that its discovery was asked to read, and whether that is all."""

    routes: list[Route] = field(default_factory=list)
    tables: set[Table] = field(default_factory=set)
    whole: bool = True


def known(reader: Reader, wanted_tables: Sequence[Table], wanted: Wanted) -> Known:
    read = reader.tables()
    here = {table for table in wanted_tables if table[1:] in read}
    if not here:
        return Known()
    places = {table[1:]: table for table in here}
    elements, whole = _elements(reader, here, wanted)
    routes = [
        route
        for element in elements
        if (table := places.get((element.core_network, element.segment, element.edge)))
        and (route := _route(table, element, wanted))
    ]
    return Known(chosen(routes, wanted), here, whole)


def _elements(reader: Reader, here: Collection[Table], wanted: Wanted) -> tuple[list[Element], bool]:
    """Routes that may be wanted, and whether they are all that there are."""
    if wanted.net and wanted.match != "within" and reader.index:
        held = reader.index.containing(wanted.net)
        return [each for each in reader.elements([h.number for h in held]) if each.type == "route"], True
    filters = Filters(
        types=("route",),
        state=wanted.state,
        segment=_only({table.segment for table in here}),
        edge=_only({table.edge for table in here}),
    )
    found: list[Element] = []
    position, end = 0, False
    while not end and len(found) < ROUTES_READ:
        page = reader.page(filters, after=position, limit=PAGE)
        found += [element for _, element in page.rows]
        position, end = page.position, page.end
    return found, end


def _only(values: set[str]) -> str:
    """The one value there is, "" where there are several."""
    return next(iter(values)) if len(values) == 1 else ""


def _route(table: Table, element: Element, wanted: Wanted) -> Route | None:
    return route_of(table, json.loads(element.attributes or "{}"), wanted)


def parameters(table: Table, wanted: Wanted) -> dict[str, Any]:
    """What GetNetworkRoutes is asked for one table."""
    place = {"CoreNetworkId": table.core_network, "EdgeLocation": table.edge}
    group = table.segment.removeprefix("nfg:")
    if group == table.segment:
        identifier = {"CoreNetworkSegmentEdge": {**place, "SegmentName": table.segment}}
    else:
        identifier = {"CoreNetworkNetworkFunctionGroup": {**place, "NetworkFunctionGroupName": group}}
    parameters: dict[str, Any] = {"GlobalNetworkId": table.global_network, "RouteTableIdentifier": identifier}
    if wanted.net:
        parameters[FILTERS[wanted.match]] = [str(wanted.net)]
    if wanted.state:
        parameters["States"] = [wanted.state]
    return parameters


def route_of(table: Table, item: dict[str, Any], wanted: Wanted) -> Route | None:
    """One of AWS's NetworkRoutes; None where it is not wanted. A blackhole may have no destination."""
    prefix = str(item.get("DestinationCidrBlock") or item.get("PrefixListId") or "")
    state = str(item.get("State") or "")
    if not wanted.accepts(prefix, state):
        return None
    ends = items_of(item.get("Destinations"))
    via = {str(e.get("CoreNetworkAttachmentId") or e.get("TransitGatewayAttachmentId") or "") for e in ends}
    return Route(table, prefix, state, str(item.get("Type") or ""), tuple(sorted(via - {""})))


def chosen(routes: Sequence[Route], wanted: Wanted) -> list[Route]:
    """Of each table only the longest match, where that is wanted."""
    if wanted.net is None or wanted.match != "longest":
        return list(routes)
    longest: dict[Table, int] = {}
    for route in routes:
        longest[route.table] = max(longest.get(route.table, -1), _bits(route))
    return [route for route in routes if _bits(route) == longest[route.table]]


def _bits(route: Route) -> int:
    net = network(route.prefix)
    return net.prefixlen if net else -1


def fold(routes: Iterable[Route]) -> list[Folded]:
    """Each different route once, with its tables; those in most tables first."""
    folded: dict[tuple[Any, ...], Folded] = {}
    for route in routes:
        key = route[1:]
        folded.setdefault(key, Folded(*key)).tables.append(route.table)
    return sorted(folded.values(), key=lambda each: (-len(each.tables), each.prefix, each.via))


def named(reader: Reader, ids: Iterable[str]) -> dict[str, Element]:
    """The elements behind attachments' ids, as far as the snapshot knows them."""
    numbers = [number for each in ids if (number := reader.find(each))]
    return {element.id: element for element in reader.elements(numbers)}


def places(some: Sequence[Table], every: Sequence[Table]) -> dict[str, list[str]]:
    """Edges by segment; "all 12" where it is every edge of the segment."""
    edges: dict[str, list[str]] = {}
    for table in some:
        edges.setdefault(table.segment, []).append(table.edge)
    of: dict[str, int] = {}
    for table in every:
        of[table.segment] = of.get(table.segment, 0) + 1
    return {
        segment: [f"all {len(found)}"] if len(found) == of[segment] > 1 else sorted(found)
        for segment, found in edges.items()
    }
