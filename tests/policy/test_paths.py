"""Edges choose paths in AWS's documented order, and what that leaves open is a tie."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.as_number import as_numbers
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.originate import Origination
from cloudwan_mcp.policy.paths import Choice, Tables, simulate
from cloudwan_mcp.policy.route import Route, prefix_of
from fakes.policies import isolated, policy, published, send_via, share
from fakes.policy_sections import routing

PREFIX = prefix_of("10.0.0.0/8")
EDGES = ["x", "y", "z"]


def from_(
    edge: str, kind: str, *path: int, segment: str = "a", static: bool = False, med: int | None = None
) -> Origination:
    attachment = Attachment(f"{kind}-{edge}-{path}", kind, region=edge)
    return Origination(Route(PREFIX, path, frozenset(), med), segment, attachment, static)


def network(**sections: object) -> Document:
    return policy(edges=EDGES, **sections)  # type: ignore[arg-type]


def chosen(edge: str, *originations: Origination, document: Document | None = None) -> Choice:
    found = simulate(document or network(), "a", originations).choice(edge, PREFIX)
    assert found is not None
    return found


def test_a_static_route_is_preferred_to_all() -> None:
    found = chosen("x", from_("x", "vpc"), from_("x", "vpc", 1, 2, static=True))
    assert found.best[0].origin.static


def test_a_vpc_of_the_same_region_is_preferred_to_a_shorter_path_elsewhere() -> None:
    found = chosen("x", from_("x", "vpc", 65001, 65002, 65003), from_("x", "direct-connect-gateway"))
    assert found.best[0].origin.attachment.kind == "vpc"


def test_the_shorter_as_path_is_preferred_to_the_better_attachment() -> None:
    found = chosen("x", from_("x", "direct-connect-gateway", 1, 2), from_("x", "site-to-site-vpn", 1))
    assert found.best[0].origin.attachment.kind == "site-to-site-vpn"


def test_the_lower_med_is_preferred_to_the_better_attachment() -> None:
    found = chosen(
        "x", from_("x", "direct-connect-gateway", 1, med=9), from_("x", "site-to-site-vpn", 1, med=1)
    )
    assert found.best[0].origin.attachment.kind == "site-to-site-vpn"


def test_then_direct_connect_comes_before_connect_before_vpn_before_the_rest() -> None:
    kinds = ["direct-connect-gateway", "connect", "site-to-site-vpn", "transit-gateway-route-table"]
    for index, kind in enumerate(kinds):
        found = chosen("x", *(from_("x", each, 1) for each in reversed(kinds[index:])))
        assert [each.origin.attachment.kind for each in found.best] == [kind]


def test_from_elsewhere_the_kind_of_attachment_does_not_count() -> None:
    found = chosen("z", from_("x", "direct-connect-gateway", 1), from_("y", "site-to-site-vpn", 1))
    assert found.tie


def test_what_is_equal_is_a_tie() -> None:
    found = chosen("z", from_("x", "vpc"), from_("y", "vpc"))
    assert found.tie
    assert {each.neighbour for each in found.best} == {"x", "y"}


def test_paths_grow_by_the_edges_they_pass() -> None:
    document = policy(edges=[{"location": "x", "asn": 64520}, "y"])
    found = simulate(document, "a", [from_("x", "connect", 65001)]).choice("y", PREFIX)
    assert found is not None
    assert found.best[0].route.as_path == (64520, 65001)


def test_edges_without_a_number_get_the_lowest_free_and_that_is_an_assumption() -> None:
    document = policy(edges=[{"location": "x", "asn": 64512}, "y"])
    assert as_numbers(document) == ({"x": 64512, "y": 64513}, True)
    assert simulate(document, "a", []).assumptions == ("asn-assigned",)


def test_an_isolated_segment_learns_of_transit_gateways_alone() -> None:
    document = network(segments=[isolated("a")])
    assert simulate(document, "a", [from_("x", "vpc")]).choices == ()
    found = simulate(document, "a", [from_("x", "transit-gateway-route-table")])
    assert len(found.choices) == len(EDGES)


def test_shared_routes_come_in_and_static_or_inspected_ones_do_not() -> None:
    shared = network(segment_actions=[share("a", ["b"])])
    assert len(simulate(shared, "a", [from_("x", "vpc", segment="b")]).choices) == len(EDGES)
    assert simulate(shared, "a", [from_("x", "vpc", segment="b", static=True)]).choices == ()
    inserted = network(groups=["fw"], segment_actions=[send_via("a", ["b"])])
    assert simulate(inserted, "a", [from_("x", "vpc", segment="b")]).choices == ()


def test_a_segment_is_not_told_of_at_edges_it_is_not_at() -> None:
    document = network(
        segments=[isolated("a", **{"isolate-attachments": False, "edge-locations": ["x", "y"]})]
    )
    found = simulate(document, "a", [from_("x", "vpc"), from_("z", "vpc")])
    assert {each.edge for each in found.choices} == {"x", "y"}


def test_a_change_by_a_relaying_edge_persists() -> None:
    """The direct way from x to z is dropped, so that z learns of the route through y, as y has it."""
    between = {"edge-location": "x", "peer-edge-location": "z", "routing-policy-names": ["p"]}
    document = network(
        segment_actions=[
            {"action": "associate-routing-policy", "segment": "a", "edge-location-association": between}
        ],
        routing_policies=[routing(("prefix-equals", "10.0.0.0/8", "drop"))],
    )
    found = chosen("z", from_("x", "vpc"), document=document)
    assert [each.neighbour for each in found.best] == ["y"]
    assert len(found.best[0].route.as_path or ()) == 2


def test_local_preference_is_reported_and_not_compared() -> None:
    document = network(
        segment_actions=[share("b", ["a"], **{"routing-policy-names": ["p"]})],
        routing_policies=[routing(("prefix-equals", "10.0.0.0/8", "set-local-preference 900"))],
    )
    found = simulate(document, "a", [from_("x", "vpc", segment="b")])
    assert "local-preference" in found.assumptions


def test_the_published_hybrid_extension_is_simulated() -> None:
    document = published(80)
    label = Attachment("dx", "direct-connect-gateway", region="us-west-2", label="DC1DX")
    routes = [
        Origination(Route(prefix_of(each), (65001,), frozenset()), "onprem", label)
        for each in ("10.1.255.1/32", "10.1.0.0/24", "10.9.0.0/16")
    ]
    found = simulate(document, "prod", routes)
    assert {str(each.prefix) for each in found.choices} == {"10.1.255.1/32", "10.1.0.0/24"}


def test_unknown_segments_and_too_many_routes_are_refused() -> None:
    with pytest.raises(BadRequest, match="no segment"):
        simulate(network(), "q", [])
    with pytest.raises(BadRequest, match="at most 2,000"):
        simulate(network(), "a", [from_("x", "vpc")] * 2001)


paths = st.lists(st.integers(1, 3), max_size=3).map(tuple)
originations = st.lists(
    st.builds(
        lambda edge, kind, path: from_(edge, kind, *path),
        st.sampled_from(EDGES),
        st.sampled_from(["vpc", "connect", "site-to-site-vpn"]),
        paths,
    ),
    min_size=1,
    max_size=5,
)


def shortest(edge: str, found: list[Origination]) -> int:
    """The length of the best path, by the definition: VPCs of the Region, else the fewest AS numbers."""
    own = [each for each in found if each.attachment.region == edge]
    vpcs = [len(each.route.as_path or ()) for each in own if each.attachment.kind == "vpc"]
    return min(vpcs) if vpcs else -1


@given(originations)
@settings(max_examples=150)
def test_on_random_routes_every_edge_chooses_the_best_it_can(found: list[Origination]) -> None:
    tables: Tables = simulate(network(), "a", found)
    assert tables.settled
    assert {each.edge for each in tables.choices} == set(EDGES)
    numbers, _ = as_numbers(network())
    for each in tables.choices:
        first = each.best[0]
        assert all(path.preference == first.preference for path in each.best)
        assert all(path.preference > first.preference for path in each.others)
        for path in (*each.best, *each.others):
            assert numbers[each.edge] not in (path.route.as_path or ())
        local = shortest(each.edge, found)
        if local >= 0:
            assert (first.neighbour, len(first.route.as_path or ())) == ("", local)
        else:
            told = [
                len(other.best[0].route.as_path or ()) + 1 for other in tables.choices if other is not each
            ]
            own = [len(o.route.as_path or ()) for o in found if o.attachment.region == each.edge]
            assert len(first.route.as_path or ()) == min([*told, *own])
