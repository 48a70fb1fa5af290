"""Actions of routing policies where AWS does not support them: on shares, between edges, on own AS numbers.

From the routing policy guidance beside AWS's Cloud WAN blueprints, 2026.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.policy.as_number import ranges_of
from cloudwan_mcp.policy.document import Document, EdgePolicy, RoutingRule, Share
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.quotation import quote

_ON_OWN_NUMBERS = ("remove-asn-list", "replace-asn-list", "add-community", "remove-community")


def check_places(document: Document) -> Iterator[Finding]:
    """Summaries need a BGP peer, which a share has not; AS paths are not replaced between edges."""
    used: dict[str, set[str]] = {
        each.name: {rule.action for rule in each.rules} for each in document.routing_policies
    }
    for action in document.actions:
        if not isinstance(action, Share | EdgePolicy):
            continue
        bad, where = (
            ("summarize", "a share") if isinstance(action, Share) else ("replace-asn-list", "a pair of edges")
        )
        for name in action.routing_policies:
            if bad in used.get(name, ()):
                message = f"Routing policy {quote(name)} has {bad}, which does not work on {where}."
                fix = "Associate it with attachments by a label instead."
                yield Finding("routing-place", "error", action.pointer, message, fix)


def check_own_numbers(document: Document) -> Iterator[Finding]:
    """AS numbers that rules remove, replace or put into communities must not be the core network's own."""
    ranges = ranges_of(document)
    for policy in document.routing_policies:
        for rule in policy.rules if ranges else ():
            own = [
                number for number in _numbers(rule) if any(low <= number <= high for low, high, _ in ranges)
            ]
            if own:
                where = step(step(rule.pointer, "rule-definition"), "action")
                message = (
                    f"{rule.action} names AS number {own[0]}, which is in the core network's asn-ranges."
                )
                yield Finding("own-as-number", "error", where, message, "Use a number outside the ranges.")


def _numbers(rule: RoutingRule) -> Iterator[int]:
    if rule.action not in _ON_OWN_NUMBERS:
        return
    for value in rule.values:
        for part in value.split(","):
            text = part.strip().partition(":")[0]
            if text.isascii() and text.isdecimal() and len(text) <= 10:
                yield int(text)
