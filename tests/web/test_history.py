"""The past in bounded space."""

from __future__ import annotations

import sys

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.web.history import GRAINS, PEAKS, POINTS_MOST, RATES, Grain, History, Ring

NOTHING = (0.0, 0.0, 0.0)
REST = (0,) * (len(PEAKS) - 1)


def filled(history: History, seconds: int, *, start: int = 0) -> History:
    for at in range(start, start + seconds):
        history.add(at, 1.0, (at,) * len(PEAKS), (1.0, 1.0, 0.0))
    return history


def test_a_ring_keeps_the_newest_rows_in_order() -> None:
    ring = Ring(slots=3, width=1)
    for value in range(8):
        ring.append([value])
        assert [list(column) for column in ring.columns(2)] == [[float(v) for v in range(value + 1)][-2:]]
    assert [list(column) for column in ring.columns(99)] == [[5, 6, 7]]
    assert len(ring) == 3


def test_an_hour_a_day_and_a_week_are_kept_each_in_its_grain() -> None:
    assert [(grain.name, grain.period_s * grain.slots) for grain in GRAINS] == [
        ("1s", 3600),
        ("10s", 24 * 3600),
        ("60s", 7 * 24 * 3600),
    ]


def test_a_full_history_takes_less_than_two_mib() -> None:
    history = History([grain._replace(period_s=1) for grain in GRAINS])
    filled(history, max(grain.slots for grain in GRAINS) + 10)
    rings = [tier._ring for tier in history.tiers.values()]
    assert [len(ring) for ring in rings] == [grain.slots for grain in GRAINS]
    assert sum(sys.getsizeof(column) for ring in rings for column in ring._columns) < 2 * 1024 * 1024


def test_the_oldest_rows_make_room() -> None:
    history = filled(History([Grain("1s", 1, 5)]), 20)
    assert history.read("1s")["columns"]["at"] == [15, 16, 17, 18, 19]


def test_a_coarser_row_holds_the_highest_of_its_time_and_the_mean_rate() -> None:
    history = History([Grain("10s", 10, 6)])
    for at, used, elements in ((0, 5, 10), (3, 9, 0), (9, 2, 20), (10, 1, 0)):
        history.add(at, 3.0, (used, *REST), (elements, 0, 0))
    columns = history.read("10s")["columns"]
    assert columns["at"] == [0, 10]
    assert columns["used"] == [9, 1]
    assert columns["elements"] == [round(30 / 9, 3), 0.0]


def test_the_row_that_is_still_being_filled_is_shown() -> None:
    history = History([Grain("60s", 60, 6)])
    history.add(61, 1.0, (7, *REST), NOTHING)
    assert history.read("60s")["columns"]["used"] == [7]


def test_time_in_which_nothing_was_measured_leaves_a_gap() -> None:
    history = History([Grain("1s", 1, 60)])
    for at in (1, 2, 50):
        history.add(at, 1.0, (at, *REST), NOTHING)
    assert history.read("1s")["columns"]["at"] == [1, 2, 50]


def test_a_clock_that_is_set_back_starts_a_new_row() -> None:
    history = History([Grain("10s", 10, 6)])
    for at in (100, 40, 41):
        history.add(at, 1.0, (at, *REST), NOTHING)
    assert history.read("10s")["columns"]["at"] == [100, 40]


def test_joining_rows_for_fewer_points_keeps_the_peaks() -> None:
    history = filled(History([Grain("1s", 1, 100)]), 100)
    read = history.read("1s", 10)
    assert read["step_s"] == 10
    assert read["columns"]["at"] == list(range(0, 100, 10))
    assert read["columns"]["rss"] == list(range(9, 100, 10))
    assert read["columns"]["calls"] == [1.0] * 10


@pytest.mark.parametrize("points", [1, 7, 360, POINTS_MOST])
def test_no_more_points_come_than_were_asked_for(points: int) -> None:
    columns = filled(History(), 4000).read("1s", points)["columns"]
    assert {len(column) for column in columns.values()} == {len(columns["at"])}
    assert 0 < len(columns["at"]) <= points


def test_the_last_rows_are_to_be_had_alone() -> None:
    recent = filled(History(), 4000).recent(60)
    assert recent["at"] == list(range(3940, 4000))
    assert recent["rss"] == recent["at"]
    assert filled(History(), 2).recent(60)["at"] == [0, 1]
    assert History().recent(60) == {name: [] for name in ("at", *PEAKS, *RATES)}


@pytest.mark.parametrize(
    ("tier", "points", "field"), [("2s", 1, "tier"), ("1s", 0, "points"), ("1s", 2001, "points")]
)
def test_what_cannot_be_read_is_refused_by_name(tier: str, points: int, field: str) -> None:
    with pytest.raises(BadRequest) as error:
        History().read(tier, points)
    assert error.value.field == field


def test_rows_older_than_was_asked_for_or_than_the_tier_keeps_are_left_out() -> None:
    history = filled(History(), 100, start=1000)
    assert history.read("1s", last=10, now=1100)["columns"]["at"] == list(range(1091, 1100))
    assert history.read("1s", last=10_000, now=1100)["columns"]["at"] == list(range(1000, 1100))
    assert history.read("1s", now=1000 + 3600 + 50)["columns"]["at"] == list(range(1051, 1100))
    assert history.read("1s", now=1_000_000)["columns"]["at"] == []
    with pytest.raises(BadRequest) as error:
        history.read("1s", last=0, now=1100)
    assert error.value.field == "last"


def test_sizes_are_told_to_the_page() -> None:
    history = History([Grain("1s", 1, 5)])
    sizes = [(1 << 24) + 4096, 5 * 1024**3 + 4096, 64 * 1024**3 - 4096]
    for at, size in enumerate(sizes):
        history.add(at, 1.0, (size, *REST), NOTHING)
    assert history.read("1s")["columns"]["used"] == sizes
