"""Each pair of segments has a verdict, and the actions that made it."""

from __future__ import annotations

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.assumption import ASSUMPTIONS, explain
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.inspection import exits, inspection, inspections
from cloudwan_mcp.policy.matrix import Cell, matrix
from fakes.policies import PUBLISHED, isolated, policy, published, send_to, send_via, share, via

ABC = ["a", "b", "c"]
EDGES = ["us-east-1", "eu-west-1", "eu-west-2"]


def cell(document: Document, source: str, destination: str) -> Cell:
    return matrix(document).cells[source, destination]


def verdicts(document: Document) -> dict[str, str]:
    return {f"{a}{b}": each.verdict for (a, b), each in matrix(document).cells.items() if each.routed}


def test_segments_are_apart_and_open_within() -> None:
    assert verdicts(policy(segments=["a", isolated("b")])) == {"aa": "open"}


def test_an_isolated_segment_is_distinguished_from_a_missing_share() -> None:
    found = matrix(policy(segments=["a", isolated("b")])).cells
    assert (found["b", "b"].verdict, found["a", "b"].verdict) == ("isolated", "no-route")


def test_sharing_goes_both_ways_but_not_on_to_others() -> None:
    document = policy(segments=[isolated(each) for each in ABC], segment_actions=[share("a", ["b", "c"])])
    assert verdicts(document) == {"ab": "open", "ba": "open", "ac": "open", "ca": "open"}


def test_sharing_with_everything_leaves_the_excepted_out() -> None:
    document = policy(
        segments=[isolated(each) for each in ABC], segment_actions=[share("a", {"except": ["b"]})]
    )
    assert verdicts(document) == {"ac": "open", "ca": "open"}


@pytest.mark.parametrize("holder", ["a", "b"])
def test_a_deny_filter_of_either_segment_stops_a_share_and_is_an_assumption(holder: str) -> None:
    other = "b" if holder == "a" else "a"
    document = policy(
        segments=[isolated(holder, **{"deny-filter": [other]}), isolated(other)],
        segment_actions=[share("a", "*")],
    )
    found = cell(document, "a", "b")
    assert (found.verdict, found.assumptions) == ("no-route", ("deny-filter-direction",))
    assert found.because[-1] == f'the deny-filter of "{holder}" lists "{other}"'
    assert found.pointers == ("/segment-actions/0", "/segments/0")


def test_an_allow_filter_stops_all_it_does_not_list() -> None:
    document = policy(
        segments=[isolated("a", **{"allow-filter": ["b"]}), isolated("b"), isolated("c")],
        segment_actions=[share("a", "*")],
    )
    assert verdicts(document) == {"ab": "open", "ba": "open"}


def test_an_empty_allow_filter_stops_all() -> None:
    document = policy(
        segments=[isolated("a", **{"allow-filter": []}), "b"], segment_actions=[share("a", "*")]
    )
    assert verdicts(document) == {"bb": "open"}


def test_send_via_goes_both_ways_and_within_an_isolated_segment() -> None:
    document = policy(
        segments=[isolated("a"), "b"], groups=["fw"], segment_actions=[send_via("a", "*", "dual-hop")]
    )
    assert verdicts(document) == {"aa": "via", "ab": "via", "ba": "via", "bb": "open"}
    found = cell(document, "b", "a")
    assert (found.groups, found.mode, found.pointers) == (("fw",), "dual-hop", ("/segment-actions/0",))


def test_within_an_open_segment_the_direct_route_bypasses_the_group() -> None:
    found = cell(policy(segments=["a"], groups=["fw"], segment_actions=[send_via("a", ["a"])]), "a", "a")
    assert (found.verdict, found.bypass) == ("open", True)
    assert found.because[-1] == "the direct route bypasses it"


def test_a_pair_both_shared_and_inspected_has_its_own_verdict() -> None:
    document = policy(groups=["fw"], segment_actions=[share("a", ["b"]), send_via("a", ["b"])])
    found = cell(document, "b", "a")
    assert (found.verdict, found.bypass, found.assumptions) == (
        "shared-and-inspected",
        True,
        ("shared-and-inspected",),
    )


def test_filters_do_not_stop_send_via_and_that_is_an_assumption() -> None:
    document = policy(
        segments=[isolated("a", **{"deny-filter": ["b"]}), "b"],
        groups=["fw"],
        segment_actions=[share("a", ["b"]), send_via("a", ["b"])],
    )
    found = cell(document, "a", "b")
    assert found.verdict == "via"
    assert found.assumptions == ("deny-filter-direction", "filter-and-send-via")


def test_a_send_via_without_targets_covers_all_and_that_is_an_assumption() -> None:
    document = policy(segments=[isolated("a"), "b"], groups=["fw"], segment_actions=[send_via("a", None)])
    assert verdicts(document)["aa"] == verdicts(document)["ab"] == "via"
    assert matrix(document).assumptions == ("send-via-without-targets",)


def test_two_groups_on_a_pair_are_an_assumption() -> None:
    document = policy(
        groups=["fw", "ids"],
        segment_actions=[send_via("a", ["b"]), send_via("b", ["a"], "dual-hop", via=via("ids"))],
    )
    found = cell(document, "a", "b")
    assert (found.groups, found.mode, found.assumptions) == (
        ("fw", "ids"),
        "single-hop",
        ("several-send-via",),
    )


def test_segments_without_a_common_edge_are_an_assumption() -> None:
    document = policy(
        edges=EDGES,
        segments=[
            isolated("a", **{"edge-locations": EDGES[:1]}),
            isolated("b", **{"edge-locations": EDGES[1:]}),
        ],
        segment_actions=[share("a", ["b"])],
    )
    assert cell(document, "a", "b").assumptions == ("no-common-edge",)


def test_too_many_segments_are_refused() -> None:
    with pytest.raises(BadRequest, match="at most 200"):
        matrix(policy(segments=[f"s{index}" for index in range(201)]))


def test_every_assumption_is_named_once_and_can_be_explained() -> None:
    names = [each.name for each in ASSUMPTIONS]
    assert len(set(names)) == len(names)
    assert explain(reversed(names)) == ASSUMPTIONS


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name[:3])
def test_every_published_document_has_a_matrix_that_explains_itself(path: object) -> None:
    document = published(int(path.name[:3]))  # type: ignore[attr-defined]
    found = matrix(document)
    assert len(found.cells) == len(document.segments) ** 2
    for each in found.cells.values():
        assert each.because
        assert set(each.assumptions) <= {assumption.name for assumption in ASSUMPTIONS}
        for way in inspections(document, each):
            assert way.because
    for segment, actions in found.exits.items():
        assert all(exit_.region for exit_ in exits(document, segment, actions))


def inspected(document: Document, source: str, destination: str, **known: set[str]) -> tuple[object, ...]:
    found = inspection(cell(document, "a", "b"), source, destination, known or None)
    return found.regions, found.basis


def single(*overrides: object) -> Document:
    inserted = via("fw", overrides=list(overrides)) if overrides else via("fw")
    return policy(edges=EDGES, groups=["fw"], segment_actions=[send_via("a", ["b"], via=inserted)])


def test_dual_hop_inspects_at_both_edges_in_the_order_of_the_traffic() -> None:
    document = policy(edges=EDGES, groups=["fw"], segment_actions=[send_via("a", ["b"], "dual-hop")])
    assert inspected(document, "eu-west-1", "us-east-1") == (("eu-west-1", "us-east-1"), "both")
    assert inspected(document, "eu-west-1", "eu-west-1") == (("eu-west-1",), "local")


def test_dual_hop_without_an_attachment_of_the_group_drops_the_traffic() -> None:
    document = policy(edges=EDGES, groups=["fw"], segment_actions=[send_via("a", ["b"], "dual-hop")])
    assert inspected(document, "eu-west-1", "us-east-1", fw={"us-east-1"})[1] == "blackhole"


def test_an_override_holds_for_the_unordered_pair() -> None:
    document = single(([["us-east-1", "eu-west-1"]], "us-east-1"))
    assert inspected(document, "eu-west-1", "us-east-1") == (("us-east-1",), "override")
    assert inspected(document, "us-east-1", "eu-west-1") == (("us-east-1",), "override")


@pytest.mark.parametrize("own", [["eu-west-2"], ["eu-west-2", "eu-west-2"]])
def test_a_set_of_one_edge_is_for_traffic_within_it(own: list[str]) -> None:
    document = single(([own], "eu-west-1"))
    assert inspected(document, "eu-west-2", "eu-west-2") == (("eu-west-1",), "override")
    assert inspected(document, "eu-west-2", "us-east-1") == ((), "unspecified")
    assert inspected(document, "us-east-1", "us-east-1") == (("us-east-1",), "local")


def test_a_set_of_three_edges_is_each_pair_of_them_and_none_alone() -> None:
    document = single(([EDGES], "eu-west-2"))
    assert inspected(document, "eu-west-1", "us-east-1") == (("eu-west-2",), "override")
    assert inspected(document, "eu-west-1", "eu-west-1") == (("eu-west-1",), "local")


def test_without_an_override_the_region_is_not_guessed() -> None:
    found = inspection(cell(single(), "a", "b"), "us-east-1", "eu-west-1")
    assert (found.basis, found.assumptions) == ("unspecified", ("single-hop-default",))


def test_that_a_set_of_one_edge_is_not_for_all_its_traffic_is_an_assumption() -> None:
    document = single(([["eu-west-2"]], "eu-west-1"))
    found = inspection(cell(document, "a", "b"), "eu-west-2", "us-east-1")
    assert found.assumptions == ("single-edge-set", "single-hop-default")


def test_where_only_one_region_has_an_attachment_it_inspects() -> None:
    assert inspected(single(), "us-east-1", "eu-west-1", fw={"eu-west-2"}) == (("eu-west-2",), "only-one")
    assert inspected(single(), "us-east-1", "us-east-1", fw={"eu-west-2"}) == (("eu-west-2",), "only-one")


def test_overrides_that_disagree_are_an_assumption() -> None:
    document = single(
        ([["us-east-1", "eu-west-1"]], "us-east-1"), ([["eu-west-1", "us-east-1"]], "eu-west-1")
    )
    found = inspection(cell(document, "a", "b"), "us-east-1", "eu-west-1")
    assert (found.regions, found.assumptions) == (("us-east-1",), ("several-overrides",))


def test_traffic_leaves_by_the_override_or_at_its_own_edge() -> None:
    action = send_to("a", via=via("fw", overrides=[([["eu-west-2"]], "eu-west-1")]))
    document = policy(edges=EDGES, groups=["fw"], segment_actions=[action])
    found = matrix(document)
    assert {each.edge: each.region for each in exits(document, "a", found.exits["a"])} == {
        "us-east-1": "us-east-1",
        "eu-west-1": "eu-west-1",
        "eu-west-2": "eu-west-1",
    }
    assert [each.basis for each in exits(document, "a", found.exits["a"], {"fw": {"us-east-1", "x"}})] == [
        "local",
        "unspecified",
        "blackhole",
    ]
