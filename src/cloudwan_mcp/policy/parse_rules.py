"""Attachment policies, read: the rules that choose each attachment's segment."""

from __future__ import annotations

from cloudwan_mcp.policy.document import Condition, Rule
from cloudwan_mcp.policy.finding import step
from cloudwan_mcp.policy.members import Members
from cloudwan_mcp.policy.quotation import quote

OPERATORS = ("equals", "not-equals", "contains", "begins-with")
ATTACHMENT_TYPES = (
    "vpc",
    "connect",
    "site-to-site-vpn",
    "direct-connect-gateway",
    "transit-gateway-route-table",
)
_NEEDS: dict[str, tuple[str, ...]] = {
    "any": (),
    "tag-exists": ("key",),
    "tag-value": ("key", "operator", "value"),
    "account-id": ("operator", "value"),
    "region": ("operator", "value"),
    "resource-id": ("operator", "value"),
    "attachment-type": ("operator", "value"),
}
CONDITION_TYPES = tuple(_NEEDS)
_OTHER_NAMES = {"account": "account-id"}  # the documentation of 2025.11 uses both


def read_rules(top: Members) -> tuple[Rule, ...]:
    return tuple(_rule(each) for each in top.each("attachment-policies"))


def _rule(members: Members) -> Rule:
    action = members.inner("action", required=True)
    conditions = tuple(_condition(each) for each in members.each("conditions", required=True))
    rule = Rule(
        number=members.integer("rule-number", required=True) or 0,
        conditions=conditions,
        logic=members.text("condition-logic"),
        segment=action.text("segment"),
        tag=action.text("tag-value-of-key"),
        group=action.text("add-to-network-function-group"),
        acceptance=action.flag("require-acceptance", False),
        description=members.text("description"),
        pointer=members.pointer,
    )
    _method(action, rule)
    _logic(members, rule)
    action.rest()
    members.rest()
    return rule


def _method(action: Members, rule: Rule) -> None:
    """Exactly one of: a constant segment, the tag that names it, a network function group."""
    method = action.text("association-method", required=not rule.group)
    given = [bool(rule.segment), bool(rule.tag), bool(rule.group)]
    fitting = {"constant": rule.segment, "tag": rule.tag, "": rule.group}.get(method)
    if given.count(True) != 1 or (fitting == "" and action.has("association-method")):
        action.notes.add(
            "rule-action",
            "error",
            action.pointer,
            f"The action has to name one thing: a segment (constant), a tag's key (tag) or a group; "
            f"its method is {quote(method)}.",
            "Keep the member that belongs to the method.",
        )
    elif fitting is None:
        action.notes.add(
            "rule-action",
            "error",
            step(action.pointer, "association-method"),
            f"The association method is constant or tag, not {quote(method)}.",
            "Use one of those.",
            "INVALID_ENUM_VALUE",
        )


def _logic(members: Members, rule: Rule) -> None:
    if rule.logic in ("and", "or") or (not rule.logic and len(rule.conditions) <= 1):
        return
    said = f"{quote(rule.logic)} is neither and nor or" if rule.logic else "is needed with several conditions"
    members.notes.add(
        "condition-logic",
        "error",
        members.pointer,
        f'"condition-logic" {said}; "and" is taken.',
        'Write "and" or "or".',
        "REQUIRED_PROPERTY" if not rule.logic else "INVALID_ENUM_VALUE",
    )


def _condition(members: Members) -> Condition:
    kind = members.text("type", required=True)
    kind = _OTHER_NAMES.get(kind, kind)
    needs = _NEEDS.get(kind, ())
    if kind and kind not in _NEEDS:
        members.notes.add(
            "condition-type",
            "error",
            members.pointer,
            f"The condition's type {quote(kind)} is none of {', '.join(_NEEDS)}; it never matches.",
            "Use one of those types.",
            "INVALID_ENUM_VALUE",
        )
    condition = Condition(
        type=kind,
        operator=members.text("operator", required="operator" in needs),
        key=members.text("key", required="key" in needs),
        value=members.text("value", required="value" in needs),
        pointer=members.pointer,
    )
    _words(members, condition, needs)
    members.rest()
    return condition


def _words(members: Members, condition: Condition, needs: tuple[str, ...]) -> None:
    if "operator" in needs and condition.operator and condition.operator not in OPERATORS:
        members.notes.add(
            "operator",
            "error",
            step(members.pointer, "operator"),
            f"The operator {quote(condition.operator)} is none of {', '.join(OPERATORS)}; it never matches.",
            "Use one of those operators.",
            "INVALID_ENUM_VALUE",
        )
    if condition.type != "attachment-type" or not condition.value:
        return
    if condition.value not in ATTACHMENT_TYPES:
        members.notes.add(
            "attachment-type",
            "error",
            step(members.pointer, "value"),
            f"No attachment is of type {quote(condition.value)}.",
            f"Use one of {', '.join(ATTACHMENT_TYPES)}.",
            "INVALID_ENUM_VALUE",
        )
