"""What route tables of the core network hold: the deployed side of a question about reachability."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Literal

from cloudwan_mcp.policy.quotation import quote
from cloudwan_mcp.policy.route import Network, contains, read_prefix

Deployed = Literal["route", "inspected", "blackhole", "no-route", "unknown"]


@dataclass(slots=True, frozen=True)
class InstalledRoute:
    """One row of a segment's route table at an edge, as GetNetworkRoutes gives it.

    `state` is ACTIVE or BLACKHOLE, `type` PROPAGATED or STATIC; it leads to `groups` or `attachments`.
    """

    segment: str
    edge: str
    prefix: str
    state: str = "ACTIVE"
    type: str = "PROPAGATED"
    attachments: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class Lookup:
    """A table to look into (`segment` at `edge`) for a destination; None where the question is not whole."""

    segment: str
    edge: str
    prefix: Network | None

    @property
    def whole(self) -> bool:
        return bool(self.segment and self.edge and self.prefix is not None)


@dataclass(slots=True, frozen=True)
class Found:
    """What the tables say: a verdict, the row it rests on, and a sentence."""

    verdict: Deployed
    because: str
    row: InstalledRoute | None = None


def look_up(
    routes: Iterable[InstalledRoute], lookups: tuple[Lookup, ...], read: Set[tuple[str, str]] = frozenset()
) -> tuple[Found, ...]:
    """The longest prefix for each lookup; the rows are read once and none but the best is kept.

    `read` are the tables, as (segment, edge), of which every row that could match was given, if only none.
    """
    best: dict[int, tuple[int, InstalledRoute]] = {}
    seen = {index for index, each in enumerate(lookups) if (each.segment, each.edge) in read}
    for row in routes:
        for index, lookup in enumerate(lookups):
            if (row.segment, row.edge) != (lookup.segment, lookup.edge) or not lookup.whole:
                continue
            seen.add(index)
            length = _length(row, lookup)
            if length is not None and (index not in best or length > best[index][0]):
                best[index] = (length, row)
    return tuple(
        _found(lookup, index in seen, best[index][1] if index in best else None)
        for index, lookup in enumerate(lookups)
    )


def _length(row: InstalledRoute, lookup: Lookup) -> int | None:
    network = read_prefix(row.prefix)
    if network is None or lookup.prefix is None or not contains(network, lookup.prefix):
        return None
    return network.prefixlen


def _found(lookup: Lookup, seen: bool, row: InstalledRoute | None) -> Found:
    if not lookup.whole:
        return Found("unknown", "an edge and a prefix are needed to look into a route table")
    table = f"the table of {quote(lookup.segment)} at {quote(lookup.edge)}"
    if not seen:
        return Found("unknown", f"{table} was not given, or is empty")
    if row is None:
        return Found("no-route", f"{table} has no route to {lookup.prefix}")
    said = f"{table} has {quote(row.prefix)} ({row.type.lower()[:20]})"
    if row.state.upper() == "BLACKHOLE":
        return Found("blackhole", f"{said} as a blackhole", row)
    if row.groups:
        return Found("inspected", f"{said} through group {quote(row.groups[0])}", row)
    return Found("route", said, row)
