"""Segment by segment: whether traffic has a route, and through which network function group.

AWS Cloud WAN, "Core network policy version parameters" (segments, segment-actions) and "Service insertion".
Sharing is bidirectional, not transitive, and applies before the segments' filters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.document import Document, Segment, SendTo, SendVia, Share, Targets
from cloudwan_mcp.policy.quotation import listed, quote

Verdict = Literal["no-route", "isolated", "open", "via", "shared-and-inspected"]
ROUTED: tuple[Verdict, ...] = ("open", "via", "shared-and-inspected")
MOST_SEGMENTS = 200  # AWS's quota is 40; the matrix has the square of it
EVERYTHING = Targets(everything=True)


@dataclass(slots=True, frozen=True)
class Cell:
    """What a segment's table holds for another segment's attachments, and the actions that made it so.

    `no-route` and `isolated` (a segment's own cell) mean none, `open` a direct route, `via` only through
    `groups`. `bypass` says that a send-via is there and a direct route defeats it, or may. `because` has one
    sentence per cause, `pointers` show the members it rests on, `assumptions` name what was assumed.
    """

    source: str
    destination: str
    verdict: Verdict
    because: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    inserted: tuple[SendVia, ...] = ()
    shares: tuple[Share, ...] = ()
    bypass: bool = False
    assumptions: tuple[str, ...] = ()

    @property
    def routed(self) -> bool:
        return self.verdict in ROUTED

    @property
    def mode(self) -> str:
        return self.inserted[0].mode if self.inserted else ""


@dataclass(slots=True, frozen=True)
class Matrix:
    """`cells` by (source, destination), every pair of segments; `exits` are send-to actions by segment."""

    segments: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    exits: Mapping[str, tuple[SendTo, ...]] = field(default_factory=dict)

    @property
    def assumptions(self) -> tuple[str, ...]:
        found = {name for cell in self.cells.values() for name in cell.assumptions}
        leaving = [action for actions in self.exits.values() for action in actions]
        left_by = {group for action in leaving for group in action.via.groups}
        inserted = {id(action): action for cell in self.cells.values() for action in cell.inserted}.values()
        if any(action.mode == "dual-hop" and left_by & {*action.via.groups} for action in inserted):
            found.add("group-reuse")
        if any(action.targets is not None for action in leaving):
            found.add("send-to-with-targets")
        return tuple(sorted(found))


_Pairs = dict[tuple[str, str], list[Share]]
_Insertions = dict[tuple[str, str], list[SendVia]]


def matrix(document: Document) -> Matrix:
    """Every ordered pair of segments. Raises `BadRequest` for more than `MOST_SEGMENTS` segments."""
    segments = {each.name: each for each in reversed(document.segments)}
    names = tuple(dict.fromkeys(each.name for each in document.segments))
    if len(names) > MOST_SEGMENTS:
        raise BadRequest(
            f"The policy has {len(names):,} segments; a matrix is made of at most {MOST_SEGMENTS}.",
            field="/segments",
            next_step="AWS allows 40 segments in a core network.",
        )
    shares, insertions = _shares(document, names), _insertions(document, names)
    cells: dict[tuple[str, str], Cell] = {}
    for source in names:
        for destination in names:
            pair = (source, destination)
            shared, inserted = tuple(shares.get(pair, ())), tuple(insertions.get(pair, ()))
            if source == destination:
                cells[pair] = _own(segments[source], inserted)
            else:
                cells[pair] = _other(document, segments[source], segments[destination], shared, inserted)
    return Matrix(names, cells, _exits(document))


def _shares(document: Document, names: tuple[str, ...]) -> _Pairs:
    pairs: _Pairs = {}
    for action in document.actions:
        if isinstance(action, Share) and action.segment in names:
            for other in names:
                if other != action.segment and action.targets.cover(other):
                    pairs.setdefault((action.segment, other), []).append(action)
                    pairs.setdefault((other, action.segment), []).append(action)
    return pairs


def _insertions(document: Document, names: tuple[str, ...]) -> _Insertions:
    pairs: _Insertions = {}
    for action in document.actions:
        if isinstance(action, SendVia) and action.segment in names:
            for other in names:
                if (action.targets or EVERYTHING).cover(other):
                    for pair in {(action.segment, other), (other, action.segment)}:
                        pairs.setdefault(pair, []).append(action)
    return pairs


def _exits(document: Document) -> dict[str, tuple[SendTo, ...]]:
    exits: dict[str, tuple[SendTo, ...]] = {}
    for action in document.actions:
        if isinstance(action, SendTo):
            exits[action.segment] = (*exits.get(action.segment, ()), action)
    return exits


def _groups(inserted: tuple[SendVia, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(group for action in inserted for group in action.via.groups))


def _said(inserted: tuple[SendVia, ...]) -> Iterator[str]:
    for action in inserted:
        yield f"send-via ({action.mode}) of {quote(action.segment)} through {listed(action.via.groups)}"


def _assumed(inserted: tuple[SendVia, ...]) -> Iterator[str]:
    if any(action.targets is None for action in inserted):
        yield "send-via-without-targets"
    if len({(action.via.groups, action.mode) for action in inserted}) > 1:
        yield "several-send-via"


def _own(segment: Segment, inserted: tuple[SendVia, ...]) -> Cell:
    """A segment's traffic with itself."""
    pointers = (segment.pointer, *(action.pointer for action in inserted))
    said = tuple(_said(inserted))
    verdict: Verdict = "open"
    if segment.isolated and inserted:
        verdict, because = "via", (f"{quote(segment.name)} isolates its attachments", *said)
    elif segment.isolated:
        verdict = "isolated"
        because = (
            f"{quote(segment.name)} isolates its attachments; only transit gateway route tables still "
            "advertise into it",
        )
    else:
        because = (f"{quote(segment.name)} does not isolate its attachments",)
        if inserted:
            because += (*said, "the direct route bypasses it")
    return Cell(
        segment.name,
        segment.name,
        verdict,
        because,
        pointers,
        groups=_groups(inserted),
        inserted=inserted,
        bypass=bool(inserted) and not segment.isolated,
        assumptions=tuple(sorted(_assumed(inserted))),
    )


def _other(
    document: Document, a: Segment, b: Segment, shared: tuple[Share, ...], inserted: tuple[SendVia, ...]
) -> Cell:
    if not shared and not inserted:
        return Cell(a.name, b.name, "no-route", (_UNSHARED,))
    filters = tuple(_filters(a, b)) if shared else ()
    filtered = bool(filters)
    because = [f"share of {quote(each.segment)}" for each in shared]
    because += [said for said, _ in filters]
    because += _said(inserted)
    pointers = [each.pointer for each in shared] + [each.pointer for each in inserted]
    pointers += [pointer for _, pointer in filters]
    return Cell(
        a.name,
        b.name,
        _verdict(bool(shared) and not filtered, bool(inserted)),
        tuple(because),
        tuple(pointers),
        groups=_groups(inserted),
        inserted=inserted,
        shares=() if filtered else shared,
        bypass=bool(shared) and not filtered and bool(inserted),
        assumptions=_contested(document, a, b, shared, inserted, filters),
    )


_UNSHARED = "no share or send-via action joins the two segments"


def _verdict(opened: bool, inserted: bool) -> Verdict:
    if opened:
        return "shared-and-inspected" if inserted else "open"
    return "via" if inserted else "no-route"


def _filters(a: Segment, b: Segment) -> Iterator[tuple[str, str]]:
    for own, other in ((a, b), (b, a)):
        if own.deny is not None and other.name in own.deny:
            yield f"the deny-filter of {quote(own.name)} lists {quote(other.name)}", own.pointer
        if own.allow is not None and other.name not in own.allow:
            yield f"the allow-filter of {quote(own.name)} does not list {quote(other.name)}", own.pointer


def _contested(
    document: Document,
    a: Segment,
    b: Segment,
    shared: tuple[Share, ...],
    inserted: tuple[SendVia, ...],
    filters: tuple[tuple[str, str], ...],
) -> tuple[str, ...]:
    found = set(_assumed(inserted))
    if len({pointer for _, pointer in filters}) == 1:
        found.add("deny-filter-direction")
    if filters and inserted:
        found.add("filter-and-send-via")
    if shared and inserted and not filters:
        found.add("shared-and-inspected")
    limited = a.edges is not None or b.edges is not None
    if limited and not set(document.edges_of(a)) & set(document.edges_of(b)):
        found.add("no-common-edge")
    return tuple(sorted(found))
