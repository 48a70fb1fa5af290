"""What two documents say differently has the names that AWS's change sets give it."""

from __future__ import annotations

from typing import Any

from cloudwan_mcp.policy.changeset import changes
from cloudwan_mcp.policy.document import Document
from fakes.policies import isolated, policy, share

TWO = ["us-east-1", "eu-west-1"]


def told(before: Document, after: Document) -> list[tuple[str, str, str]]:
    return [(each.type, each.action, each.identifier) for each in changes(before, after)]


def routing(action: str) -> dict[str, Any]:
    body = {
        "match-conditions": [{"type": "prefix-equals", "value": "10.0.0.0/8"}],
        "action": {"type": action},
    }
    return {
        "routing-policy-name": "p",
        "routing-policy-direction": "inbound",
        "routing-policy-number": 1,
        "routing-policy-rules": [{"rule-number": 1, "rule-definition": body}],
    }


def test_every_kind_of_change_has_the_name_that_a_change_set_gives_it() -> None:
    between = {"edge-location": TWO[0], "peer-edge-location": TWO[1], "routing-policy-names": ["p"]}
    label = {
        "rule-number": 1,
        "conditions": [{"type": "routing-policy-label", "value": "l"}],
        "action": {"associate-routing-policies": ["p"]},
    }
    route = {
        "action": "create-route",
        "segment": "a",
        "destination-cidr-blocks": ["10.0.0.0/8"],
        "destinations": ["blackhole"],
    }
    before = policy(edges=TWO, routing_policies=[routing("drop")])
    after = policy(
        edges=[*TWO, "x"],
        segments=[isolated("a"), "b"],
        groups=["fw"],
        segment_actions=[
            share("a", ["b"], **{"routing-policy-names": ["p"]}),
            {"action": "associate-routing-policy", "segment": "a", "edge-location-association": between},
            route,
        ],
        routing_policies=[routing("allow")],
        attachment_routing_policy_rules=[label],
    )
    assert told(before, after) == [
        ("CORE_NETWORK_EDGE", "ADD", "x"),
        ("CORE_NETWORK_SEGMENT", "MODIFY", "a"),
        ("NETWORK_FUNCTION_GROUP", "ADD", "fw"),
        ("ATTACHMENT_ROUTE_STATIC", "ADD", "a 10.0.0.0/8"),
        ("ROUTING_POLICY", "MODIFY", "p"),
        ("ROUTING_POLICY_SEGMENT_ASSOCIATION", "ADD", "a b"),
        ("ROUTING_POLICY_EDGE_ASSOCIATION", "ADD", "a us-east-1 eu-west-1"),
        ("ROUTING_POLICY_ATTACHMENT_ASSOCIATION", "ADD", "l 1"),
        ("CORE_NETWORK_CONFIGURATION", "MODIFY", "core-network-configuration"),
        ("SEGMENTS_CONFIGURATION", "MODIFY", "segments"),
        ("SEGMENT_ACTIONS_CONFIGURATION", "MODIFY", "segment-actions"),
    ]


def test_a_modified_part_says_what_differs() -> None:
    found = next(changes(policy(segments=["a"]), policy(segments=[isolated("a")])))
    assert (found.before, found.after) == ("isolated False", "isolated True")


def test_the_order_of_parts_is_no_change_of_a_part() -> None:
    assert told(policy(segments=["a", "b"]), policy(segments=["b", "a"])) == [
        ("SEGMENTS_CONFIGURATION", "MODIFY", "segments")
    ]
    shares = [share("a", ["b"], **{"routing-policy-names": ["p"]}), share("a", ["c"])]
    one, other = (policy(segments=["a", "b", "c"], segment_actions=each) for each in (shares, shares[::-1]))
    assert told(one, other) == [("SEGMENT_ACTIONS_CONFIGURATION", "MODIFY", "segment-actions")]
