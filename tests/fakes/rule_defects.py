"""Defects of attachment rules and routing policies: (check, severity, pointer, sections that have it)."""

from __future__ import annotations

from typing import Any

from fakes.policies import (
    isolated,
    rule,
    tagged,
    typed,
)
from fakes.policy_sections import (
    ALL,
    DROP,
    EDGE_POLICY,
    LABEL,
    SUM,
    routing,
    rules,
    shared,
)

RULES: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "rule-number",
        "error",
        "/attachment-policies/1/rule-number",
        rules(rule(1, segment="a"), rule(1, segment="b")),
    ),
    ("rule-number", "error", "/attachment-policies/0", rules(rule(70000, segment="a"))),
    (
        "dead-rule",
        "warning",
        "/attachment-policies/1",
        rules(rule(1, segment="a"), rule(2, tagged("x"), segment="b")),
    ),
    (
        "dead-rule",
        "warning",
        "/attachment-policies/0",
        rules(
            rule(2, tagged("x", "y"), typed("vpc"), logic="and", segment="b"),
            rule(1, tagged("x"), segment="a"),
        ),
    ),
    (
        "dead-rule",
        "warning",
        "/attachment-policies/2",
        rules(
            rule(1, tagged("x", "y"), segment="a"),
            rule(2, typed("vpc"), segment="b"),
            rule(3, tagged("x", "y"), typed("vpc"), logic="or", segment="b"),
        ),
    ),
    (
        "contradiction",
        "warning",
        "/attachment-policies/0/conditions/1",
        rules(rule(1, typed("vpc"), typed("connect"), logic="and", segment="a")),
    ),
    (
        "region-without-edge",
        "warning",
        "/attachment-policies/0/conditions/0",
        rules(rule(1, {"type": "region", "operator": "equals", "value": "x"}, segment="a")),
    ),
    (
        "swallowed-tag",
        "warning",
        "/attachment-policies/1",
        rules(
            rule(1, tagged("d"), typed("vpc"), logic="and", tag="d"),
            rule(2, tagged("d", "other"), segment="a"),
        ),
    ),
    (
        "condition-logic",
        "error",
        "/attachment-policies/0",
        rules(rule(1, tagged("x"), tagged("y"), segment="a")),
    ),
    (
        "condition-type",
        "error",
        "/attachment-policies/0/conditions/0",
        rules(rule(1, {"type": "colour"}, segment="a")),
    ),
    (
        "attachment-type",
        "error",
        "/attachment-policies/0/conditions/0/value",
        rules(rule(1, typed("vpn"), segment="a")),
    ),
    (
        "operator",
        "error",
        "/attachment-policies/0/conditions/0/operator",
        rules(rule(1, tagged("x", "y", "is"), segment="a")),
    ),
    (
        "rule-action",
        "error",
        "/attachment-policies/0/action",
        rules(
            {**rule(1), "action": {"association-method": "tag", "segment": "a"}}
            if False
            else {
                "rule-number": 1,
                "conditions": [{"type": "any"}],
                "action": {"association-method": "tag", "segment": "a"},
            }
        ),
    ),
    (
        "routing-number",
        "error",
        "/routing-policies/1/routing-policy-number",
        shared(routing(DROP), routing(DROP, name="q")),
    ),
    ("empty-routing-policy", "warning", "/routing-policies/0", shared(routing())),
    ("idle-routing-policy", "warning", "/routing-policies/0", {"routing_policies": [routing(DROP)]}),
    (
        "self-edge",
        "error",
        "/segment-actions/0/edge-location-association",
        {"segment_actions": [EDGE_POLICY], "routing_policies": [routing(DROP)]},
    ),
    (
        "routing-value",
        "error",
        "/routing-policies/0/routing-policy-rules/0/rule-definition/match-conditions/0",
        shared(routing(("prefix-equals", "10.0.0.0", "drop"), ("prefix-equals", "x", "drop"))),
    ),
    (
        "routing-value",
        "error",
        "/routing-policies/0/routing-policy-rules/0/rule-definition/action",
        shared(routing(("prefix-equals", "10.0.0.0/8", "prepend-asn-list"))),
    ),
    (
        "routing-word",
        "error",
        "/routing-policies/0/routing-policy-rules/0/rule-definition/action/type",
        shared(routing(("prefix-equals", "10.0.0.0/8", "teleport"))),
    ),
    ("routing-place", "error", "/segment-actions/0", shared(routing(SUM))),
    (
        "routing-place",
        "error",
        "/segment-actions/0",
        {
            "segment_actions": [EDGE_POLICY],
            "routing_policies": [routing(("prefix-equals", "10.0.0.0/8", "replace-asn-list 65009"))],
        },
    ),
    (
        "own-as-number",
        "error",
        "/routing-policies/0/routing-policy-rules/0/rule-definition/action",
        shared(routing(("prefix-equals", "10.0.0.0/8", "add-community 64512:1"))),
    ),
    (
        "dead-routing-rule",
        "warning",
        "/routing-policies/0/routing-policy-rules/1",
        shared(routing(ALL, DROP)),
    ),
    ("default-left", "info", "/routing-policies/0/routing-policy-rules/0", shared(routing(ALL))),
    (
        "summarize-direction",
        "error",
        "/routing-policies/0/routing-policy-rules/0",
        shared(routing(SUM, way="inbound")),
    ),
    ("summarize-then-drop", "error", "/routing-policies/0/routing-policy-rules/1", shared(routing(SUM, ALL))),
    ("quota", "error", "/segments", {"segments": [f"s{index}" for index in range(41)]}),
    (
        "quota",
        "error",
        "/routing-policies/0/routing-policy-rules",
        shared(routing(*[("prefix-equals", f"10.{x}.0.0/16", "drop") for x in range(11)])),
    ),
    (
        "quota",
        "error",
        "/attachment-routing-policy-rules/0",
        {
            "attachment_routing_policy_rules": [
                LABEL | {"action": {"associate-routing-policies": ["p"] * 6}}
            ],
            "routing_policies": [routing(DROP)],
        },
    ),
    ("unknown-member", "warning", "/segments/0/colour", {"segments": [isolated("a", colour="red")]}),
]
