"""Calls by name, their latencies and their success."""

from __future__ import annotations

import math
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.web.calls import BUCKETS_S, LATENCIES, NAME_LENGTH, NAMES, OTHER, Calls, percentile
from cloudwan_mcp.web.counts import WINDOW_S, Counts, Window


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_is_a_value_that_occurred_with_its_part_at_or_below(
    values: list[float], part: float
) -> None:
    ordered = sorted(values)
    found = percentile(ordered, part)
    assert found in ordered
    assert sum(value <= found for value in ordered) >= part * len(ordered)


def test_percentiles_agree_with_those_of_the_standard_library() -> None:
    calls = Calls()
    milliseconds = list(range(1, 101))
    for each in milliseconds:
        calls.record("read", each / 1000, ok=True)
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    found = calls.summary()["read"]
    for part in (50, 95, 99):
        assert found[f"p{part}_ms"] == pytest.approx(cuts[part - 1], abs=1)
    assert (found["p50_ms"], found["p95_ms"], found["p99_ms"], found["max_ms"]) == (50, 95, 99, 100)


def test_latencies_are_those_of_the_last_calls_while_the_counts_are_of_all() -> None:
    calls = Calls()
    for _ in range(LATENCIES):
        calls.record("read", 9.0, ok=False)
    for _ in range(LATENCIES):
        calls.record("read", 0.001, ok=True)
    found = calls.summary()["read"]
    assert (found["calls"], found["failed"], found["success_rate"]) == (2 * LATENCIES, LATENCIES, 0.5)
    assert found["max_ms"] == 1.0
    assert len(calls._timings["read"]._latencies) == LATENCIES


def test_a_summary_is_made_anew_after_a_call_and_only_then() -> None:
    calls = Calls()
    calls.record("read", 0.001, ok=True)
    timings = calls._timings["read"]
    assert timings.summary() is timings.summary()
    calls.record("read", 0.003, ok=True)
    assert calls.summary()["read"]["max_ms"] == 3.0


def test_names_beyond_the_bound_are_counted_together() -> None:
    calls = Calls()
    for number in range(10 * NAMES):
        calls.record(f"name {number}", 0.001, ok=True)
    found = calls.summary()
    assert len(found) == NAMES
    assert found[OTHER]["calls"] == 10 * NAMES - (NAMES - 1)
    assert sum(each["calls"] for each in found.values()) == calls.calls == 10 * NAMES


def test_a_name_as_long_as_a_book_is_cut() -> None:
    calls = Calls()
    calls.record("x" * 1_000_000, 0.001, ok=True)
    assert list(calls.summary()) == ["x" * NAME_LENGTH]


@pytest.mark.parametrize("seconds", [-1.0, math.nan, math.inf])
def test_a_duration_that_is_none_counts_as_zero(seconds: float) -> None:
    calls = Calls()
    calls.record("read", seconds, ok=True)
    assert calls.summary()["read"]["max_ms"] == 0


def test_before_the_first_call_there_is_no_success_rate() -> None:
    assert Calls().success_rate is None
    assert Counts(1.0).success_rate is None


def test_the_rate_is_that_of_the_last_minute() -> None:
    window = Window(Counts(0.0))
    for second in range(1, 600):
        elements = 100 * min(second, 300)
        recent = window.note(Counts(float(second), elements))
        if second in (60, 300):
            assert recent.elements_per_s == 100
    assert recent.at == WINDOW_S
    assert recent.elements_per_s == 0
    assert len(window._noted) <= WINDOW_S + 1


def test_after_a_long_silence_the_rate_is_that_of_the_silence() -> None:
    window = Window(Counts(0.0))
    assert window.note(Counts(1000.0, 500)) == Counts(1000.0, 500)
    assert window.note(Counts(1000.5, 600)).elements_per_s == 200


def test_looking_often_does_not_shorten_the_window() -> None:
    window = Window(Counts(0.0))
    for tenth in range(1, 1000):
        recent = window.note(Counts(tenth / 10, tenth))
    assert recent.at == pytest.approx(WINDOW_S, abs=1)
    assert recent.elements_per_s == pytest.approx(10)


def test_durations_are_counted_by_bucket_and_outcome_since_the_start() -> None:
    calls = Calls()
    for seconds, ok in ((0.01, True), (0.011, True), (400, True), (0.5, False)):
        calls.record("read", seconds, ok)
    for _ in range(1000):
        calls.record("other tool", 0.0, ok=True)
    durations = {(name, ok): (counts, total) for name, ok, counts, total in calls.durations()}
    counts, total = durations["read", True]
    assert (counts[0], counts[1], counts[-2], counts[-1]) == (1, 2, 2, 3)
    assert total == pytest.approx(400.021)
    assert durations["read", False][0][-1] == 1
    assert durations["other tool", True] == ([1000] * (len(BUCKETS_S) + 1), 0.0)
    assert ("other tool", False) not in durations


def test_a_call_is_counted_under_the_name_that_it_is_told_back() -> None:
    calls = Calls(names=2)
    assert calls.record("first", math.nan, ok=True) == ("first", 0.0)
    assert calls.record("second", 2.0, ok=True) == ("other", 2.0)
