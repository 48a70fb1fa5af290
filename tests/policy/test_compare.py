"""One policy in place of another: what is mapped, joined, inspected and left otherwise than before."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.change import Transition, Way
from cloudwan_mcp.policy.compare import Changes, compare
from cloudwan_mcp.policy.matrix import matrix
from fakes.policies import (
    PUBLISHED,
    isolated,
    policy,
    published,
    rule,
    send_to,
    send_via,
    share,
    tagged,
    via,
)

TWO = ["us-east-1", "eu-west-1"]


def vpc(number: int = 0, **tags: str) -> Attachment:
    return Attachment(f"attachment-{number:017}", "VPC", tags, region="us-east-1", state="AVAILABLE")


def told(found: Changes) -> list[tuple[str, str, str]]:
    return [(each.type, each.action, each.identifier) for each in found.changes]


@pytest.mark.parametrize("path", PUBLISHED[::6], ids=lambda path: path.name[:3])
def test_a_document_in_its_own_place_changes_nothing(path: Path) -> None:
    document = published(int(path.name[:3]))
    found = compare(document, document, [vpc(), vpc(1, domain="production")])
    assert (found.changes, found.cells, found.inspections, found.exits, found.moves) == ((), (), (), (), ())
    assert found.attachments == 2


def test_an_attachment_that_gets_another_segment_is_a_mapping_with_both_rules() -> None:
    before = policy(attachment_policies=[rule(5, tagged("env", "x"), segment="a")])
    after = policy(attachment_policies=[rule(7, tagged("env"), segment="b"), rule(9, segment="a")])
    found = compare(before, after, [vpc(0, env="x"), vpc(1), vpc(2)])
    assert [(each.before, each.after, each.before_rule, each.after_rule) for each in found.moves] == [
        ("a", "b", 5, 7),
        ("", "a", 0, 9),
        ("", "a", 0, 9),
    ]
    assert found.moved == 3
    assert ("ATTACHMENT_POLICIES_CONFIGURATION", "MODIFY", "attachment-policies") in told(found)


def test_a_segment_that_leaves_an_edge_moves_its_attachments_to_another_status() -> None:
    def at(*edges: str) -> Any:
        segment = isolated("a", **{"edge-locations": list(edges)})
        return policy(edges=TWO, segments=[segment], attachment_policies=[rule(1, segment="a")])

    found = compare(at(*TWO), at(TWO[1]), [vpc()])
    assert [(each.before, each.after, each.after_status) for each in found.moves] == [
        ("a", "a", "not-at-edge")
    ]
    assert found.transitions == (Transition("a", "a", 1, after_status="not-at-edge"),)


def test_transitions_say_which_segments_are_gained_and_lost() -> None:
    before = policy(
        segments=["a", "b", "c"],
        segment_actions=[share("a", ["c"])],
        attachment_policies=[rule(1, tagged("x"), segment="a"), rule(2, segment="b")],
    )
    after = policy(
        segments=["a", "b", "c"],
        segment_actions=[share("a", ["c"])],
        attachment_policies=[rule(2, segment="b")],
    )
    found = compare(before, after, [vpc(0, x=""), vpc(1, x=""), vpc(2)])
    assert found.transitions == (Transition("a", "b", 2, gained=("b",), lost=("a", "c")),)


def test_cells_that_change_say_what_it_means_for_how_many() -> None:
    before = policy(
        segments=["a", "b", isolated("c")],
        groups=["fw"],
        segment_actions=[share("a", ["b"])],
        attachment_policies=[rule(1, segment="a")],
    )
    after = policy(
        segments=["a", "b", isolated("c")],
        groups=["fw"],
        segment_actions=[share("a", ["c"]), send_via("c", ["c"])],
        attachment_policies=[rule(1, segment="a")],
    )
    found = compare(before, after, [vpc(), vpc(1)])
    assert {(each.source, each.destination): each.effect for each in found.cells} == {
        ("a", "b"): "lost",
        ("b", "a"): "lost",
        ("a", "c"): "gained",
        ("c", "a"): "gained",
        ("c", "c"): "gained",
    }
    assert found.cells[0].attachments == (2, 0)


def test_inspection_that_comes_or_goes_is_distinguished() -> None:
    shared, inserted = (
        policy(segment_actions=[share("a", ["b"])]),
        policy(segment_actions=[send_via("a", ["b"])]),
    )
    assert {each.effect for each in compare(shared, inserted).cells} == {"now inspected"}
    assert {each.effect for each in compare(inserted, shared).cells} == {"no longer inspected"}


def test_segments_that_come_and_go_have_cells_on_one_side_only() -> None:
    found = compare(policy(segments=["a"]), policy(segments=["b"]))
    assert {(each.source, each.before, each.after) for each in found.cells} == {
        ("a", "open", None),
        ("b", None, "open"),
    }
    assert told(found)[:2] == [("CORE_NETWORK_SEGMENT", "REMOVE", "a"), ("CORE_NETWORK_SEGMENT", "ADD", "b")]


def single(region: str) -> Any:
    overridden = via("fw", overrides=[([TWO], region)])
    return policy(
        edges=TWO,
        groups=["fw"],
        segment_actions=[send_via("a", ["b"], via=overridden), send_to("a")],
        attachment_policies=[rule(1, tagged("fw"), group="fw")],
    )


def test_an_override_that_changes_is_said_for_all_pairs_at_once() -> None:
    found = compare(single(TWO[0]), single(TWO[1]))
    assert len(found.inspections) == 1
    assert found.inspections[0].pairs == (("a", "b"), ("b", "a"))
    assert found.inspections[0].ways == (
        Way("us-east-1", "eu-west-1", (TWO[0],), (TWO[1],), "override", "override"),
        Way("eu-west-1", "us-east-1", (TWO[0],), (TWO[1],), "override", "override"),
    )
    assert found.cells == ()


def test_a_region_that_loses_its_firewall_is_seen_from_the_attachments() -> None:
    after = policy(
        edges=TWO,
        groups=["fw"],
        segment_actions=[send_via("a", ["b"], via=via("fw", overrides=[([TWO], TWO[0])])), send_to("a")],
        attachment_policies=[rule(1, tagged("fw", "new"), group="fw")],
    )
    found = compare(single(TWO[0]), after, [vpc(0, fw="old")])
    assert {way.after_basis for each in found.inspections for way in each.ways} == {
        "blackhole",
        "unspecified",
    }
    assert [(each.edge, each.before, each.after) for each in found.exits] == [
        ("us-east-1", "fw@us-east-1", "fw@unspecified"),
        ("eu-west-1", "fw@us-east-1", "fw@unspecified"),
    ]


def test_exits_that_change_are_said_by_edge() -> None:
    before = policy(edges=TWO, groups=["fw"], segment_actions=[send_to("a")])
    after = policy(
        edges=TWO,
        groups=["fw"],
        segment_actions=[send_to("a", via=via("fw", overrides=[([[TWO[1]]], TWO[0])]))],
    )
    assert [(each.segment, each.edge, each.before, each.after) for each in compare(before, after).exits] == [
        ("a", "eu-west-1", "fw@eu-west-1", "fw@us-east-1")
    ]


def test_published_patterns_differ_by_what_their_matrices_differ() -> None:
    before, after = published(13), published(14)
    old, new = matrix(before).cells, matrix(after).cells
    assert {(each.source, each.destination) for each in compare(before, after).cells} == {
        pair for pair in old if old[pair].verdict != new[pair].verdict
    }


def many(count: int) -> Iterator[Attachment]:
    for index in range(count):
        yield vpc(index, env="x")


def test_lists_are_bounded_counts_are_whole_and_memory_is_flat() -> None:
    before = policy(attachment_policies=[rule(1, segment="a")])
    after = policy(attachment_policies=[rule(1, segment="b")])
    peaks = []
    for count in (200, 4000):
        tracemalloc.start()
        found = compare(before, after, many(count), most=10)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (found.moved, found.attachments, len(found.moves)) == (count, count, 10)
        assert found.transitions[0].count == count
    assert peaks[1] < peaks[0] + 20_000
