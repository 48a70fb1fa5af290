"""Alerts: when they are raised, cleared and acknowledged."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import NotFound
from cloudwan_mcp.web.alert import Rule, default_rules
from cloudwan_mcp.web.alerts import KEPT
from cloudwan_mcp.web.metric import component_metric
from web.watched import Watched

WARNING, CRITICAL = default_rules(75, 85)


def test_what_stays_below_its_threshold_raises_nothing() -> None:
    watched = Watched(WARNING, CRITICAL)
    watched.set(74.9, seconds=60)
    assert watched.told == []


def test_an_alert_is_raised_once_when_the_threshold_was_reached_long_enough() -> None:
    watched = Watched(WARNING)
    watched.set(75, seconds=5)
    assert watched.standing == []
    watched.set(75, seconds=60)
    assert watched.standing == ["memory warning"]
    assert watched.changes == [("raised", "memory warning")]


def test_a_short_spike_raises_nothing_and_the_next_starts_from_zero() -> None:
    watched = Watched(WARNING)
    for _ in range(10):
        watched.set(99, seconds=5)
        watched.set(10)
    assert watched.told == []


def test_without_a_duration_it_is_raised_at_once() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    watched.set(50)
    assert watched.standing == ["memory_percent above 50"]


def test_an_alert_stands_until_the_value_is_below_the_hysteresis() -> None:
    watched = Watched(WARNING)
    watched.set(80, seconds=10)
    watched.set(72, seconds=30)
    assert watched.standing == ["memory warning"]
    watched.set(71)
    assert watched.standing == []
    assert watched.changes == [("raised", "memory warning"), ("cleared", "memory warning")]


def test_a_value_that_swings_about_the_threshold_makes_one_alert() -> None:
    watched = Watched(WARNING)
    watched.set(80, seconds=10)
    for _ in range(50):
        watched.set(74)
        watched.set(76)
    assert watched.changes == [("raised", "memory warning")]


def test_the_place_to_clear_can_be_chosen() -> None:
    watched = Watched(Rule("memory_percent", 80, clear=40, for_s=0))
    watched.set(80)
    watched.set(41)
    assert watched.standing
    watched.set(39)
    assert not watched.standing


def test_a_rule_may_watch_for_what_is_too_low() -> None:
    watched = Watched(Rule("success_rate", 0.9, "critical", below=True, for_s=0))
    watched.set(0.95, metric="success_rate")
    assert not watched.standing
    watched.set(0.8, metric="success_rate")
    watched.set(0.5, metric="success_rate")
    watched.set(0.93, metric="success_rate")
    (alert,) = watched.alerts.active()
    assert (alert["value"], alert["worst"]) == (0.93, 0.5)
    watched.set(0.96, metric="success_rate")
    assert not watched.standing


def test_critical_stands_before_warning_and_each_clears_for_itself() -> None:
    watched = Watched(WARNING, CRITICAL)
    watched.set(90, seconds=10)
    assert watched.standing == ["memory critical", "memory warning"]
    watched.set(78)
    assert watched.standing == ["memory warning"]


def test_a_component_has_thresholds_of_its_own() -> None:
    watched = Watched(Rule(component_metric("topology"), 1000, for_s=0))
    watched.set(999_999, metric=component_metric("cache"))
    assert not watched.standing
    watched.set(1000, metric=component_metric("topology"))
    assert watched.standing == ["component:topology above 1000"]


@pytest.mark.parametrize("value", [None, math.nan])
def test_what_is_no_longer_measured_is_over(value: float | None) -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=2))
    watched.set(60, seconds=4)
    assert watched.standing
    watched.set(value)
    assert not watched.standing
    watched.set(60)
    watched.set(value)
    watched.set(60, seconds=2)
    assert not watched.standing, "the time before the gap does not count"


def test_an_alert_tells_its_times_and_its_worst_value() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    for value in (60, 90, 70):
        watched.set(value)
    (alert,) = watched.alerts.active()
    assert alert == {
        "id": 1,
        "rule": "memory_percent above 50",
        "metric": "memory_percent",
        "severity": "warning",
        "threshold": 50,
        "raised_at": 1000.0,
        "value": 70,
        "worst": 90,
        "cleared_at": None,
        "acknowledged_at": None,
    }
    watched.set(0)
    (past,) = watched.alerts.past()
    assert past["cleared_at"] == 1003.0


def test_the_past_is_bounded_and_newest_first() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    for _ in range(KEPT + 10):
        watched.set(60)
        watched.set(0)
    past = watched.alerts.past()
    assert [alert["id"] for alert in past] == list(range(KEPT + 10, 10, -1))


def test_an_alert_is_acknowledged_once_and_still_stands() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    watched.set(60)
    first = watched.alerts.acknowledge(1)
    watched.set(60, seconds=5)
    assert watched.alerts.acknowledge(1) == first | {"value": 60}
    assert first["acknowledged_at"] == 1001.0
    assert watched.standing
    assert watched.changes[1:] == [("acknowledged", "memory_percent above 50")]
    watched.set(0)
    assert watched.alerts.past()[0]["acknowledged_at"] == 1001.0


def test_an_alert_that_comes_again_is_another_one() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    watched.set(60)
    watched.alerts.acknowledge(1)
    watched.set(0)
    watched.set(60)
    (alert,) = watched.alerts.active()
    assert (alert["id"], alert["acknowledged_at"]) == (2, None)


def test_an_alert_that_is_over_can_be_acknowledged_and_an_unknown_one_cannot() -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=0))
    watched.set(60)
    watched.set(0)
    assert watched.alerts.acknowledge(1)["acknowledged_at"]
    with pytest.raises(NotFound):
        watched.alerts.acknowledge(2)


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=200))
def test_raised_and_cleared_take_turns_whatever_the_values(values: list[float | None]) -> None:
    watched = Watched(Rule("memory_percent", 50, for_s=3))
    for value in values:
        watched.set(value)
        (*_, last) = [notice.change for notice in watched.told] or ["cleared"]
        assert (last == "raised") == bool(watched.standing)
        if value is not None and value < 47.5:
            assert not watched.standing
    changes = [notice.change for notice in watched.told]
    assert changes == ["raised", "cleared"] * (len(changes) // 2) + ["raised"] * (len(changes) % 2)
