"""What only a look at the whole network shows: overlaps, quotas, empty segments and groups."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.finding import Cell, Prefix
from cloudwan_mcp.model import Element
from findings.networks import element, prefix, surveyed

CORE = "core-network-1"


def cell(kind: str, count: int, segment: str = "", edge: str = "", state: str = "AVAILABLE") -> Cell:
    return Cell(kind, "global-network-1", CORE, segment, edge, state, count)


def segment(name: str, *shared: str) -> Element:
    return element("segment", {"Name": name, "SharedSegments": list(shared)}, segment=name, name=name)


def group(edges: list[str], *via: str) -> Element:
    members = {"Name": "inspect", "EdgeLocations": edges, "Segments": {"SendVia": list(via), "SendTo": []}}
    return element("network-function-group", members, segment="nfg:inspect", name="inspect")


def overlaps(*prefixes: Prefix, places: tuple[Element, ...] = ()) -> list[tuple[str, str, str | None]]:
    made = surveyed("overlapping_prefixes", prefixes=iter(sorted(prefixes)), places=places)
    return [(owner, str(evidence.facts["other"]), evidence.severity) for owner, evidence in made]


def test_the_same_prefix_from_two_vpcs_in_a_segment_is_grave_and_told_at_both() -> None:
    made = surveyed(
        "overlapping_prefixes", prefixes=iter([prefix("10.0.0.0/24", "a"), prefix("10.0.0.0/24", "b")])
    )
    assert [(owner, evidence.severity) for owner, evidence in made] == [("a", "high"), ("b", "high")]
    assert made[0][1].text == "10.0.0.0/24 is brought by b too. Both are in segment prod."


def test_a_route_in_many_tables_is_no_overlap_with_itself() -> None:
    assert overlaps(*[prefix("10.0.0.0/24", "a")] * 5) == []


def test_in_segments_that_share_no_routes_an_overlap_does_not_matter() -> None:
    apart = prefix("10.0.0.0/24", "a"), prefix("10.0.0.0/24", "b", "dev")
    assert {severity for _, _, severity in overlaps(*apart)} == {"low"}
    places = (segment("prod", "dev"), segment("dev", "prod"))
    assert {severity for _, _, severity in overlaps(*apart, places=places)} == {"high"}
    third = (segment("prod", "shared"), segment("dev", "shared"), segment("shared", "prod", "dev"))
    assert {severity for _, _, severity in overlaps(*apart, places=third)} == {"high"}


def test_a_prefix_within_another_is_told_at_the_inner_one() -> None:
    assert overlaps(prefix("10.0.0.0/16", "a"), prefix("10.0.7.0/24", "b")) == [("b", "a", "medium")]


def test_a_summary_elsewhere_and_default_routes_say_nothing() -> None:
    summary = prefix("10.0.0.0/8", "a", "dev", kind="site-to-site-vpn-attachment")
    default = prefix("0.0.0.0/0", "d"), prefix("0.0.0.0/0", "e"), prefix("::/0", "d")
    assert overlaps(summary, *default, prefix("10.0.7.0/24", "b"), prefix("2001:db8::/48", "b")) == []


def test_what_routers_announce_twice_may_be_meant_so() -> None:
    kind = "connect-attachment"
    twice = overlaps(prefix("10.0.0.0/24", "a", kind=kind), prefix("10.0.0.0/24", "b", kind=kind))
    assert {severity for _, _, severity in twice} == {"low"}


def test_other_core_networks_and_prefix_lists_do_not_overlap() -> None:
    assert overlaps(prefix("10.0.0.0/24", "a"), prefix("10.0.0.0/24", "b", core_network="core-2")) == []
    assert Prefix.of("pl-1", core_network=CORE, owner="a", segment="s", kind="k") is None


BLOCKS = st.lists(
    st.tuples(
        st.integers(0, 15), st.integers(1, 8), st.sampled_from("abcd"), st.sampled_from(["prod", "dev"])
    ),
    max_size=12,
)


@given(blocks=BLOCKS)
def test_every_overlap_within_a_segment_is_told_at_its_inner_prefix(
    blocks: list[tuple[int, int, str, str]],
) -> None:
    made = {
        prefix(str(ip_network((n << 28, length), strict=False)), f"{owner}-{lane}", lane)
        for n, length, owner, lane in blocks
    }
    expected = {
        (inner.owner, inner.cidr)
        for inner in made
        for outer in made
        if inner.owner != outer.owner
        and inner.segment == outer.segment
        and ip_network(inner.cidr).subnet_of(ip_network(outer.cidr))  # type: ignore[arg-type]
    }
    told = surveyed("overlapping_prefixes", prefixes=iter(sorted(made)))
    together = [
        (owner, str(e.facts["prefix"])) for owner, e in told if e.facts["segment"] == e.facts["other_segment"]
    ]
    assert sorted(together) == sorted(expected)


def test_memory_does_not_grow_with_prefixes() -> None:
    def many(count: int) -> Iterator[Prefix]:
        for n in range(count):
            yield Prefix(4, n << 8, 24, CORE, f"attachment-{n}", "prod", "vpc-attachment")

    def peak(count: int) -> int:
        tracemalloc.start()
        surveyed("overlapping_prefixes", prefixes=many(count))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    few = peak(100)
    assert peak(20_000) < few + 32 * 1024


@pytest.mark.parametrize(
    ("kind", "count", "severity"),
    [
        ("vpc-attachment", 4000, "medium"),
        ("vpc-attachment", 4800, "high"),
        ("vpc-attachment", 5001, "low"),
        ("segment", 40, "critical"),
        ("network-function-group", 33, "medium"),
        ("site", 195, "high"),
        ("policy-version", 9999, "high"),
        ("direct-connect-gateway-attachment", 39, "high"),
    ],
)
def test_use_of_a_quota_is_told_from_eighty_per_cent_on(kind: str, count: int, severity: str) -> None:
    ((owner, evidence),) = surveyed("quota_use", cells=[cell(kind, count - 1), cell(kind, 1, "x")])
    assert owner == ("global-network-1" if kind == "site" else CORE)
    assert evidence.severity == severity
    assert evidence.facts["used"] == count


def test_routes_are_counted_at_the_fullest_edge() -> None:
    cells = [cell("route", 4500, lane, edge) for lane in ("a", "b") for edge in ("e1", "e2")]
    ((_, evidence),) = surveyed("quota_use", cells=cells)
    assert evidence.facts["used"] == 9000
    assert surveyed("quota_use", cells=[cell("vpc-attachment", 3999), cell("segment", 31)]) == []


def test_a_connect_attachment_that_is_full_is_told() -> None:
    told = surveyed("quota_use", connect_peers=[("attachment-1", 4), ("attachment-2", 3)])
    assert [owner for owner, _ in told] == ["attachment-1"]


def test_a_segment_that_nothing_is_attached_to_is_found() -> None:
    cells = [cell("vpc-attachment", 1, "prod", "eu-west-1"), cell("route", 9, "dev", "eu-west-1")]
    ((_, evidence),) = surveyed("empty_segment", cells=cells, places=[segment("prod"), segment("dev")])
    assert evidence.facts["segment"] == "dev"


@pytest.mark.parametrize(
    ("cells", "via", "severity"),
    [
        ([], ["prod"], None),
        ([], [], "low"),
        ([cell("vpc-attachment", 1, "nfg:inspect", "e1")], ["prod"], "medium"),
        ([cell("vpc-attachment", 1, "nfg:inspect", "e1", "FAILED")], ["prod"], None),
    ],
)
def test_a_group_without_an_attachment_at_an_edge_is_found(
    cells: list[Cell], via: list[str], severity: str | None
) -> None:
    ((_, evidence),) = surveyed("empty_group", cells=cells, places=[group(["e1", "e2"], *via)])
    assert evidence.severity == severity
    assert ("e2" in evidence.text) == (severity == "medium")


def test_a_group_with_an_attachment_at_every_edge_is_well() -> None:
    cells = [cell("vpc-attachment", 1, "nfg:inspect", edge) for edge in ("e1", "e2")]
    assert surveyed("empty_group", cells=cells, places=[group(["e1", "e2"], "prod")]) == []
    broken = element("network-function-group", json.dumps({"Segments": 3, "EdgeLocations": "x"}), segment="")
    assert surveyed("empty_group", cells=cells, places=[broken])
