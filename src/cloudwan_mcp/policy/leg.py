"""One way of traffic by policy: from an end in one segment to an end in another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cloudwan_mcp.policy.attachment import TRANSIT_GATEWAY, Attachment
from cloudwan_mcp.policy.document import Document, StaticRoute
from cloudwan_mcp.policy.filtering import NO_LISTS, Stations, filtered
from cloudwan_mcp.policy.inspection import Inspection, Presence, exits, inspection
from cloudwan_mcp.policy.matrix import Cell, Matrix
from cloudwan_mcp.policy.quotation import listed, quote
from cloudwan_mcp.policy.route import Network, PrefixLists, Route, contains, read_prefix

Intent = Literal["allowed", "inspected", "dropped", "no-route", "undecided"]


@dataclass(slots=True, frozen=True)
class Place:
    """An end, placed: `segment` is "" where it has none, `because` says why; `outside` means no attachment.

    `prefix` is the address or block asked about, `origin` the block that its attachment originates.
    """

    segment: str = ""
    edge: str = ""
    prefix: Network | None = None
    origin: Network | None = None
    attachment: Attachment | None = None
    outside: bool = False
    because: str = ""
    group: str = ""


@dataclass(slots=True, frozen=True)
class Leg:
    """`undecided` where the policy alone does not tell; `because` has one sentence per cause."""

    intent: Intent
    because: tuple[str, ...]
    pointers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    inspection: Inspection | None = None
    assumptions: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class Ground:
    """What all legs of one question rest on."""

    document: Document
    matrix: Matrix
    presence: Presence | None = None
    lists: PrefixLists = field(default_factory=lambda: NO_LISTS)


def leg(ground: Ground, source: Place, destination: Place) -> Leg:
    for end in (source, destination):
        if end.group:
            said = (
                f"the attachment is in group {quote(end.group)}: its table is that of the segments it serves"
            )
            return Leg("undecided", (said,), groups=(end.group,))
    if not source.segment:
        return Leg("no-route", (source.because or "the source has no segment",))
    static = _static(ground.document, source.segment, destination.prefix)
    learned = _learned(ground, source, destination)
    if static is not None and _wins(static[1], learned, destination):
        return _by_static(static[0], destination)
    if learned.intent == "no-route":
        return _leaving(ground, source, destination, learned)
    return learned


def _static(document: Document, segment: str, prefix: Network | None) -> tuple[StaticRoute, Network] | None:
    """The segment's most specific static route that holds the whole prefix."""
    best: tuple[StaticRoute, Network] | None = None
    for action in document.actions:
        if prefix is None or not isinstance(action, StaticRoute) or action.segment != segment:
            continue
        for text in action.cidrs:
            block = read_prefix(text)
            if block and contains(block, prefix) and (best is None or block.prefixlen > best[1].prefixlen):
                best = (action, block)
    return best


def _wins(block: Network, learned: Leg, destination: Place) -> bool:
    """The longer prefix wins, and of equal ones the static."""
    if learned.intent == "no-route" or destination.origin is None:
        return True
    return block.prefixlen >= destination.origin.prefixlen


def _by_static(route: StaticRoute, destination: Place) -> Leg:
    said = f"a static route of {quote(route.segment)} leads to {listed(route.destinations)}"
    if route.blackhole:
        return Leg("dropped", (f"a static route of {quote(route.segment)} is a blackhole",), (route.pointer,))
    attachment = destination.attachment
    if destination.outside or (attachment and attachment.id in route.destinations):
        return Leg("allowed", (said,), (route.pointer,))
    return Leg("undecided", (said, "which is not known to be the destination's"), (route.pointer,))


def _learned(ground: Ground, source: Place, destination: Place) -> Leg:
    if destination.outside:
        return Leg("no-route", ("no attachment of the core network is the destination",))
    if not destination.segment:
        return Leg("no-route", (destination.because or "the destination has no segment",))
    cell = ground.matrix.cells[source.segment, destination.segment]
    filtered_out = _filtered(ground, source, destination) if cell.routed else None
    if filtered_out is not None and filtered_out.intent == "no-route":
        return filtered_out
    found = _by_cell(ground, cell, source, destination)
    if filtered_out is None:
        return found
    names = tuple(sorted({*found.assumptions, *filtered_out.assumptions}))
    because = (*found.because, *filtered_out.because)
    intent = "undecided" if filtered_out.intent == "undecided" else found.intent
    return Leg(intent, because, found.pointers, found.groups, found.inspection, names)


def _by_cell(ground: Ground, cell: Cell, source: Place, destination: Place) -> Leg:
    if cell.verdict == "isolated":
        return _isolated(cell, destination)
    if not cell.routed:
        return Leg("no-route", cell.because, cell.pointers, assumptions=cell.assumptions)
    if cell.verdict == "open":
        return Leg("allowed", cell.because, cell.pointers, assumptions=cell.assumptions)
    way = None
    if source.edge and destination.edge:
        way = inspection(cell, source.edge, destination.edge, ground.presence)
    because = cell.because if way is None else (*cell.because, way.because)
    names = tuple(sorted({*cell.assumptions, *(way.assumptions if way else ())}))
    intent: Intent = "inspected" if cell.verdict == "via" else "undecided"
    if way is not None and way.basis == "blackhole":
        intent = "dropped"
    return Leg(intent, because, cell.pointers, cell.groups, way, names)


def _isolated(cell: Cell, destination: Place) -> Leg:
    attachment = destination.attachment
    if attachment is not None and attachment.kind == TRANSIT_GATEWAY:
        said = "a transit gateway route table advertises into an isolated segment, and learns nothing there"
        return Leg("allowed", (said,), cell.pointers)
    return Leg("no-route", cell.because, cell.pointers)


def _filtered(ground: Ground, source: Place, destination: Place) -> Leg | None:
    """What routing policies do to the destination's route on its way here; None where none is met."""
    stations = Stations(ground.document)
    ways = []
    if destination.attachment is not None:
        ways.append(stations.at_attachment(destination.attachment, "inbound"))
    if source.segment != destination.segment:
        ways.append(stations.between_segments(destination.segment, source.segment))
    if source.edge and destination.edge and source.edge != destination.edge:
        ways.append(stations.between_edges(source.segment, destination.edge, source.edge))
    if not any(ways):
        return None
    prefix = destination.origin or destination.prefix
    if prefix is None:
        names = listed(each.name for way in ways for each in way)
        return Leg("undecided", (f"routing policies {names} apply; give a prefix to judge them",))
    attachment = destination.attachment
    plain = attachment is not None and attachment.kind == "vpc"  # which speaks no BGP
    route = Route(prefix, (), frozenset()) if plain else Route(prefix)
    assumed: set[str] = set()
    for policies in ways:
        outcome = filtered(policies, route, ground.lists)
        assumed.update(outcome.assumptions)
        if outcome.route is None:
            last = outcome.steps[-1]
            said = f"rule {last.rule} of routing policy {quote(last.policy)} drops {prefix}"
            sure: Intent = "undecided" if assumed else "no-route"
            return Leg(sure, (said,), (last.pointer,), assumptions=tuple(sorted(assumed)))
        route = outcome.route
    return Leg("allowed", (f"routing policies let {prefix} pass",), assumptions=tuple(sorted(assumed)))


def _leaving(ground: Ground, source: Place, destination: Place, learned: Leg) -> Leg:
    """Without a route, the default route of a send-to takes the traffic."""
    actions = ground.matrix.exits.get(source.segment, ())[:1]
    if not actions:
        return learned
    found = exits(ground.document, source.segment, actions, ground.presence)
    way = next((each for each in found if each.edge == source.edge), None)
    where = f" in {quote(way.region)}" if way and way.region else ""
    said = f"send-to leads what has no other route to {listed(actions[0].via.groups)}{where}"
    groups, pointers = actions[0].via.groups, (actions[0].pointer,)
    if way is not None and way.basis == "blackhole":
        return Leg("dropped", (said, "where the group has no attachment"), pointers, groups)
    if destination.outside:
        return Leg("inspected", (said,), pointers, groups)
    because = (*learned.because, said)
    return Leg("no-route", because, pointers, groups, assumptions=("default-route-hairpin",))
