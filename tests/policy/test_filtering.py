"""Routing policies act on routes by number: drop and allow end it, everything else changes and goes on."""

from __future__ import annotations

from typing import Any

import pytest

from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.filtering import Stations, filtered
from cloudwan_mcp.policy.route import Outcome, Route, prefix_of
from fakes.policies import policy, share
from fakes.policy_sections import ALL, routing

ROUTE = Route(prefix_of("10.1.0.0/16"), (65001, 65002), frozenset({"65000:1"}), 5)


def through(*policies: dict[str, Any], route: Route = ROUTE, **lists: set[str]) -> Outcome:
    known = {name: frozenset(prefix_of(each) for each in found) for name, found in lists.items()}
    return filtered(policy(routing_policies=list(policies)).routing_policies, route, known)


@pytest.mark.parametrize(
    ("match", "value", "dropped"),
    [
        ("prefix-equals", "10.1.0.0/16", True),
        ("prefix-equals", "10.0.0.0/8", False),
        ("prefix-in-cidr", "10.0.0.0/8", True),
        ("prefix-in-cidr", "10.1.0.0/16", False),  # the block itself is not in it
        ("prefix-in-cidr", "::/0", False),
        ("prefix-in-prefix-list", "known", True),
        ("asn-in-as-path", 65002, True),
        ("asn-in-as-path", 65003, False),
        ("community-in-list", "65000:1", True),
        ("community-in-list", "65000:2", False),
        ("med-equals", "5", True),
        ("med-equals", "6", False),
        ("prefix-equals", "nonsense", False),
    ],
)
def test_a_condition_matches_what_it_says(match: str, value: Any, dropped: bool) -> None:
    assert (through(routing((match, value, "drop")), known={"10.1.0.0/16"}).route is None) is dropped


@pytest.mark.parametrize(
    ("match", "value"),
    [
        ("prefix-in-prefix-list", "unknown"),
        ("asn-in-as-path", 65001),
        ("community-in-list", "65000:1"),
        ("med-equals", "5"),
    ],
)
def test_what_is_not_known_does_not_match_and_is_an_assumption(match: str, value: Any) -> None:
    found = through(routing((match, value, "drop")), route=Route(ROUTE.prefix))
    assert found.route is not None
    assert found.assumptions == ("unknown-attributes",)


def test_what_no_rule_ends_is_allowed() -> None:
    assert through(routing()).route == ROUTE
    assert through().steps == ()


def test_an_allow_ends_all_later_rules_and_policies() -> None:
    first = routing(("prefix-equals", "10.1.0.0/16", "allow"), ALL)
    found = through(routing(ALL, name="q", number=2), first)
    assert found.route == ROUTE
    assert [(each.policy, each.rule, each.action) for each in found.steps] == [("p", 1, "allow")]


def test_policies_are_tried_by_number() -> None:
    found = through(
        routing(ALL, name="q", number=1), routing(("prefix-in-cidr", "10.0.0.0/8", "allow"), number=2)
    )
    assert found.route is None


@pytest.mark.parametrize(
    ("action", "attribute", "value"),
    [
        ("prepend-asn-list 65009", "as_path", (65009, 65001, 65002)),
        ("remove-asn-list 65001", "as_path", (65002,)),
        ("replace-asn-list 65009", "as_path", (65009,)),
        ("add-community 65000:2", "communities", frozenset({"65000:1", "65000:2"})),
        ("remove-community 65000:1", "communities", frozenset()),
        ("set-med 9", "med", 9),
        ("set-local-preference 1000", "local_preference", 1000),
        ("summarize 10.0.0.0/8", "prefix", prefix_of("10.0.0.0/8")),
    ],
)
def test_other_actions_change_the_route_and_go_on(action: str, attribute: str, value: object) -> None:
    found = through(routing(("prefix-in-cidr", "10.0.0.0/8", action), ("med-equals", "77", "drop")))
    assert getattr(found.route, attribute) == value


def test_a_later_rule_sees_the_changed_route() -> None:
    rules = (("prefix-in-cidr", "10.0.0.0/8", "set-med 9"), ("med-equals", "9", "drop"))
    assert through(routing(*rules)).route is None


def test_a_summary_with_a_drop_of_all_after_it_advertises_nothing() -> None:
    summary = ("prefix-in-cidr", "10.0.0.0/8", "summarize 10.0.0.0/8")
    assert through(routing(summary, ALL)).route is None
    kept = through(routing(summary, ("prefix-equals", "10.0.0.0/8", "allow"), ALL)).route
    assert kept is not None
    assert str(kept.prefix) == "10.0.0.0/8"


def test_all_conditions_of_an_and_have_to_match() -> None:
    both = routing(("prefix-in-cidr", "10.0.0.0/8", "drop"))
    body = both["routing-policy-rules"][0]["rule-definition"]
    body["condition-logic"] = "and"
    body["match-conditions"].append({"type": "med-equals", "value": "6"})
    assert through(both).route == ROUTE


def stations(direction: str) -> Stations:
    between = {"edge-location": "x", "peer-edge-location": "y", "routing-policy-names": ["p"]}
    document = policy(
        edges=["x", "y"],
        segments=["a", "b", "c"],
        segment_actions=[
            share("a", ["b"], **{"routing-policy-names": ["p"]}),
            {"action": "associate-routing-policy", "segment": "a", "edge-location-association": between},
        ],
        routing_policies=[routing(ALL, way=direction)],
        attachment_routing_policy_rules=[
            {
                "rule-number": 1,
                "edge-locations": ["x"],
                "conditions": [{"type": "routing-policy-label", "value": "l"}],
                "action": {"associate-routing-policies": ["p", "unknown"]},
            }
        ],
    )
    return Stations(document)


def test_the_direction_of_a_share_is_that_of_its_segment() -> None:
    out, into = stations("outbound"), stations("inbound")
    assert [len(out.between_segments(*pair)) for pair in (("a", "b"), ("b", "a"), ("a", "c"))] == [1, 0, 0]
    assert [len(into.between_segments(*pair)) for pair in (("a", "b"), ("b", "a"), ("a", "c"))] == [0, 1, 0]


def test_the_direction_between_edges_is_that_of_the_first() -> None:
    out, into = stations("outbound"), stations("inbound")
    assert [len(out.between_edges("a", *pair)) for pair in (("x", "y"), ("y", "x"))] == [1, 0]
    assert [len(into.between_edges("a", *pair)) for pair in (("x", "y"), ("y", "x"))] == [0, 1]
    assert out.between_edges("b", "x", "y") == []


@pytest.mark.parametrize(
    ("label", "edge", "count"), [("l", "x", 1), ("l", "y", 0), ("m", "x", 0), ("", "x", 0)]
)
def test_a_label_brings_policies_to_its_attachments_at_its_edges(label: str, edge: str, count: int) -> None:
    attachment = Attachment(label=label, region=edge)
    assert len(stations("inbound").at_attachment(attachment, "inbound")) == count
    assert stations("inbound").at_attachment(attachment, "outbound") == []
