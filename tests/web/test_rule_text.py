"""Alert rules as a setting carries them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import load
from cloudwan_mcp.web.rule_text import EXAMPLE, MOST, parse_rules, rules_of


def test_a_rule_says_metric_side_threshold_duration_and_severity() -> None:
    cache, success = parse_rules(EXAMPLE)
    assert (cache.metric, cache.threshold, cache.for_s) == ("component:cache", 200 * 1024**2, 30)
    assert (cache.severity, cache.below) == ("warning", False)
    assert (success.metric, success.threshold, success.below) == ("success_rate", 0.9, True)
    assert (success.severity, success.for_s) == ("critical", 5)
    assert (cache.name, success.name) == ("component:cache > 200 MiB for 30 s", "success_rate < 0.9 critical")


@pytest.mark.parametrize("text", ["", " ", ";", " ; ; "])
def test_nothing_said_is_no_rule(text: str) -> None:
    assert parse_rules(text) == []


@pytest.mark.parametrize(
    ("text", "threshold"),
    [("memory_percent>60%", 60), ("rss > 1.5gib", 1.5 * 1024**3), ("heap > 10 KiB", 10240), ("used>5", 5)],
)
def test_units_are_understood(text: str, threshold: float) -> None:
    assert parse_rules(text)[0].threshold == threshold


@pytest.mark.parametrize(
    "text",
    [
        "rss",
        "rss > ",
        "rss > x",
        "rss >= 5",
        "rss > 5 fatal",
        "rss > 5 for ever",
        "rss > -5",
        "rss > 50 %",
        "success_rate < 1 MiB",
        "success_rate < 90",
        "memory_percent > 101",
        "nothing > 1",
        "component: > 1",
        "; ".join(f"rss > {number}" for number in range(MOST + 1)),
    ],
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(BadRequest) as error:
        parse_rules(text)
    assert error.value.field in ("alert_rules", "metric")


@given(st.text(max_size=60))
def test_any_text_is_rules_or_refused(text: str) -> None:
    with suppress(BadRequest):
        assert all(rule.name for rule in parse_rules(text))


def test_the_settings_make_the_default_rules_and_their_own() -> None:
    settings = load(environ={"CLOUDWAN_ALERT_RULES": "rss > 1 GiB", "CLOUDWAN_ALERT_THRESHOLD_PERCENT": "60"})
    assert [rule.name for rule in rules_of(settings)] == ["memory warning", "memory critical", "rss > 1 GiB"]
