"""The policy document of a core network nobody wrote one for: the layout most real networks share."""

from __future__ import annotations

from typing import Any

from cloudwan_mcp.simulator.counts import Counts
from cloudwan_mcp.simulator.plan import REGIONS, Document

_SEGMENTS = (
    "production",
    "nonproduction",
    "shared",
    "hybrid",
    "development",
    "staging",
    "security",
    "sandbox",
)
_GROUPS = ("inspection", "egress")
LABELS = ("partner", "branch", "backup")


def region(number: int) -> str:
    """The Region of an edge; past AWS's own, invented ones of the same form."""
    return REGIONS[number] if number < len(REGIONS) else f"ap-east-{number - len(REGIONS) + 2}"


def generate(counts: Counts) -> Document:
    """A 2025.11 document with as many segments, groups and edges as `counts` says."""
    segments = [
        _SEGMENTS[number] if number < len(_SEGMENTS) else f"tenant{number - len(_SEGMENTS) + 1:02d}"
        for number in range(counts.segments)
    ]
    groups = [
        _GROUPS[number] if number < len(_GROUPS) else f"inspection{number}"
        for number in range(counts.network_function_groups)
    ]
    return {
        "version": "2025.11",
        "core-network-configuration": {
            "vpn-ecmp-support": True,
            "asn-ranges": ["64512-64639"],
            "inside-cidr-blocks": ["10.255.0.0/16"],
            "edge-locations": [
                {"location": region(n), "asn": 64512 + n, "inside-cidr-blocks": [f"10.255.{n % 256}.0/24"]}
                for n in range(counts.edges)
            ],
        },
        "segments": [
            {
                "name": name,
                "require-attachment-acceptance": name in {"production", "security"},
                "isolate-attachments": name == "sandbox",
            }
            for name in segments
        ],
        "network-function-groups": [{"name": name, "require-attachment-acceptance": True} for name in groups],
        "segment-actions": _actions(segments, groups),
        "attachment-policies": _rules(segments, groups),
        "routing-policies": [_routing_policy(number, label) for number, label in enumerate(LABELS, 1)],
        "attachment-routing-policy-rules": [
            _label_rule(number, label) for number, label in enumerate(LABELS, 1)
        ],
    }


def _actions(segments: list[str], groups: list[str]) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = [
        {"action": "share", "mode": "attachment-route", "segment": name, "share-with": "*"}
        for name in ("shared", "hybrid")
        if name in segments
    ]
    if groups and "nonproduction" in segments:
        actions.append(
            {
                "action": "send-via",
                "segment": "production",
                "mode": "single-hop",
                "when-sent-to": {"segments": ["nonproduction"]},
                "via": {"network-function-groups": [groups[0]]},
            }
        )
    if groups and segments:
        via = {"network-function-groups": [groups[-1]]}
        actions.append({"action": "send-to", "segment": segments[0], "via": via})
    return actions


def _rules(segments: list[str], groups: list[str]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = [
        {
            "rule-number": 100 + number,
            "condition-logic": "and",
            "conditions": [
                {"type": "attachment-type", "operator": "equals", "value": "vpc"},
                {"type": "tag-value", "operator": "equals", "key": "network-function", "value": name},
            ],
            "action": {"add-to-network-function-group": name},
        }
        for number, name in enumerate(groups)
    ]
    outside = ("site-to-site-vpn", "connect", "direct-connect-gateway", "transit-gateway-route-table")
    rules.append(
        {
            "rule-number": 200,
            "condition-logic": "or",
            "conditions": [
                {"type": "attachment-type", "operator": "equals", "value": kind} for kind in outside
            ],
            "action": {
                "association-method": "constant",
                "segment": "hybrid" if "hybrid" in segments else (segments or ["none"])[-1],
            },
        }
    )
    rules.append(
        {
            "rule-number": 300,
            "condition-logic": "and",
            "conditions": [
                {"type": "attachment-type", "operator": "equals", "value": "vpc"},
                {"type": "tag-exists", "key": "segment"},
            ],
            "action": {"association-method": "tag", "tag-value-of-key": "segment"},
        }
    )
    return rules


def _routing_policy(number: int, label: str) -> dict[str, Any]:
    definition = {
        "match-conditions": [{"type": "prefix-in-cidr", "value": f"172.{15 + number}.0.0/16"}],
        "condition-logic": "or",
        "action": {"type": "drop"},
    }
    return {
        "routing-policy-name": f"{label}Routes",
        "routing-policy-description": f"What {label} attachments may announce",
        "routing-policy-direction": "inbound",
        "routing-policy-number": number * 100,
        "routing-policy-rules": [{"rule-number": 10, "rule-definition": definition}],
    }


def _label_rule(number: int, label: str) -> dict[str, Any]:
    return {
        "rule-number": 100 * number,
        "conditions": [{"type": "routing-policy-label", "value": label}],
        "action": {"associate-routing-policies": [f"{label}Routes"]},
    }
