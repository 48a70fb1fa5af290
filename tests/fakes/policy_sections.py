"""Sections of policy documents, for tests that plant defects in them."""

from __future__ import annotations

from typing import Any

from fakes.policies import (
    rule,
    send_via,
    share,
    tagged,
    via,
)

TWO = ["us-east-1", "eu-west-1"]
VALID = "attachment-0123456789abcdef0"


def route(segment: str, *destinations: str, cidrs: tuple[str, ...] = ("10.0.0.0/8",)) -> dict[str, Any]:
    return {
        "action": "create-route",
        "segment": segment,
        "destination-cidr-blocks": list(cidrs),
        "destinations": list(destinations),
    }


def routing(
    *rules: tuple[str, Any, str], name: str = "p", number: int = 1, way: str = "outbound"
) -> dict[str, Any]:
    """Rules are (match type, its value, action with a value after a space)."""
    found = []
    for index, (match, value, action) in enumerate(rules):
        kind, _, argument = action.partition(" ")
        done = {"type": kind} | ({"value": argument} if argument else {})
        body = {
            "match-conditions": [{"type": match, "value": value}],
            "condition-logic": "or",
            "action": done,
        }
        found.append({"rule-number": index + 1, "rule-definition": body})
    return {
        "routing-policy-name": name,
        "routing-policy-direction": way,
        "routing-policy-number": number,
        "routing-policy-rules": found,
    }


def shared(*policies: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Sections with routing policies on a share, so that they are used."""
    names = [each["routing-policy-name"] for each in policies]
    action = share("a", ["b"], **{"routing-policy-names": names[:5]})
    return {"segment_actions": [action], "routing_policies": list(policies)} | more


def action(*actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    filled = [rule(1, tagged("inspection", "true"), group="fw"), rule(2, tagged("domain"), tag="domain")]
    return {"segment_actions": list(actions), "groups": ["fw"], "attachment_policies": filled} | more


def rules(*found: dict[str, Any]) -> dict[str, Any]:
    return {"attachment_policies": list(found)}


def overridden(*overrides: Any, mode: str = "single-hop") -> dict[str, Any]:
    return send_via("a", ["b"], mode, via=via("fw", overrides=list(overrides)))


EDGE_POLICY = {
    "action": "associate-routing-policy",
    "segment": "a",
    "edge-location-association": {
        "edge-location": "us-east-1",
        "peer-edge-location": "us-east-1",
        "routing-policy-names": ["p"],
    },
}
LABEL = {
    "rule-number": 1,
    "conditions": [{"type": "routing-policy-label", "value": "x"}],
    "action": {"associate-routing-policies": ["p"]},
}
DROP = ("prefix-equals", "10.0.0.0/8", "drop")
ALL = ("prefix-in-cidr", "0.0.0.0/0", "drop")
SUM = ("prefix-in-cidr", "10.0.0.0/8", "summarize 10.0.0.0/8")
