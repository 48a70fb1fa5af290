"""Which segment or network function group an attachment gets, by which rule, and why no other.

AWS Cloud WAN, "Core network policy version parameters", attachment-policies: rules are tried by ascending
number and the first that matches decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.document import Condition, Document, Rule
from cloudwan_mcp.policy.quotation import listed, quote

Status = Literal["associated", "no-rule", "no-segment", "no-group", "not-at-edge", "no-routing"]


@dataclass(slots=True, frozen=True)
class Trial:
    """One rule tried on an attachment: whether it matched, and the condition that decided."""

    number: int
    pointer: str
    matched: bool
    because: str


@dataclass(slots=True, frozen=True)
class Placement:
    """Where one attachment goes: a segment or a group, or neither, and the rule that says so.

    `tag_value` is what the tag said where no segment has that name.
    """

    status: Status
    segment: str = ""
    group: str = ""
    rule: Rule | None = None
    needs_acceptance: bool = False
    tag_value: str = ""

    @property
    def place(self) -> str:
        """The segment, or the group with the prefix `nfg:`, or ""."""
        return f"nfg:{self.group}" if self.group else self.segment


@dataclass(slots=True, frozen=True)
class Association:
    """`placement`, in one sentence with `because`; `trials` are the rules up to the one that matched."""

    attachment: Attachment
    placement: Placement
    because: str
    trials: tuple[Trial, ...]
    assumptions: tuple[str, ...] = ()


MOST_KNOWN = 1024


class Placer:
    """Places attachments by one document; the rule of those that no rule can tell apart is looked for once.

    At most `MOST_KNOWN` findings are kept, so that a stream of attachments takes no more memory than that.
    """

    def __init__(self, document: Document) -> None:
        self.rules = sorted(document.rules, key=lambda rule: rule.number)
        self._edges = {each.name: frozenset(document.edges_of(each)) for each in reversed(document.segments)}
        self._acceptance = {each.name: each.acceptance for each in reversed(document.segments)}
        self._groups = {each.name: each.acceptance for each in reversed(document.groups)}
        conditions = [each for rule in document.rules for each in rule.conditions]
        self._keys = sorted({each.key for each in conditions} | {rule.tag for rule in document.rules})
        types = {each.type for each in conditions}
        self._by_account, self._by_resource = "account-id" in types, "resource-id" in types
        self._by_region = "region" in types
        self._known: dict[tuple[object, ...], Rule | None] = {}

    def place(self, attachment: Attachment) -> Placement:
        rule = self._rule(attachment)
        return Placement("no-rule") if rule is None else self._apply(rule, attachment)

    def _rule(self, attachment: Attachment) -> Rule | None:
        alike = self._alike(attachment)
        if alike not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[alike] = next((each for each in self.rules if _matches(each, attachment)), None)
        return self._known[alike]

    def _alike(self, attachment: Attachment) -> tuple[object, ...]:
        """All that rules of this document ask about."""
        return (
            attachment.type,
            attachment.region if self._by_region else "",
            attachment.account if self._by_account else "",
            attachment.resource if self._by_resource else "",
            *map(attachment.tags.get, self._keys),
        )

    def _apply(self, rule: Rule, attachment: Attachment) -> Placement:
        if rule.group:
            if rule.group not in self._groups:
                return Placement("no-group", rule=rule, tag_value=rule.group)
            needed = rule.acceptance or self._groups[rule.group]
            status: Status = "associated" if attachment.routed else "no-routing"
            return Placement(status, group=rule.group, rule=rule, needs_acceptance=needed)
        name = attachment.tags.get(rule.tag, "") if rule.tag else rule.segment
        if name not in self._edges:
            return Placement("no-segment", rule=rule, tag_value=name)
        needed = rule.acceptance or self._acceptance[name]
        status = "associated" if attachment.routed else "no-routing"
        if attachment.region and attachment.region not in self._edges[name]:
            status = "not-at-edge"
        return Placement(status, segment=name, rule=rule, needs_acceptance=needed)


def associate(document: Document, attachment: Attachment) -> Association:
    """Explain one attachment, real or hypothetical; raises nothing."""
    return next(associations(document, (attachment,)))


def associations(document: Document, attachments: Iterable[Attachment]) -> Iterator[Association]:
    """Explain attachments one by one as they come; none is kept."""
    placer = Placer(document)
    for attachment in attachments:
        placement = placer.place(attachment)
        assumed: set[str] = set()
        trials = []
        for rule in placer.rules:
            trials.append(_trial(rule, attachment, assumed))
            if rule is placement.rule:
                break
        because = _because(placement, attachment)
        yield Association(attachment, placement, because, tuple(trials), tuple(sorted(assumed)))


def _because(placement: Placement, attachment: Attachment) -> str:
    rule = placement.rule
    if rule is None:
        return "No rule matches, so it has no segment."
    said = f"Rule {rule.number} matches"
    if placement.status == "no-segment":
        named = f"tag {quote(rule.tag)} says" if rule.tag else "it names"
        return f"{said}, but {named} {quote(placement.tag_value)}, and no segment is called so: it has none."
    if placement.status == "no-group":
        return f"{said}, but no network function group is called {quote(placement.tag_value)}."
    where = f"{said} and puts it into {'group' if placement.group else 'segment'}"
    where += f" {quote(placement.group or placement.segment)}"
    if placement.status == "not-at-edge":
        return f"{where}, which does not exist at {quote(attachment.region)}."
    if placement.status == "no-routing":
        return f"{where}, but its state is {quote(attachment.state)}: it has no routing."
    if placement.needs_acceptance and not attachment.state:
        return f"{where}; it has to be accepted first."
    return f"{where}."


def _matches(rule: Rule, attachment: Attachment) -> bool:
    if rule.logic == "or":
        return any(_holds(each, attachment) for each in rule.conditions)
    return bool(rule.conditions) and all(_holds(each, attachment) for each in rule.conditions)


def _trial(rule: Rule, attachment: Attachment, assumed: set[str]) -> Trial:
    matched = _matches(rule, attachment)
    if not rule.logic and len(rule.conditions) > 1:
        assumed.add("condition-logic-missing")
    for each in rule.conditions:
        if each.type == "tag-value" and each.operator == "not-equals" and each.key not in attachment.tags:
            assumed.add("not-equals-without-tag")
    telling = [each for each in rule.conditions if _holds(each, attachment) == matched]
    if matched:
        because = "any attachment matches" if not telling else _sentence(telling[0], attachment)
        if rule.logic != "or" and len(rule.conditions) > 1:
            because = f"all {len(rule.conditions)} conditions hold"
    elif rule.logic == "or" and len(telling) > 1:
        because = f"none of {len(telling)} conditions holds; {_sentence(telling[0], attachment)}"
    else:
        because = _sentence(telling[0], attachment) if telling else "it has no conditions"
    return Trial(rule.number, rule.pointer, matched, because)


def _subject(condition: Condition, attachment: Attachment) -> str | None:
    if condition.type == "tag-value":
        return attachment.tags.get(condition.key)
    if condition.type == "attachment-type":
        return attachment.kind
    if condition.type == "account-id":
        return attachment.account
    if condition.type == "region":
        return attachment.region
    return attachment.resource_id if condition.type == "resource-id" else None


def _holds(condition: Condition, attachment: Attachment) -> bool:
    if condition.type == "tag-exists":
        return condition.key in attachment.tags
    if condition.type == "any":
        return True
    value = _subject(condition, attachment)
    if value is None:
        return False
    return _compare(condition.operator, value, condition.value)


def _compare(operator: str, value: str, wanted: str) -> bool:
    if operator == "equals":
        return value == wanted
    if operator == "not-equals":
        return value != wanted
    if operator == "contains":
        return wanted in value
    return operator == "begins-with" and value.startswith(wanted)


def _sentence(condition: Condition, attachment: Attachment) -> str:
    if condition.type == "any":
        return "any attachment matches"
    if condition.type == "tag-exists":
        there = condition.key in attachment.tags
        others = f"; it has {listed(sorted(attachment.tags))}" if attachment.tags and not there else ""
        return f"the attachment has {'a' if there else 'no'} tag {quote(condition.key)}{others}"
    value = _subject(condition, attachment)
    name = f"tag {quote(condition.key)}" if condition.type == "tag-value" else condition.type
    if value is None:
        if condition.type == "tag-value":
            return f"the attachment has no {name}"
        return f"conditions of type {quote(condition.type)} never match"
    asked = f"{condition.operator} {quote(condition.value)}"
    return f"{name} is {quote(value)}; the rule asks for {asked}"
