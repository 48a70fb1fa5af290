"""What several samples of a measure tell, and the verdicts on it."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from cloudwan_mcp.bench.suite.benchmark import Sample
from cloudwan_mcp.bench.suite.result import found
from cloudwan_mcp.bench.suite.summary import half_width, summarize
from cloudwan_mcp.performance.benchmarking_suite import (
    Rule,
)
from fakes.benchmarks import Pretend


def stats_of(*values: float) -> dict[str, float]:
    return summarize(values)


def verdict(rule: Rule, *values: float, busy: bool = False) -> str:
    benchmark = Pretend(rules=(rule,))
    samples: list[dict[str, Sample]] = [{"ours": {"value": each}, "baseline": {}} for each in values]
    return str(found(benchmark, samples, busy=busy).rules[0]["verdict"])


def test_the_interval_of_a_median_says_what_it_covers() -> None:
    three = stats_of(5.0, 1.0, 2.0)
    assert three["half_width"] == 1
    assert (three["median"], three["low"], three["high"], three["confidence"]) == (2, 1, 5, 0.75)
    ten = stats_of(*range(10, 0, -1))
    assert (ten["low"], ten["high"], ten["n"]) == (2, 9, 10)
    assert ten["confidence"] == 0.9785
    assert stats_of(7.0)["confidence"] == 0


def test_one_outlier_moves_neither_the_median_nor_its_spread() -> None:
    disturbed = stats_of(10, 11, 12, 13, 999)
    assert (disturbed["median"], disturbed["mad"], disturbed["max"]) == (12, 1, 999)


def test_the_bootstrap_interval_of_a_median_is_that_of_drawing_samples() -> None:
    chance = random.Random(1)
    for count in (5, 8, 21):
        values = [chance.gauss(100, 20) for _ in range(count)]
        drawn = sorted(statistics.median(chance.choices(values, k=count)) for _ in range(20_000))
        width = (drawn[19_500] - drawn[500]) / 2 / statistics.median(values)
        assert half_width(values) == pytest.approx(width, rel=0.15)


def test_equal_values_are_steady_and_those_around_nothing_are_not() -> None:
    assert half_width([3.0]) == half_width([0.0, 0.0]) == 0
    assert half_width([-1.0, 0.0, 1.0]) == math.inf


def test_memory_and_counts_are_judged_by_their_worst_sample() -> None:
    at_most, at_least = Rule("value", "<=", 10), Rule("value", ">=", 10)
    assert verdict(at_most, 8, 9, 10) == "kept"
    assert verdict(at_most, 8, 9, 10.5) == "broken"
    assert verdict(at_least, 12, 11, 9.5) == "broken"
    assert verdict(Rule("value", "==", 1), 1, 1, 0.999) == "broken"


def test_times_are_broken_only_when_all_of_their_interval_is_and_the_machine_is_quiet() -> None:
    rule = Rule("value", "<", 10, "s", timed=True)
    assert verdict(rule, 8, 9, 9) == "kept"
    assert verdict(rule, 8, 9, 12) == "noisy"
    assert verdict(rule, 11, 12, 13) == "broken"
    assert verdict(rule, 11, 12, 13, busy=True) == "noisy"
    assert verdict(Rule("value", "<", 10), 11, busy=True) == "broken"


def test_a_rule_about_what_was_not_measured_is_broken() -> None:
    assert verdict(Rule("other", ">=", 0), 1) == "broken"
