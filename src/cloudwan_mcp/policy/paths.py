"""Which path each edge chooses to a prefix: a path-vector simulation of one segment.

AWS Cloud WAN, "Route evaluation": static routes first, then VPCs of the same Region, the shorter AS path, the
lower MED, then Direct Connect gateways before Connect, VPN and the rest. Edges are a full mesh of eBGP peers;
what is then equal AWS chooses between at random, and is reported here as a tie.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.as_number import as_numbers, ends_of_ranges
from cloudwan_mcp.policy.attachment import TRANSIT_GATEWAY
from cloudwan_mcp.policy.document import Document, RoutingPolicy
from cloudwan_mcp.policy.filtering import NO_LISTS, Stations, filtered
from cloudwan_mcp.policy.matrix import Cell, matrix
from cloudwan_mcp.policy.originate import Origination
from cloudwan_mcp.policy.quotation import quote
from cloudwan_mcp.policy.route import Network, Outcome, PrefixLists, Route

MOST_ORIGINATIONS = 2000
DIRECT_CONNECT = "direct-connect-gateway"
_RANKS = {DIRECT_CONNECT: 0, "connect": 1, "site-to-site-vpn": 2}


@dataclass(slots=True, frozen=True)
class Path:
    """A route as one edge has it: from `origin`, learned from edge `neighbour`, or "" for its own."""

    route: Route
    origin: Origination
    neighbour: str = ""

    @property
    def preference(self) -> tuple[bool, bool, int, int, int]:
        """Smaller is better; equal is a tie."""
        own = not self.neighbour
        kind = self.origin.attachment.kind
        return (
            not (self.origin.static and own),
            not (own and kind == "vpc"),
            len(self.route.as_path or ()),
            self.route.med or 0,
            _RANKS.get(kind, 3) if own else 3,
        )


@dataclass(slots=True, frozen=True)
class Choice:
    """`best` are the equally good paths, more than one in a tie; `others` were worse."""

    edge: str
    prefix: Network
    best: tuple[Path, ...]
    others: tuple[Path, ...]

    @property
    def tie(self) -> bool:
        return len(self.best) > 1


@dataclass(slots=True, frozen=True)
class Tables:
    """What every edge of a segment chooses. `settled` is False where choices go in circles."""

    segment: str
    choices: tuple[Choice, ...]
    settled: bool
    assumptions: tuple[str, ...] = ()

    def choice(self, edge: str, prefix: Network) -> Choice | None:
        return next((each for each in self.choices if each.edge == edge and each.prefix == prefix), None)


_Rib = dict[tuple[str, Network], dict[tuple[str, str], Path]]
"""Paths by (edge, prefix), each by (neighbour, id of the originating attachment)."""


def simulate(
    document: Document,
    segment: str,
    originations: Iterable[Origination],
    lists: PrefixLists = NO_LISTS,
) -> Tables:
    """What the edges of `segment` choose, given every origination of the core network.

    Raises `BadRequest` for an unknown segment or more than `MOST_ORIGINATIONS` originations.
    """
    found = document.segment(segment)
    given = list(originations)
    if found is None or len(given) > MOST_ORIGINATIONS:
        raise BadRequest(
            f"The policy has no segment {quote(segment)}."
            if found is None
            else f"{len(given):,} routes were given; at most {MOST_ORIGINATIONS:,} are simulated.",
            field="segment" if found is None else "originations",
            next_step="Give a segment of the policy." if found is None else "Give fewer prefixes.",
        )
    return _Simulation(document, segment, document.edges_of(found), lists).run(given)


class _Simulation:
    def __init__(self, document: Document, segment: str, edges: tuple[str, ...], lists: PrefixLists) -> None:
        self._segment, self._edges, self._lists = segment, edges, lists
        self._cells = matrix(document).cells
        self._stations = Stations(document)
        self._numbers, assigned = as_numbers(document)
        self._assumed = {"asn-assigned"} if assigned else set[str]()
        if ends_of_ranges(document):
            self._assumed.add("asn-range-end")
        self._rib: _Rib = {}

    def run(self, originations: list[Origination]) -> Tables:
        for origination in originations:
            path = self._enter(origination)
            if path is not None:
                at = (origination.attachment.region, path.route.prefix)
                self._rib.setdefault(at, {})["", origination.attachment.id] = path
        settled = False
        for _ in range(2 * len(self._edges) + 4):
            if not self._exchange():
                settled = True
                break
        choices = tuple(self._choices())
        kinds = {each.attachment.kind for each in originations}
        if DIRECT_CONNECT in kinds and len(kinds) > 1:
            self._assumed.add("direct-connect-order")
        if any(path.route.local_preference is not None for each in choices for path in each.best):
            self._assumed.add("local-preference")
        return Tables(self._segment, choices, settled, tuple(sorted(self._assumed)))

    def _enter(self, origination: Origination) -> Path | None:
        """An origination as it comes into the segment's table at its own edge."""
        if origination.attachment.region not in self._edges:
            return None
        cell = self._cells.get((self._segment, origination.segment))
        if cell is None or not _propagates(cell, origination):
            return None
        outcome = self._pass(
            self._stations.at_attachment(origination.attachment, "inbound"), origination.route
        )
        if outcome.route is not None and origination.segment != self._segment:
            self._assumed.add("share-entry")
            between = self._stations.between_segments(origination.segment, self._segment)
            outcome = self._pass(between, outcome.route)
        return None if outcome.route is None else Path(outcome.route, origination)

    def _pass(self, policies: list[RoutingPolicy], route: Route) -> Outcome:
        outcome = filtered(policies, route, self._lists)
        self._assumed.update(outcome.assumptions)
        return outcome

    def _exchange(self) -> bool:
        """One round: every edge tells all others what it has chosen; whether anything changed."""
        told: _Rib = {}
        for (edge, _), paths in self._rib.items():
            chosen = min(paths.values(), key=_order)
            for peer in self._edges:
                path = None if peer == edge else self._tell(edge, peer, chosen)
                if path is not None:
                    at = (peer, path.route.prefix)
                    told.setdefault(at, {})[edge, path.origin.attachment.id] = path
        before = self._rib
        own = {at: {key: path for key, path in paths.items() if not key[0]} for at, paths in before.items()}
        self._rib = {at: own.get(at, {}) | told.get(at, {}) for at in {**own, **told}}
        self._rib = {at: paths for at, paths in self._rib.items() if paths}
        return self._rib != before

    def _tell(self, edge: str, peer: str, path: Path) -> Path | None:
        if self._numbers.get(peer) in (path.route.as_path or ()):
            return None
        outcome = self._pass(self._stations.between_edges(self._segment, edge, peer), path.route)
        if outcome.route is None:
            return None
        longer = (self._numbers.get(edge, 0), *(outcome.route.as_path or ()))
        return Path(dataclasses.replace(outcome.route, as_path=longer), path.origin, edge)

    def _choices(self) -> Iterator[Choice]:
        for (edge, prefix), paths in sorted(
            self._rib.items(), key=lambda item: (item[0][0], str(item[0][1]))
        ):
            ordered = sorted(paths.values(), key=_order)
            best = tuple(each for each in ordered if each.preference == ordered[0].preference)
            yield Choice(edge, prefix, best, tuple(ordered[len(best) :]))


def _order(path: Path) -> tuple[object, ...]:
    """By preference; ties by name, so that the simulation itself does not depend on chance."""
    return (*path.preference, path.neighbour, path.origin.attachment.id)


def _propagates(cell: Cell, origination: Origination) -> bool:
    """Whether the segment's table has routes of the attachment: directly, not through a group."""
    if cell.verdict == "isolated":
        return origination.attachment.kind == TRANSIT_GATEWAY
    if origination.static and cell.source != cell.destination:
        return False
    return cell.verdict in ("open", "shared-and-inspected")


def advertised(
    document: Document, origination: Origination, routes: Iterable[Route], lists: PrefixLists = NO_LISTS
) -> list[Route]:
    """What an attachment is told of `routes` by its outbound policies; a summary stands once."""
    policies = Stations(document).at_attachment(origination.attachment, "outbound")
    kept = (filtered(policies, route, lists).route for route in routes)
    return list({route.prefix: route for route in kept if route is not None}.values())
