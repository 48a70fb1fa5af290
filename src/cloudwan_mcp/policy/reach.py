"""Whether two ends reach each other: by policy, and by what the route tables hold."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Literal

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.associate import associate
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.filtering import NO_LISTS
from cloudwan_mcp.policy.inspection import Presence
from cloudwan_mcp.policy.installed import Deployed, Found, InstalledRoute, Lookup, look_up
from cloudwan_mcp.policy.leg import Ground, Intent, Leg, Place, leg
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.quotation import quote
from cloudwan_mcp.policy.route import Network, PrefixLists, contains, prefix_of, read_prefix

DEFAULTS = ("0.0.0.0/0", "::/0")
Verdict = Literal["reachable", "inspected", "one-way", "unreachable", "undecided"]


@dataclass(slots=True, frozen=True)
class End:
    """An end of a question, by what is known of it: an attachment, or a segment and edge, and a prefix.

    Without segment and attachment it is outside the core network, as the Internet is: `prefix` says where.
    """

    segment: str = ""
    edge: str = ""
    prefix: str = ""
    attachment: Attachment | None = None


@dataclass(slots=True, frozen=True)
class Direction:
    """One way: what the policy intends, what is installed, and where the two differ, in a sentence."""

    intent: Leg
    deployed: Found
    difference: str = ""


@dataclass(slots=True, frozen=True)
class Reach:
    """`policy` judges both ways by the document alone, `deployed` by the route tables alone."""

    policy: Verdict
    deployed: Verdict
    forward: Direction
    back: Direction
    assumptions: tuple[str, ...] = ()


def reach(
    document: Document,
    source: End,
    destination: End,
    *,
    presence: Presence | None = None,
    installed: Iterable[InstalledRoute] = (),
    read: Set[tuple[str, str]] = frozenset(),
    lists: PrefixLists = NO_LISTS,
) -> Reach:
    """Judge traffic from `source` to `destination` and back.

    `presence` are the edges at which groups have attachments, `installed` the rows of route tables, read
    once, `read` the tables of which they are all that matters, `lists` the prefixes of prefix lists by alias.
    Raises `BadRequest` for a segment or prefix that
    is none.
    """
    ground = Ground(document, matrix(document), presence, lists)
    one, other = _place(document, source, "source"), _place(document, destination, "destination")
    legs = (leg(ground, one, other), leg(ground, other, one))
    if one.outside or other.outside:  # the way back is not the core network's to route
        legs = (legs[1], legs[1]) if one.outside else (legs[0], legs[0])
    found = look_up(
        installed,
        (Lookup(one.segment, one.edge, other.prefix), Lookup(other.segment, other.edge, one.prefix)),
        read,
    )
    ways = [Direction(way, row, _difference(way.intent, row)) for way, row in zip(legs, found, strict=True)]
    if one.outside or other.outside:
        found = (found[1], found[1]) if one.outside else (found[0], found[0])
    names = {name for way in legs for name in way.assumptions}
    return Reach(
        _intended(legs[0].intent, legs[1].intent),
        _installed(found[0].verdict, found[1].verdict),
        ways[0],
        ways[1],
        tuple(sorted(names)),
    )


def _place(document: Document, end: End, field: str) -> Place:
    prefix = prefix_of(end.prefix, field) if end.prefix else None
    attachment = end.attachment
    edge = end.edge or (attachment.region if attachment else "")
    if attachment is None:
        outside = not end.segment
        if outside and prefix is None:
            raise BadRequest(
                f"The {field} says nothing.",
                field=field,
                next_step="Give a segment, an attachment, or a prefix outside the core network.",
            )
        segment, because = _known(document, end, edge, field)
        return Place(segment, edge, prefix, None, None, outside, because)
    association = associate(document, attachment)
    placement = association.placement
    segment = end.segment or (placement.segment if placement.status == "associated" else "")
    origin = _origin(attachment, prefix)
    group = "" if segment else placement.group
    return Place(segment, edge, prefix or origin, origin, attachment, False, association.because, group)


def _known(document: Document, end: End, edge: str, field: str) -> tuple[str, str]:
    """The end's segment, or "" where it is not at the edge, and why."""
    if not end.segment:
        return "", "the end is outside the core network"
    segment = document.segment(end.segment)
    if segment is None:
        raise BadRequest(
            f"The policy has no segment {quote(end.segment)}.",
            field=field,
            next_step="Give a segment of the policy.",
        )
    if edge and edge not in document.edges_of(segment):
        return "", f"{quote(end.segment)} does not exist at {quote(edge)}"
    return end.segment, ""


def _origin(attachment: Attachment, prefix: Network | None) -> Network | None:
    """The block of the attachment that holds the prefix, or its first."""
    blocks = [block for text in attachment.prefixes if (block := read_prefix(text)) is not None]
    if prefix is None:
        return blocks[0] if blocks else None
    holding = [block for block in blocks if contains(block, prefix)]
    return max(holding, key=lambda block: block.prefixlen, default=prefix)


def _intended(forward: Intent, back: Intent) -> Verdict:
    works = {"allowed", "inspected"}
    if forward in works and back in works:
        return "inspected" if "inspected" in (forward, back) else "reachable"
    if "undecided" in (forward, back) and {forward, back} <= {*works, "undecided"}:
        return "undecided"
    return "one-way" if works & {forward, back} else "unreachable"


def _installed(forward: Deployed, back: Deployed) -> Verdict:
    works = {"route", "inspected"}
    if "unknown" in (forward, back):
        return "undecided"
    if forward in works and back in works:
        return "inspected" if "inspected" in (forward, back) else "reachable"
    return "one-way" if works & {forward, back} else "unreachable"


def _difference(intent: Intent, found: Found) -> str:
    """Where policy and tables disagree; "" where they agree, or either is not known."""
    if found.verdict == "unknown" or intent == "undecided":
        return ""
    expected = {"allowed": "route", "inspected": "inspected", "dropped": "blackhole", "no-route": "no-route"}
    if found.verdict == expected[intent]:
        return ""
    reasons = {
        ("allowed", "no-route"): "the attachment may not be available or advertise the prefix, or the policy "
        "version is not the live one",
        ("inspected", "no-route"): "the group or the destination may have no available attachment there",
        ("inspected", "route"): "a direct route bypasses the inspection",
        ("no-route", "route"): "another policy version may be live, or a broader route leads elsewhere",
    }
    reason = reasons.get((intent, found.verdict), "the live policy version may be another one")
    if intent == "allowed" and found.row is not None and found.row.prefix in DEFAULTS:
        reason = "no route of its own is installed, and the default route takes it"
    return f"The policy says {intent}, but {found.because}: {reason}."
