"""Routes: which tables a core network has, what a snapshot knows of them, and the same route told once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from cloudwan_mcp.locate import lanes
from cloudwan_mcp.model import Element
from cloudwan_mcp.route import facts_of
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.index.prefix import Network, network
from cloudwan_mcp.store.index.routes import Place

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
    """What is known of `tables`, and whether that is the `whole` of it.

    An index tells routes once already: then `folded` are those in most tables, `different` counts all there
    are, and `there` are the tables that have any.
    """

    routes: list[Route] = field(default_factory=list)
    tables: set[Table] = field(default_factory=set)
    whole: bool = True
    folded: list[Folded] = field(default_factory=list)
    different: int = 0
    there: set[Table] = field(default_factory=set)

    def told(self) -> tuple[list[Folded], int]:
        """The different routes, and how many there are, of which these may be the first."""
        if self.folded:
            return self.folded, self.different
        found = fold(self.routes)
        return found, len(found)

    def without(self, tables: Iterable[Table]) -> list[Table]:
        """Those of the tables that have no such route."""
        there = self.there.union(route.table for route in self.routes)
        return [table for table in tables if table not in there]


def known(reader: Reader, wanted_tables: Sequence[Table], wanted: Wanted, most: int) -> Known:
    read = reader.tables()
    here = {table for table in wanted_tables if table[1:] in read}
    if not here:
        return Known()
    places = {table[1:]: table for table in here}
    if reader.index and wanted.net is None and len(here) == len(wanted_tables):
        return _listed(reader, places, wanted.state, most)
    elements, whole = _elements(reader, here, wanted)
    routes = [
        route
        for element in elements
        if (table := places.get((element.core_network, element.segment, element.edge)))
        and (route := route_of(table, json.loads(element.attributes or "{}"), wanted))
    ]
    return Known(chosen(routes, wanted), here, whole)


def _listed(reader: Reader, places: dict[Place, Table], state: str, most: int) -> Known:
    """Every route of these tables, from the index."""
    known = Known(tables={*places.values()})
    filters = _within(places.values(), state)
    found, known.different = reader.routes(filters, limit=most) or ([], 0)
    for element, fold in zip(reader.elements([each.example for each in found]), found, strict=True):
        tables = [places[each] for each in fold.places if each in places]
        known.folded.append(Folded(*facts_of(json.loads(element.attributes or "{}")), tables=tables))
    for there, _ in reader.tally(filters, "core_network", "segment", "edge"):
        if there in places:
            known.there.add(places[there])
    return known


def _within(tables: Iterable[Table], state: str) -> Filters:
    """The routes of these tables: all of a core network, of a segment, of an edge, or of one of each."""
    cores, segments, edges = ({*values} for values in zip(*(table[1:] for table in tables), strict=True))
    return Filters(
        types=("route",),
        state=state,
        core_network=_only(cores),
        segment=_only(segments),
        edge=_only(edges),
    )


def _elements(reader: Reader, here: Collection[Table], wanted: Wanted) -> tuple[list[Element], bool]:
    """Routes that may be wanted, and whether they are all that there are."""
    if wanted.net and reader.index:
        held = reader.index.containing(wanted.net)
        if wanted.match == "within":
            held = [each for each in held if each.network == wanted.net]
            held += reader.index.within(wanted.net, limit=ROUTES_READ - len(held))
        elements = reader.elements([each.number for each in held])
        return [each for each in elements if each.type == "route"], len(held) < ROUTES_READ
    filters = _within(here, wanted.state)
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
    """One of AWS's NetworkRoutes; None where it is not wanted."""
    facts = facts_of(item)
    return Route(table, *facts) if wanted.accepts(facts.prefix, facts.state) else None


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
    """Each different route once, with its tables; those in most tables first, else in the order they came."""
    folded: dict[tuple[Any, ...], Folded] = {}
    for route in routes:
        key = route[1:]
        folded.setdefault(key, Folded(*key)).tables.append(route.table)
    return sorted(folded.values(), key=lambda each: -len(each.tables))


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
