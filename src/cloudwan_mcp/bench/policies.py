"""Two policy documents at AWS's quotas of segments and edges, the second with every kind of change."""

from __future__ import annotations

import copy
from typing import Any

from cloudwan_mcp.simulator import Counts
from cloudwan_mcp.simulator.generated_policy import generate

SEGMENTS, EDGES, GROUPS = 40, 20, 3
SINGLE, DUAL = range(8, 16), range(16, 24)  # segments that send what they say to one another
Document = dict[str, Any]


def policy() -> Document:
    """One rule for every segment, single and dual hops, overrides, static routes, filters and exits."""
    given = {"segments": SEGMENTS, "edges": EDGES, "network_function_groups": GROUPS}
    document = generate(Counts.scaled(0, given))  # type: ignore[arg-type]
    names = [each["name"] for each in document["segments"]]
    groups = [each["name"] for each in document["network-function-groups"]]
    edges = [each["location"] for each in document["core-network-configuration"]["edge-locations"]]
    for number in range(30, 34):
        document["segments"][number]["deny-filter"] = [names[2]]
    overrides = [
        {"edge-sets": [[edges[number], other] for other in edges[number + 1 :]], "use-edge-location": edge}
        for number, edge in enumerate(edges[:6])
    ]
    document["segment-actions"] += [
        *(_send_via(names[number], "single-hop", names[8:16], groups[0], overrides) for number in SINGLE),
        *(_send_via(names[number], "dual-hop", names[16:24], groups[2], []) for number in DUAL),
        *(_share(names[number], names[number + 1 : number + 4]) for number in range(24, 36)),
    ]
    rules = document["attachment-policies"]
    document["attachment-policies"] = rules[:-1] + [_rule(400 + at, name) for at, name in enumerate(names)]
    return document


def changed(document: Document) -> Document:
    """The same with attachments moved, a share gone, one more, hops and overrides changed, and an exit."""
    other = copy.deepcopy(document)
    names = [each["name"] for each in other["segments"]]
    for number in (10, 20, 30):
        other["attachment-policies"][-SEGMENTS + number]["action"]["segment"] = names[number + 1]
    actions = other["segment-actions"]
    del actions[-1]
    actions.append(_share(names[38], [names[39]]))
    for action in actions:
        if action.get("segment") == names[SINGLE[0]]:
            action["via"]["with-edge-overrides"].reverse()
            action["via"]["with-edge-overrides"][0]["use-edge-location"] = "us-west-2"
        elif action.get("segment") == names[DUAL[0]]:
            action["mode"] = "single-hop"
        elif action["action"] == "send-to":
            action["segment"] = names[1]
    return other


def _send_via(
    segment: str, mode: str, others: list[str], group: str, overrides: list[dict[str, Any]]
) -> dict[str, Any]:
    via: dict[str, Any] = {"network-function-groups": [group]}
    if overrides:
        via["with-edge-overrides"] = copy.deepcopy(overrides)
    targets = {"segments": [each for each in others if each != segment]}
    return {"action": "send-via", "segment": segment, "mode": mode, "when-sent-to": targets, "via": via}


def _share(segment: str, others: list[str]) -> dict[str, Any]:
    return {"action": "share", "mode": "attachment-route", "segment": segment, "share-with": others}


def _rule(number: int, segment: str) -> dict[str, Any]:
    return {
        "rule-number": number,
        "condition-logic": "and",
        "conditions": [
            {"type": "attachment-type", "operator": "equals", "value": "vpc"},
            {"type": "tag-value", "operator": "equals", "key": "segment", "value": segment},
        ],
        "action": {"association-method": "constant", "segment": segment},
    }
