"""Attachment policies: rules that never decide, and tags that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.policy.check import repeated
from cloudwan_mcp.policy.document import Condition, Document, Rule
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.implication import contradicted, covering, terms
from cloudwan_mcp.policy.quotation import quote

MOST_RULES = 400  # compared each with each


def _ordered(document: Document) -> list[Rule]:
    return sorted(document.rules, key=lambda rule: rule.number)[:MOST_RULES]


def check_numbers(document: Document) -> Iterator[Finding]:
    for first, rule in repeated(document.rules, lambda each: each.number):
        message = f"Rule number {rule.number} is taken, at {first.pointer}."
        where = step(rule.pointer, "rule-number")
        yield Finding("rule-number", "error", where, message, "Give each rule its own number.")
    if len(document.rules) > MOST_RULES:
        message = f"Only the first {MOST_RULES} of {len(document.rules)} rules were looked at for dead ones."
        yield Finding("unchecked", "info", "/attachment-policies", message, "Use fewer rules.")


def check_dead(document: Document) -> Iterator[Finding]:
    rules = _ordered(document)
    for index, rule in enumerate(rules):
        earlier = list(covering(rule, rules[:index]))
        if earlier:
            numbers = ", ".join(str(each.number) for each in earlier[:5])
            message = f"Rule {rule.number} never decides: whatever it matches, rule {numbers} matches first."
            fix = "Remove it, or give it a lower number."
            yield Finding("dead-rule", "warning", rule.pointer, message, fix)


def check_contradictions(document: Document) -> Iterator[Finding]:
    for rule in _ordered(document):
        clashes = [contradicted(term) for term in terms(rule)]
        clash = next((each for each in clashes if each), None)
        if clash and all(clashes):
            one, other = clash
            message = (
                f"Rule {rule.number} never matches: {_said(one)} and {_said(other)} cannot hold together."
            )
            fix = 'Write "or", or remove one of them.'
            yield Finding("contradiction", "warning", other.pointer, message, fix)
        yield from _useless(document, rule)


def _useless(document: Document, rule: Rule) -> Iterator[Finding]:
    """Conditions no attachment of this core network can meet."""
    for condition in rule.conditions:
        if condition.type != "region" or condition.operator != "equals":
            continue
        if condition.value not in document.edges:
            message = f"No edge location is {quote(condition.value)}: no attachment is there."
            yield Finding("region-without-edge", "warning", condition.pointer, message, "Correct the Region.")


def check_swallowed(document: Document) -> Iterator[Finding]:
    """A rule for one value of a tag, after one that takes the segment's name from that tag."""
    names = {each.name for each in document.segments}
    rules = _ordered(document)
    for index, rule in enumerate(rules):
        for term in terms(rule):
            for condition in term:
                if (
                    condition.type != "tag-value"
                    or condition.operator != "equals"
                    or condition.value in names
                ):
                    continue
                first = next((each for each in rules[:index] if _swallows(each, condition, term)), None)
                if first is not None:
                    message = (
                        f"Rule {first.number} comes first and takes the segment from tag "
                        f"{quote(condition.key)}; no segment is {quote(condition.value)}: it gets none."
                    )
                    fix = f"Give rule {rule.number} a lower number than {first.number}."
                    yield Finding("swallowed-tag", "warning", rule.pointer, message, fix)


def _swallows(first: Rule, condition: Condition, term: tuple[Condition, ...]) -> bool:
    if first.tag != condition.key:
        return False
    return any(_together(own, term) for own in terms(first))


def _together(own: tuple[Condition, ...], term: tuple[Condition, ...]) -> bool:
    """Attachments may meet both, and need for the first no tag that the second does not ask for."""
    keys = {each.key for each in term}
    strange = [each for each in own if each.type.startswith("tag") and each.key not in keys]
    return not strange and contradicted((*own, *term)) is None


def _said(condition: Condition) -> str:
    name = f"tag {quote(condition.key)}" if condition.key else condition.type
    return f"{name} {condition.operator} {quote(condition.value)}"
