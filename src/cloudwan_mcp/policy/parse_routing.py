"""Routing policies of version 2025.11, and the labels that bring them to attachments, read."""

from __future__ import annotations

from cloudwan_mcp.policy.document import LabelRule, Match, RoutingPolicy, RoutingRule
from cloudwan_mcp.policy.finding import step
from cloudwan_mcp.policy.members import Members
from cloudwan_mcp.policy.quotation import quote

MATCHES = (
    "prefix-equals",
    "prefix-in-cidr",
    "prefix-in-prefix-list",
    "asn-in-as-path",
    "community-in-list",
    "med-equals",
)
ROUTE_ACTIONS = (
    "drop",
    "allow",
    "summarize",
    "prepend-asn-list",
    "remove-asn-list",
    "replace-asn-list",
    "add-community",
    "remove-community",
    "set-med",
    "set-local-preference",
)


def read_routing_policies(top: Members) -> tuple[RoutingPolicy, ...]:
    return tuple(_policy(each) for each in top.each("routing-policies"))


def read_label_rules(top: Members) -> tuple[LabelRule, ...]:
    return tuple(_label_rule(each) for each in top.each("attachment-routing-policy-rules"))


def _enumerated(members: Members, name: str, words: tuple[str, ...]) -> str:
    """A word that has to be one of `words`; any other is noted and kept."""
    word = members.text(name, required=True)
    if word and word not in words:
        members.notes.add(
            "routing-word",
            "error",
            step(members.pointer, name),
            f"{quote(word)} is none of {', '.join(words)}.",
            "Use one of those.",
            "INVALID_ENUM_VALUE",
        )
    return word


def _policy(members: Members) -> RoutingPolicy:
    policy = RoutingPolicy(
        name=members.text("routing-policy-name", required=True),
        direction=_enumerated(members, "routing-policy-direction", ("inbound", "outbound")),
        number=members.integer("routing-policy-number", required=True) or 0,
        rules=tuple(_rule(each) for each in members.each("routing-policy-rules", required=True)),
        description=members.text("routing-policy-description"),
        pointer=members.pointer,
    )
    members.rest()
    return policy


def _rule(members: Members) -> RoutingRule:
    body = members.inner("rule-definition", required=True)
    action = body.inner("action", required=True)
    rule = RoutingRule(
        number=members.integer("rule-number", required=True) or 0,
        matches=tuple(_match(each) for each in body.each("match-conditions")),
        logic=body.text("condition-logic") or "or",
        action=_enumerated(action, "type", ROUTE_ACTIONS),
        values=_values(action),
        pointer=members.pointer,
    )
    for each in (action, body, members):
        each.rest()
    return rule


def _values(action: Members) -> tuple[str, ...]:
    """A value or a list of them, of strings or numbers: all four are published."""
    value = action.raw("value")
    items = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(str(each) for each in items if isinstance(each, str | int | float))


def _match(members: Members) -> Match:
    kind = _enumerated(members, "type", MATCHES)
    value = members.raw("value", required=True)
    text = str(value) if isinstance(value, str | int) else ""
    match = Match(kind, text, members.pointer)
    members.rest()
    return match


def _label_rule(members: Members) -> LabelRule:
    action = members.inner("action", required=True)
    labels = []
    for condition in members.each("conditions", required=True):
        _enumerated(condition, "type", ("routing-policy-label",))
        labels.append(condition.text("value", required=True))
        condition.rest()
    rule = LabelRule(
        number=members.integer("rule-number", required=True) or 0,
        labels=tuple(labels),
        routing_policies=action.texts("associate-routing-policies", required=True) or (),
        edges=members.texts("edge-locations"),
        description=members.text("description"),
        pointer=members.pointer,
    )
    action.rest()
    members.rest()
    return rule
