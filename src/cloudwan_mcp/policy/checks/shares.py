"""Shares: those that join nothing, and those that repeat another."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.policy.document import Document, Share
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.matrix import MOST_SEGMENTS
from cloudwan_mcp.policy.quotation import quote


def _shares(document: Document) -> list[Share]:
    return [action for action in document.actions if isinstance(action, Share)]


def _covered(document: Document, share: Share) -> set[frozenset[str]]:
    names = [each.name for each in document.segments[:MOST_SEGMENTS]]
    others = (name for name in names if name != share.segment and share.targets.cover(name))
    return {frozenset((share.segment, other)) for other in others}


def check_shares(document: Document) -> Iterator[Finding]:
    for share in _shares(document):
        where = step(share.pointer, "share-with")
        if share.segment in share.targets.names:
            message = f"{quote(share.segment)} is shared with itself, which does nothing."
            yield Finding("self-share", "warning", where, message, "Remove it from share-with.")
        if not _covered(document, share):
            message = f"The share of {quote(share.segment)} joins it with no segment."
            yield Finding("empty-share", "warning", where, message, "Name a segment, or remove the action.")


def check_repeated_shares(document: Document) -> Iterator[Finding]:
    """A later share whose every pair an earlier one has; its routing policies still count."""
    done: set[frozenset[str]] = set()
    for share in _shares(document):
        pairs = _covered(document, share)
        both = pairs & done
        if both and pairs <= done:
            yield Finding(
                "shadowed-share",
                "warning" if share.routing_policies else "info",
                share.pointer,
                f"Earlier shares join every pair that this share of {quote(share.segment)} joins.",
                "Remove it: sharing is bidirectional.",
            )
        elif both:
            yield Finding(
                "overlapping-share",
                "info",
                share.pointer,
                f"Earlier shares join {len(both)} of the {len(pairs)} pairs of this share.",
                "Leave out what is shared before.",
            )
        done |= pairs
