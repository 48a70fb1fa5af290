"""Two ends reach each other by policy, by the route tables, or by one of them alone."""

from __future__ import annotations

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.installed import InstalledRoute
from cloudwan_mcp.policy.reach import End, reach
from fakes.policies import isolated, policy, rule, send_to, send_via, share, tagged, via
from fakes.policy_sections import ALL, VALID, route, routing

EDGES = ["x", "y"]
A, B = End("a", "x", "10.1.0.0/16"), End("b", "y", "10.2.0.0/16")


def network(*actions: dict[str, object], **sections: object) -> Document:
    segments = [isolated("a"), isolated("b")]
    return policy(
        **(
            {"edges": EDGES, "segments": segments, "groups": ["fw"], "segment_actions": list(actions)}
            | sections
        )
    )  # type: ignore[arg-type]


def vpc(name: str, *prefixes: str, segment: str = "a", edge: str = "x", **members: str) -> Attachment:
    found = {"type": "vpc", "region": edge, **members}
    return Attachment(id=name, tags={"s": segment}, prefixes=prefixes, **found)  # type: ignore[arg-type]


BY_TAG = {"attachment_policies": [rule(1, tagged("s"), tag="s")]}


def test_a_share_lets_both_ends_reach_each_other_and_says_so() -> None:
    found = reach(network(share("a", ["b"])), A, B)
    assert found.policy == "reachable"
    assert found.forward.intent.because == ('share of "a"',)
    assert found.forward.intent.pointers == ("/segment-actions/0",)


def test_without_a_share_neither_reaches_the_other() -> None:
    found = reach(network(), A, B)
    assert (found.policy, found.forward.intent.intent) == ("unreachable", "no-route")


def test_inspected_traffic_names_the_group_and_the_regions_both_ways() -> None:
    found = reach(network(send_via("a", ["b"], "dual-hop")), A, B)
    assert found.policy == "inspected"
    ways = [each.intent.inspection for each in (found.forward, found.back)]
    assert [each.regions for each in ways if each] == [("x", "y"), ("y", "x")]


def test_a_region_without_a_firewall_drops_the_traffic() -> None:
    found = reach(network(send_via("a", ["b"], "dual-hop")), A, B, presence={"fw": {"x"}})
    assert (found.policy, found.forward.intent.intent) == ("unreachable", "dropped")


def test_a_pair_shared_and_inspected_is_not_decided() -> None:
    found = reach(network(share("a", ["b"]), send_via("a", ["b"])), A, B)
    assert found.policy == "undecided"
    assert "shared-and-inspected" in found.assumptions


def test_attachments_are_placed_by_the_rules_first() -> None:
    document = network(share("a", ["b"]), **BY_TAG)
    one, other = vpc("one", "10.1.0.0/16"), vpc("other", "10.2.0.0/16", segment="b", edge="y")
    assert reach(document, End(attachment=one), End(attachment=other)).policy == "reachable"
    lost = reach(document, End(attachment=one), End(attachment=vpc("z", segment="q")))
    assert lost.policy == "unreachable"
    assert "no segment is called so" in lost.forward.intent.because[0]


@pytest.mark.parametrize("state", ["PENDING_ATTACHMENT_ACCEPTANCE", "REJECTED", "FAILED"])
def test_a_pending_attachment_is_not_reached(state: str) -> None:
    document = network(share("a", ["b"]), **BY_TAG)
    found = reach(document, End(attachment=vpc("one", state=state)), B)
    assert found.policy == "unreachable"
    assert state in found.forward.intent.because[0]


def test_a_transit_gateway_advertises_into_an_isolated_segment_and_learns_nothing() -> None:
    gateway = vpc("tgw", "10.9.0.0/16", type="TRANSIT_GATEWAY_ROUTE_TABLE")
    found = reach(network(**BY_TAG), A, End(attachment=gateway))
    assert found.policy == "one-way"
    assert (found.forward.intent.intent, found.back.intent.intent) == ("allowed", "no-route")


@pytest.mark.parametrize(
    ("cidrs", "destinations", "intent"),
    [
        (("10.2.0.0/16",), ("blackhole",), "dropped"),  # of equal length the static wins
        (("10.0.0.0/8",), ("blackhole",), "allowed"),  # the longer prefix wins
        (("10.2.3.0/24",), ("blackhole",), "allowed"),  # holds but a part of the destination
        (("10.2.0.0/16",), (VALID,), "allowed"),
        (("10.2.0.0/16",), ("attachment-11111111111111111",), "undecided"),
    ],
)
def test_static_routes_compete_by_length(
    cidrs: tuple[str, ...], destinations: tuple[str, ...], intent: str
) -> None:
    document = network(share("a", ["b"]), route("a", *destinations, cidrs=cidrs), **BY_TAG)
    other = vpc(VALID, "10.2.0.0/16", segment="b", edge="y")
    assert reach(document, A, End(attachment=other)).forward.intent.intent == intent


def test_a_static_route_serves_its_own_segment_only() -> None:
    found = reach(network(route("a", VALID, cidrs=("10.2.0.0/16",))), A, End("b", "y", "10.2.0.0/16"))
    assert found.forward.intent.intent == "undecided"
    assert found.back.intent.intent == "no-route"


def test_what_is_outside_is_reached_by_static_route_or_send_to() -> None:
    internet = End(prefix="8.8.8.8")
    assert reach(network(), A, internet).policy == "unreachable"
    assert reach(network(send_to("a")), A, internet).policy == "inspected"
    assert reach(network(send_to("a")), internet, A).policy == "inspected"
    static = reach(network(route("a", VALID, cidrs=("0.0.0.0/0",))), A, internet)
    assert (static.policy, static.forward.intent.pointers) == ("reachable", ("/segment-actions/0",))


def test_an_exit_without_an_attachment_of_its_group_drops_the_traffic() -> None:
    action = send_to("a", via=via("fw", overrides=[([["x"]], "y")]))
    found = reach(network(action), A, End(prefix="8.8.8.8"), presence={"fw": {"x"}})
    assert found.forward.intent.intent == "dropped"


def test_the_default_route_of_send_to_is_not_taken_for_a_route_between_segments() -> None:
    found = reach(network(send_to("a"), send_to("b")), A, B)
    assert found.policy == "unreachable"
    assert found.assumptions == ("default-route-hairpin",)
    assert "send-to leads what has no other route" in found.forward.intent.because[-1]


def test_a_routing_policy_that_drops_the_prefix_is_named() -> None:
    shared = share("a", ["b"], **{"routing-policy-names": ["p"]})
    document = network(shared, routing_policies=[routing(ALL)])
    found = reach(document, A, B)
    assert found.policy == "one-way"
    assert found.back.intent.because == ('rule 1 of routing policy "p" drops 10.1.0.0/16',)
    assert "give a prefix" in reach(document, End("a"), End("b")).back.intent.because[-1]


def test_a_rule_that_asks_for_what_is_not_known_leaves_it_undecided() -> None:
    rules = (("community-in-list", "1:1", "allow"), ALL)
    document = network(
        share("a", ["b"], **{"routing-policy-names": ["p"]}), routing_policies=[routing(*rules)]
    )
    found = reach(document, A, B)
    assert (found.policy, found.assumptions) == ("undecided", ("unknown-attributes",))


def test_an_end_in_a_network_function_group_is_not_decided() -> None:
    document = network(send_to("a"), attachment_policies=[rule(1, group="fw")])
    found = reach(document, A, End(attachment=vpc("fw")))
    assert (found.policy, found.back.intent.groups) == ("undecided", ("fw",))


def test_an_end_at_an_edge_its_segment_is_not_at_has_no_route() -> None:
    document = network(
        segments=[isolated("a", **{"edge-locations": ["y"]}), "b"], segment_actions=[share("a", ["b"])]
    )
    found = reach(document, A, B)
    assert found.forward.intent.because == ('"a" does not exist at "x"',)


@pytest.mark.parametrize("end", [End("q"), End("a", prefix="10.1"), End(), End("a", prefix="x" * 500)])
def test_an_end_that_is_none_is_refused(end: End) -> None:
    with pytest.raises(BadRequest) as caught:
        reach(network(), A, end)
    assert caught.value.field == "destination"
    assert len(str(caught.value)) < 300


def row(prefix: str, segment: str = "a", edge: str = "x", **members: object) -> InstalledRoute:
    return InstalledRoute(segment, edge, prefix, **members)  # type: ignore[arg-type]


BOTH = [row("10.2.0.0/16"), row("10.1.0.0/16", "b", "y")]


def test_tables_that_hold_what_the_policy_intends_agree() -> None:
    found = reach(network(share("a", ["b"])), A, B, installed=iter(BOTH))
    assert (found.policy, found.deployed) == ("reachable", "reachable")
    assert (found.forward.difference, found.back.difference) == ("", "")


def test_a_route_that_is_not_installed_is_a_difference_with_a_reason() -> None:
    found = reach(network(share("a", ["b"])), A, B, installed=[row("192.168.0.0/16"), BOTH[1]])
    assert (found.policy, found.deployed) == ("reachable", "one-way")
    assert found.forward.difference.startswith(
        'The policy says allowed, but the table of "a" at "x" has no route to 10.2.0.0/16: '
    )


def test_the_longest_installed_prefix_counts() -> None:
    rows = [row("0.0.0.0/0", groups=("fw",)), row("10.2.0.0/16", state="BLACKHOLE"), row("10.0.0.0/8")]
    found = reach(network(share("a", ["b"])), A, B, installed=rows)
    assert found.forward.deployed.verdict == "blackhole"
    assert "as a blackhole" in found.forward.difference


def test_a_direct_route_where_inspection_is_intended_is_a_bypass() -> None:
    found = reach(network(send_via("a", ["b"], "dual-hop")), A, B, installed=BOTH)
    assert (found.policy, found.deployed) == ("inspected", "reachable")
    assert "bypasses the inspection" in found.forward.difference


def test_tables_that_were_not_given_are_not_taken_for_empty() -> None:
    found = reach(network(share("a", ["b"])), A, B, installed=BOTH[:1])
    assert found.deployed == "undecided"
    assert found.back.deployed.because == 'the table of "b" at "y" was not given, or is empty'
    assert reach(network(), End("a"), End("b")).deployed == "undecided"
