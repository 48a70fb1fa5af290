"""The grid for a page: every count is in it, in the bytes that a grid of its shape may take."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from cloudwan_mcp.render.brief import brief
from cloudwan_mcp.render.compact import compact, kind_of, label, worth
from cloudwan_mcp.render.grid import Cell, Column, Grid, Lane
from cloudwan_mcp.row import encode, size
from render.networks import HOSTILE

TYPES = ["vpc", "site-to-site-vpn", "connect", "transit-gateway-route-table", "direct-connect-gateway"]
STATES = ["AVAILABLE"] * 16 + [
    "FAILED",
    "REJECTED",
    "PENDING_ATTACHMENT_ACCEPTANCE",
    "PENDING_TAG_ACCEPTANCE",
]
KIB = 1024


def dense(lanes: int, columns: int, count: int, names: list[str] | None = None) -> Grid:
    """A grid without an empty cell, whose names are as long as AWS lets them be."""
    draw = random.Random(0)
    named = names or [f"segment-{at:02d}-" + "x" * 53 for at in range(lanes)]
    grid = Grid(
        [Column(f"ap-southeast-{at}", f"AS {4_200_000_000 + at}", True) for at in range(columns)],
        [Lane(named[at % len(named)], "shared with 12 segments", False, at, True) for at in range(lanes)],
        Cell(),
    )
    for lane in grid.lanes:
        lane.cells = [Cell() for _ in range(columns)]
    for at in range(count):
        cell = grid.lanes[at % lanes].cells[at // lanes % columns]
        for each in (cell, grid.whole):
            each.add(f"{TYPES[min(int(draw.expovariate(1.8)), 4)]}-attachment", draw.choice(STATES), 1)
    return grid


@pytest.mark.parametrize(("lanes", "columns", "most"), [(10, 12, 8 * KIB), (40, 34, 48 * KIB)])
@pytest.mark.parametrize("count", [1_500, 30_000, 120_000])
def test_a_grid_is_as_small_as_its_shape_allows_and_counts_all(
    lanes: int, columns: int, most: int, count: int
) -> None:
    grid = dense(lanes, columns, count)
    told = compact(grid, worth(grid))
    assert size(told) <= worth(grid) <= most - KIB
    assert "folded" not in told
    assert counts(told) == {
        (row, at): cell.count
        for row, lane in enumerate(grid.lanes)
        for at, cell in enumerate(lane.cells)
        if cell.count
    }
    for row, at, count, kinds, *troubled in told["cells"]:
        assert sum(kinds) == (count if told["types"] else 0)
        expected = grid.lanes[row].cells[at].troubled.total()
        assert sum(n for _, n in (troubled[0] if troubled else [])) == expected


def test_where_all_has_room_types_and_states_are_told_apart() -> None:
    grid = dense(3, 4, 500)
    told = compact(grid, worth(grid))
    assert {kind_of(each) for each in told["types"]} == {f"{each}-attachment" for each in TYPES}
    for row, at, _, kinds, *rest in told["cells"]:
        cell = grid.lanes[row].cells[at]
        assert Counter(dict(zip(map(kind_of, told["types"]), kinds, strict=False))) == cell.types
        states = {told["states"][which]: count for which, count in (rest[0] if rest else [])}
        assert states == cell.troubled


@pytest.mark.parametrize("room", [700, 2_000, 5_000, 20_000])
def test_what_has_no_room_is_folded_and_still_counted(room: int) -> None:
    grid = dense(60, 48, 10_000, HOSTILE)
    told = compact(grid, room)
    assert size(told) <= room
    encode(told).encode()
    assert sum(counts(told).values()) == 10_000
    assert told["folded"]["lanes"] + len(told["lanes"]) - 1 == 60
    assert told["folded"]["edges"] + len(told["edges"]) - 1 == 48


@pytest.mark.parametrize(
    ("kind", "said"),
    [("vpc-attachment", "VPC"), ("site-to-site-vpn-attachment", "SITE_TO_SITE_VPN"), ("site", "site")],
)
def test_types_are_spelt_as_aws_does(kind: str, said: str) -> None:
    assert label(kind) == said
    assert kind == "site" or kind_of(said) == kind_of(kind) == kind


@pytest.mark.parametrize(("lanes", "columns"), [(4, 3), (20, 14), (40, 34), (60, 48)])
def test_a_table_has_room_in_a_terminal_and_its_sum_is_the_network(lanes: int, columns: int) -> None:
    for names in (None, HOSTILE):
        text = brief(dense(lanes, columns, 5_000, names), 5_000)
        assert len(text.encode()) <= 5_000
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert rows[-1].rstrip("| ").endswith("5,000")
        assert len({line.replace("\\|", "").count("|") for line in rows}) == 1
        assert ("Folded into (others): " in text) is (len(rows) < lanes + 3)
    assert "(isolated)" in text


def counts(told: dict[str, Any]) -> dict[tuple[int, int], int]:
    return {(row, at): count for row, at, count, *_ in told["cells"]}
