"""Overlapping prefixes: two attachments of a core network bring the same addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from typing import NamedTuple

from cloudwan_mcp.finding import Attributes, Evidence, Facts, Finding, Prefix, Severity, seen
from cloudwan_mcp.model import Element

OWNERS_KEPT = 16  # of one prefix, to compare others with: the default route may come from thousands
_VPC = "vpc-attachment"
_APART, _SHARED, _TOGETHER = 0, 1, 2
_Shares = dict[tuple[str, str], frozenset[str]]


class _Clash(NamedTuple):
    """`nearness` says whether the two segments see each other's routes."""

    nearness: int
    other: Prefix


def _survey(facts: Facts) -> Iterator[tuple[str, Evidence]]:
    """One sweep in address order; memory grows with how deep prefixes lie within each other, not how many.

    Each attachment's prefix is told of once, against the other that matters most. Default routes contain
    everything and so say nothing; neither does a summary (of anything but a VPC) in a segment that shares
    nothing with this one.
    """
    shares = _shares(facts.places)
    enclosing: list[Sequence[Prefix]] = []
    for _, run in groupby(facts.prefixes, key=lambda prefix: prefix[:3]):
        owners = _owners(run)
        kept = list(islice(owners, OWNERS_KEPT))
        if not kept[0].length:
            continue
        while enclosing and not _contains(enclosing[-1][0], kept[0]):
            enclosing.pop()
        for prefix in chain(kept, owners):
            clash = _gravest(prefix, chain(kept, chain.from_iterable(reversed(enclosing))), shares)
            if clash:
                yield prefix.owner, _tell(prefix, clash)
        enclosing.append(kept)


def _shares(places: Iterable[Element]) -> _Shares:
    """Each segment, with those whose routes it sees."""
    found: _Shares = {}
    for place in places:
        if place.type == "segment":
            named = Attributes(place.attributes).get("SharedSegments")
            shared = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
            found[place.core_network, place.segment] = frozenset(shared)
    return found


def _owners(run: Iterator[Prefix]) -> Iterator[Prefix]:
    """Each attachment once: a route is in the tables of all edges and of all segments it is shared with."""
    for _, same in groupby(run, key=lambda prefix: (prefix.core_network, prefix.owner)):
        yield next(same)


def _contains(outer: Prefix, inner: Prefix) -> bool:
    bits = (32 if outer.version == 4 else 128) - outer.length
    return outer.version == inner.version and outer.start >> bits == inner.start >> bits


def _gravest(prefix: Prefix, others: Iterable[Prefix], shares: _Shares) -> _Clash | None:
    best: _Clash | None = None
    for other in others:
        if other.owner == prefix.owner or other.core_network != prefix.core_network:
            continue
        nearness = _nearness(prefix, other, shares)
        if nearness == _APART and other.length < prefix.length and other.kind != _VPC:
            continue
        if best is None or nearness > best.nearness:
            best = _Clash(nearness, other)
    return best


def _nearness(one: Prefix, other: Prefix, shares: _Shares) -> int:
    if one.segment == other.segment:
        return _TOGETHER
    mine = shares.get((one.core_network, one.segment), frozenset())
    its = shares.get((one.core_network, other.segment), frozenset())
    return _SHARED if other.segment in mine or one.segment in its or mine & its else _APART


def _tell(prefix: Prefix, clash: _Clash) -> Evidence:
    other = clash.other
    same = other.length == prefix.length
    how = "is brought by" if same else f"lies within {other.cidr} of"
    where = {
        _TOGETHER: f"Both are in segment {prefix.segment}",
        _SHARED: f"Segments {prefix.segment} and {other.segment} share routes, or a third sees both",
        _APART: f"It does not matter while segments {prefix.segment} and {other.segment} share no routes",
    }[clash.nearness]
    return seen(
        f"{prefix.cidr} {how} {other.owner}{' too' if same else ''}. {where}.",
        severity=_severity(prefix, clash, same=same),
        prefix=prefix.cidr,
        other_prefix=other.cidr,
        other=other.owner,
        segment=prefix.segment,
        other_segment=other.segment,
        matters=clash.nearness != _APART,
    )


def _severity(prefix: Prefix, clash: _Clash, *, same: bool) -> Severity | None:
    """Two VPCs cannot both be reached at one prefix; what routers announce twice may be meant so."""
    vpcs = [prefix.kind, clash.other.kind].count(_VPC)
    if clash.nearness == _APART or not vpcs:
        return "low"
    if not same:
        return "medium" if vpcs == 2 else "low"
    return "high" if vpcs == 2 else None


FINDING = Finding(
    name="overlapping_prefixes",
    severity="medium",
    title="Attachments with overlapping prefixes",
    fix="Renumber one of the two, translate its addresses, or keep both in segments that share no routes.",
    documentation="https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-create-attachment.html",
    reads=("ListAttachments", "GetNetworkRoutes"),
    survey=_survey,
)
