"""Attachments that are not where the policy puts them, or nowhere: counted by cause, with examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cloudwan_mcp.model import Element
from cloudwan_mcp.policy.associate import Placement, Placer, associate
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.quotation import quote

MOST_CAUSES = 500  # kept at once; tags may be as varied as attachments
EXAMPLES = 3


@dataclass(slots=True)
class Cause:
    """`because` is told of the first of its attachments; `installed` is where AWS has them, `places` counts
    where the policy would put them."""

    because: str
    status: str
    rule: int
    installed: str
    count: int = 0
    places: Counter[str] = field(default_factory=Counter)
    examples: list[Element] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class Unplaced:
    """`causes`, most frequent first; `more` says that there were too many to keep."""

    causes: list[Cause]
    total: int
    more: bool


def unplaced(document: Document, attachments: Iterable[tuple[Element, Attachment]]) -> Unplaced:
    placer = Placer(document)
    causes: dict[tuple[object, ...], Cause] = {}
    total, more = 0, False
    for element, attachment in attachments:
        total += 1
        placement = placer.place(attachment)
        if placement.status == "associated" and element.segment == placement.place:
            continue
        key = _kind(element, attachment, placement)
        cause = causes.get(key)
        if cause is None:
            if len(causes) >= MOST_CAUSES:
                more = True
                continue
            cause = causes[key] = _cause(document, element, attachment, placement)
        cause.count += 1
        if placement.place in cause.places or len(cause.places) < MOST_CAUSES:
            cause.places[placement.place] += 1
        if len(cause.examples) < EXAMPLES:
            cause.examples.append(element)
    return Unplaced(sorted(causes.values(), key=lambda each: -each.count), total, more)


def _kind(element: Element, attachment: Attachment, placement: Placement) -> tuple[object, ...]:
    """What makes a cause; the state of an attachment is one, whatever segment waits for it."""
    if placement.status == "no-routing":
        return placement.status, attachment.state, element.segment
    rule = placement.rule.number if placement.rule else 0
    where = attachment.region if placement.status == "not-at-edge" else ""
    return placement.status, rule, placement.place, placement.tag_value, element.segment, where


def _cause(document: Document, element: Element, attachment: Attachment, placement: Placement) -> Cause:
    because = associate(document, attachment).because
    if placement.status == "associated":
        because = f"{because} AWS has it elsewhere."
    rule = placement.rule.number if placement.rule else 0
    if placement.status == "no-routing":
        because, rule = f"Its state is {quote(attachment.state)}: it has no routing.", 0
    return Cause(because, placement.status, rule, element.segment)
