"""Attachment policies: rules that never decide, and tags that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.policy.check import repeated
from cloudwan_mcp.policy.document import Condition, Document, Rule
from cloudwan_mcp.policy.finding import Finding, step
from cloudwan_mcp.policy.implication import Earlier, Term, contradicted, terms
from cloudwan_mcp.policy.quotation import quote

MOST_CONDITIONS = 1200  # of all rules that are compared, each with each


def _ordered(document: Document) -> list[Rule]:
    """The rules by number, as far as their conditions can be compared in good time."""
    kept: list[Rule] = []
    conditions = 0
    for rule in sorted(document.rules, key=lambda each: each.number):
        conditions += len(rule.conditions)
        if conditions > MOST_CONDITIONS:
            break
        kept.append(rule)
    return kept


def check_numbers(document: Document) -> Iterator[Finding]:
    for first, rule in repeated(document.rules, lambda each: each.number):
        message = f"Rule number {rule.number} is taken, at {first.pointer}."
        where = step(rule.pointer, "rule-number")
        yield Finding("rule-number", "error", where, message, "Give each rule its own number.")
    looked = len(_ordered(document))
    if len(document.rules) > looked:
        message = f"Only the first {looked} of {len(document.rules)} rules were looked at for dead ones."
        yield Finding("unchecked", "info", "/attachment-policies", message, "Use fewer rules.")


def check_dead(document: Document) -> Iterator[Finding]:
    earlier = Earlier()
    for rule in _ordered(document):
        covering = list(earlier.covering(rule))
        earlier.add(rule)
        if covering:
            numbers = ", ".join(str(each.number) for each in covering[:5])
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
    naming: dict[str, list[Rule]] = {}
    for rule in _ordered(document):
        for term in terms(rule):
            for condition in term:
                if (
                    condition.type != "tag-value"
                    or condition.operator != "equals"
                    or condition.value in names
                ):
                    continue
                first = next((each for each in naming.get(condition.key, ()) if _swallows(each, term)), None)
                if first is not None:
                    yield _swallowed(first, rule, condition)
        if rule.tag:
            naming.setdefault(rule.tag, []).append(rule)


def _swallowed(first: Rule, rule: Rule, condition: Condition) -> Finding:
    message = (
        f"Rule {first.number} comes first and takes the segment from tag {quote(condition.key)}; "
        f"no segment is {quote(condition.value)}: it gets none."
    )
    fix = f"Give rule {rule.number} a lower number than {first.number}."
    return Finding("swallowed-tag", "warning", rule.pointer, message, fix)


def _swallows(first: Rule, term: Term) -> bool:
    return any(_together(own, term) for own in terms(first))


def _together(own: Term, term: Term) -> bool:
    """Attachments may meet both, and need for the first no tag that the second does not ask for."""
    keys = {each.key for each in term}
    strange = [each for each in own if each.type.startswith("tag") and each.key not in keys]
    return not strange and contradicted((*own, *term)) is None


def _said(condition: Condition) -> str:
    name = f"tag {quote(condition.key)}" if condition.key else condition.type
    return f"{name} {condition.operator} {quote(condition.value)}"
