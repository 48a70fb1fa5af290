"""Quotas of AWS Cloud WAN that a document alone can exceed; see "AWS Cloud WAN quotas"."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.policy.document import Document, EdgePolicy, Share
from cloudwan_mcp.policy.finding import Finding, step

MOST_SEGMENTS = 40
MOST_RULES = 10
MOST_MATCHES = 5
MOST_POLICIES = 5
HIGHEST_RULE = 65535


def check_quotas(document: Document) -> Iterator[Finding]:
    for name, items in (("segments", document.segments), ("network-function-groups", document.groups)):
        yield from _over(f"/{name}", len(items), MOST_SEGMENTS, f"{name} in a core network")
    for policy in document.routing_policies:
        where = step(policy.pointer, "routing-policy-rules")
        yield from _over(where, len(policy.rules), MOST_RULES, "rules in a routing policy")
        for rule in policy.rules:
            yield from _over(rule.pointer, len(rule.matches), MOST_MATCHES, "match conditions in a rule")
    for action in document.actions:
        if isinstance(action, Share | EdgePolicy):
            count = len(action.routing_policies)
            yield from _over(action.pointer, count, MOST_POLICIES, "routing policies in an association")
    yield from _of_rules(document)


def _of_rules(document: Document) -> Iterator[Finding]:
    for label in document.label_rules:
        count = len(label.routing_policies)
        yield from _over(label.pointer, count, MOST_POLICIES, "routing policies in an association")
    for each in document.rules:
        if not 1 <= each.number <= HIGHEST_RULE:
            message = f"The rule number {each.number} is not within 1 to {HIGHEST_RULE}."
            yield Finding("rule-number", "error", each.pointer, message, "Choose a number within.")


def _over(pointer: str, count: int, most: int, what: str) -> Iterator[Finding]:
    if count > most:
        fix = "Ask AWS for more where the quota can be raised, or use fewer."
        yield Finding("quota", "error", pointer, f"{count} {what}; the quota is {most}.", fix)
