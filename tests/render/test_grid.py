"""The grid counts what the store holds, in the order of the core network, folded where it is too much."""

from __future__ import annotations

import itertools
import json
from collections import Counter

import pytest

from cloudwan_mcp.model import Element
from cloudwan_mcp.render.deployed import policy_version
from cloudwan_mcp.render.grid import MOST_COLUMNS, MOST_LANES, REST, fold, grid_of
from cloudwan_mcp.render.layout import CELL_HEIGHT, CELL_WIDTH, hue, lay_out, tint, wrapped
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.filters import NONE
from render.networks import layout, regular, source
from tools.by_hand import attachment


def test_each_cell_counts_its_attachments_and_what_is_in_trouble() -> None:
    values = regular(200)
    attachments = [each for each in values if isinstance(each, Element) and each.type == "vpc-attachment"]
    expected = Counter((each.segment, each.edge) for each in attachments)
    failed = Counter((each.segment, each.edge) for each in attachments if each.state == "FAILED")
    with source(values) as made:
        grid = grid_of(made)
    for lane in grid.lanes:
        for column, cell in zip(grid.columns, lane.cells, strict=True):
            assert cell.count == expected[lane.name, column.name]
            assert cell.troubled.total() == failed[lane.name, column.name]
    assert (grid.whole.count, grid.whole.troubled) == (200, {"FAILED": 20})
    assert grid.largest == max(expected.values())


def test_lanes_come_as_listed_groups_below_and_strays_last() -> None:
    values = layout(["prod", "dev"], ["us-east-1", "eu-west-1"])
    values += [
        attachment(1, segment="nfg:inspect"),
        attachment(2, segment="", edge=""),
        attachment(3, segment="odd"),
    ]
    with source(values) as made:
        grid = grid_of(made)
    assert [lane.name for lane in grid.lanes] == ["prod", "dev", "odd", "nfg:inspect", NONE]
    assert [column.name for column in grid.columns] == ["eu-west-1", "us-east-1", NONE]
    assert [column.note for column in grid.columns] == ["AS 64513", "AS 64512", ""]
    assert [lane.note for lane in grid.lanes][:2] == ["", "shared with prod"]


def test_a_segment_has_its_colour_also_when_it_stands_alone() -> None:
    with source(regular(20)) as made:
        colours = {lane.name: hue(lane) for lane in grid_of(made).lanes}
    assert len({*colours.values()}) == 4
    with source(regular(20), Filters(segment="segment 2")) as made:
        (lane,) = grid_of(made).lanes
    assert (lane.name, hue(lane)) == ("segment 2", colours["segment 2"])


def test_filters_by_text_count_the_same_way() -> None:
    with source(regular(60), Filters(text="attachment-", state="FAILED")) as made:
        assert grid_of(made).whole.count == 6


def test_what_is_too_much_is_folded_and_counted() -> None:
    with source(regular(500, 90, 70)) as made:
        grid = grid_of(made)
    assert (len(grid.lanes), len(grid.columns)) == (MOST_LANES, MOST_COLUMNS)
    assert (grid.lanes[-1].name, grid.columns[-1].name) == (REST, REST)
    assert sum(lane.total for lane in grid.lanes) == grid.whole.count == 500
    assert sum(grid.total(at) for at in range(MOST_COLUMNS)) == 500


def test_folding_keeps_the_largest_in_their_order_and_every_count() -> None:
    with source(regular(500, 90, 70)) as made:
        grid = grid_of(made)
    assert grid.folded == (31, 23)
    for most in (70, 20, 3, 1):
        folded = fold(grid, most, most)
        assert len(folded.lanes) <= most
        assert len(folded.columns) <= most
        assert sum(lane.total for lane in folded.lanes) == folded.whole.count == 500
        troubled = sum(cell.troubled.total() for lane in folded.lanes for cell in lane.cells)
        assert troubled == grid.whole.troubled.total()
    assert fold(grid, 20, 20).folded == (90 - 19, 70 - 19)
    kept = [lane.name for lane in fold(grid, 20, 20).lanes[:-1]]
    assert kept == [lane.name for lane in grid.lanes if lane.name in kept]


def test_who_is_isolated_and_where_a_group_stands_is_known_of_the_policy_and_the_layout() -> None:
    policy = {
        "version": "2025.11",
        "core-network-configuration": {"asn-ranges": ["64512-64520"], "edge-locations": []},
        "segments": [{"name": "prod", "isolate-attachments": True}, {"name": "dev"}],
    }
    values = [
        *layout(["prod", "dev"], ["eu-west-1", "us-east-1"]),
        part("policy/LIVE", "core-network-policy", PolicyVersionId=7, PolicyDocument=json.dumps(policy)),
        part("group/x", "network-function-group", name="x", segment="nfg:x", EdgeLocations=["us-east-1"]),
    ]
    with source(values) as made:
        grid, version = grid_of(made), policy_version(made.reader, "")
    assert [(lane.name, lane.isolated) for lane in grid.lanes] == [
        ("prod", True), ("dev", False), ("nfg:x", False)
    ]  # fmt: skip
    assert [(column.name, column.inspected) for column in grid.columns] == [
        ("eu-west-1", False), ("us-east-1", True)
    ]  # fmt: skip
    assert version == 7


@pytest.mark.parametrize("document", ["{", "[]", "", None, 7, "\ud800"])
def test_a_policy_that_cannot_be_read_isolates_nobody(document: object) -> None:
    policy = part("policy/LIVE", "core-network-policy", PolicyDocument=document)
    with source([*layout(["prod"], ["eu-west-1"]), policy]) as made:
        assert not any(lane.isolated for lane in grid_of(made).lanes)


def part(identifier: str, kind: str, name: str = "", segment: str = "", **attributes: object) -> Element:
    core = "core-network-1"
    return Element(f"{core}/{identifier}", kind, name, "", core, segment, attributes=json.dumps(attributes))


def test_boxes_do_not_overlap_and_stand_in_the_picture() -> None:
    with source(regular(100)) as made:
        placed = lay_out(grid_of(made), 2, 2)
    boxes = [box for lane in range(len(placed.grid.lanes)) for box in placed.boxes(lane)]
    for one, other in itertools.combinations(boxes, 2):
        assert abs(one.x - other.x) >= CELL_WIDTH or abs(one.y - other.y) >= CELL_HEIGHT
    assert all(
        0 < box.x < placed.width - CELL_WIDTH and 0 < box.y < placed.height - CELL_HEIGHT for box in boxes
    )


def test_tints_grow_with_the_logarithm() -> None:
    assert (tint(0, 100), tint(100, 100)) == (0, 1)
    assert tint(1, 10_000) < tint(10, 10_000) < tint(100, 10_000)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("us-east-1", ["us-east-1"]),
        ("ap-southeast-2", ["ap-", "southeast-", "2"]),
        ("eu-central-1", ["eu-", "central-1"]),
        ("", [""]),
        ("語" * 9, ["語語語語…"]),
        ("x" * 40, ["xxxxxxxxx…"]),
        ("a-b-c-d-e-f-g-h-i-j-k-l-m-n-o", ["a-", "b-c-d-e-", "f-g-h-i-…"]),
    ],
)
def test_an_edges_name_is_wrapped(name: str, lines: list[str]) -> None:
    assert wrapped(name) == lines
