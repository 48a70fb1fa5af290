"""Which segment or group the rules of a policy give an attachment, and the tags that ask for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cloudwan_mcp.simulator.plan import Plan, mappings
from cloudwan_mcp.simulator.tagging import tag_text

POLICY_TYPES = {
    "VPC": "vpc",
    "SITE_TO_SITE_VPN": "site-to-site-vpn",
    "CONNECT": "connect",
    "TRANSIT_GATEWAY_ROUTE_TABLE": "transit-gateway-route-table",
    "DIRECT_CONNECT_GATEWAY": "direct-connect-gateway",
}


class Association(NamedTuple):
    """An outcome of the rules, with its members and its tags as ready JSON text."""

    segment: str | None
    group: str | None
    rule: int | None
    account: str | None
    tags: tuple[tuple[str, str], ...]
    text: str
    tag_text: str


class Pool(NamedTuple):
    """What attachments of one type at one edge may become."""

    segments: tuple[Association, ...]
    groups: tuple[Association, ...]
    none: tuple[Association, ...]


class _Wish(NamedTuple):
    """Tags (and an account, when a rule names one) that satisfy a rule's conditions."""

    tags: tuple[tuple[str, str], ...] = ()
    account: str | None = None


def text_of(value: object) -> str:
    """A condition value as the string AWS compares; documents write true where it takes "true"."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Associations:
    """The pools of one plan: bounded by types x edges x rules, never by attachments."""

    def __init__(self, plan: Plan) -> None:
        self._segments = {segment.name: segment for segment in plan.segments}
        self._groups = {group.name for group in plan.groups}
        self._rules = sorted(mappings(plan.document.get("attachment-policies")), key=_rule_number)
        wishes = list(dict.fromkeys(self._wishes()))
        self.keys = frozenset(key for wish in wishes for key, _ in wish.tags)
        self.pools = {
            kind: tuple(self._pool(kind, location, wishes) for location in plan.locations)
            for kind in POLICY_TYPES
        }

    def _wishes(self) -> Iterator[_Wish]:
        yield _Wish()
        for rule in self._rules:
            conditions = list(mappings(rule.get("conditions")))
            action = rule.get("action")
            key = action.get("tag-value-of-key") if isinstance(action, Mapping) else None
            each_alone = rule.get("condition-logic") == "or"
            for chosen in [[condition] for condition in conditions] if each_alone else [conditions]:
                yield from self._satisfying(chosen, key)

    def _satisfying(self, conditions: list[Mapping[str, Any]], key: object) -> Iterator[_Wish]:
        tags: dict[str, str] = {}
        account = None
        for condition in conditions:
            kind, name = condition.get("type"), condition.get("key")
            if kind in ("tag-exists", "tag-value") and isinstance(name, str):
                negated = condition.get("operator") == "not-equals"
                tags[name] = "other" if negated else text_of(condition.get("value", "true"))
            elif kind == "account-id" and condition.get("operator") == "equals":
                value = text_of(condition.get("value"))
                account = value if len(value) == 12 and value.isdigit() else None
        if not isinstance(key, str):
            yield _Wish(tuple(tags.items()), account)
            return
        for segment in self._segments:
            yield _Wish(tuple((tags | {key: segment}).items()), account)

    def _pool(self, kind: str, location: str, wishes: list[_Wish]) -> Pool:
        if not self._rules:
            made = [
                association(name, None, None, _Wish())
                for name, segment in self._segments.items()
                if location in segment.edges
            ]
            return Pool(tuple(made), (), (association(None, None, None, _Wish()),))
        outcomes = [self._outcome(kind, location, wish) for wish in wishes]
        return Pool(
            tuple(each for each in outcomes if each.segment is not None),
            tuple(each for each in outcomes if each.group is not None),
            tuple(each for each in outcomes if each.segment is None and each.group is None),
        )

    def _outcome(self, kind: str, location: str, wish: _Wish) -> Association:
        for rule in self._rules:
            if not _matches(rule, kind, location, wish):
                continue
            action = rule.get("action")
            action = action if isinstance(action, Mapping) else {}
            group = action.get("add-to-network-function-group")
            if group in self._groups:
                return association(None, group, _rule_number(rule), wish)
            name = action.get("segment")
            if isinstance(action.get("tag-value-of-key"), str):
                name = dict(wish.tags).get(action["tag-value-of-key"])
            segment = self._segments.get(name) if isinstance(name, str) else None
            if segment is not None and location in segment.edges:
                return association(segment.name, None, _rule_number(rule), wish)
            break
        return association(None, None, None, wish)


def association(segment: str | None, group: str | None, rule: int | None, wish: _Wish) -> Association:
    """Write the members (each ending in a comma) and tags (each beginning with one) once, for all pages."""
    text = f'"AttachmentPolicyRuleNumber":{rule},' if rule is not None else ""
    if segment is not None:
        text += f'"SegmentName":{json.dumps(segment)},'
    if group is not None:
        text += f'"NetworkFunctionGroupName":{json.dumps(group)},'
    tags = "".join(tag_text(key, value) for key, value in wish.tags)
    return Association(segment, group, rule, wish.account, wish.tags, text, tags)


def _rule_number(rule: Mapping[str, Any]) -> int:
    number = text_of(rule.get("rule-number", 0))
    return int(number) if number.isdigit() else 0


def _matches(rule: Mapping[str, Any], kind: str, location: str, wish: _Wish) -> bool:
    results = [_holds(condition, kind, location, wish) for condition in mappings(rule.get("conditions"))]
    if rule.get("condition-logic") == "or":
        return any(results)
    return bool(results) and all(results)


def _holds(condition: Mapping[str, Any], kind: str, location: str, wish: _Wish) -> bool:
    name = condition.get("type")
    tags = dict(wish.tags)
    if name == "any":
        return True
    if name == "tag-exists":
        return condition.get("key") in tags
    subject = {
        "tag-value": tags.get(str(condition.get("key"))),
        "attachment-type": POLICY_TYPES[kind],
        "region": location,
        "account-id": wish.account or "",
        "resource-id": "",
    }.get(str(name))
    return subject is not None and _compares(condition, subject)


def _compares(condition: Mapping[str, Any], subject: str) -> bool:
    value = text_of(condition.get("value"))
    operator = condition.get("operator", "equals")
    if operator == "not-equals":
        return subject != value
    if operator == "contains":
        return value in subject
    if operator == "begins-with":
        return subject.startswith(value)
    return subject == value
