"""A budget learns what a parser takes, and never so little that the next one is killed for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.memory.factors import FIRST, HIGHEST, LOWEST, PARSERS, WORTH_LEARNING, Factors
from cloudwan_mcp.memory.limit import MIB
from conversation import python
from fakes.use import Use

BODY = 10 * MIB


class Parses:
    """A budget without bounds, and parses of which is known what they took."""

    def __init__(self, **options: Any) -> None:
        self.use = Use(50 * MIB)
        options = {"used": self.use, "peak": self.use.peak, "enabled": True} | options
        self.budget = MemoryBudget(1 << 40, **options)

    def parse(self, took: float, *, body: int = BODY, keeps: float = 0.0, parser: str = "page") -> float:
        """One parse that takes `took` times its body at its peak; the factor that it leads to."""
        with self.budget.parsing(parser, body):
            before = self.use.now
            self.use.now += int(took * body)
            self.use.now = before + int(keeps * body)
        return self.budget.factor(parser)


def test_a_parser_begins_with_the_factor_that_was_measured_for_json() -> None:
    budget = Parses().budget
    assert budget.factor("page") == FIRST
    assert budget.parsing("page", 1000).size == 5500


def test_a_parser_that_took_more_has_a_higher_factor_at_once() -> None:
    assert Parses().parse(8.0) == pytest.approx(8.0)


def test_what_is_kept_is_not_what_was_taken_at_the_peak() -> None:
    assert Parses().parse(8.0, keeps=1.0) == pytest.approx(8.0)


def test_a_parser_that_takes_less_comes_down_slowly() -> None:
    parses = Parses()
    seen = [parses.parse(2.0) for _ in range(40)]
    assert FIRST > seen[0] > 5.0
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == pytest.approx(2.0, abs=0.1)


def test_room_left_in_the_heap_does_not_make_a_parser_look_modest() -> None:
    """The allocator keeps what one parse gave back, and the next ones grow into it unseen."""
    parses = Parses()
    parses.parse(6.0, keeps=6.0)
    for _ in range(50):
        with parses.budget.parsing("page", BODY):
            pass  # takes 6 times its body of the room that is left: the use does not change
    assert parses.budget.factor("page") == pytest.approx(6.0)


def test_a_peak_of_somebody_else_does_not_raise_a_factor() -> None:
    parses = Parses()
    parses.use.most = 500 * MIB
    assert parses.parse(3.0) == FIRST


def test_nothing_is_learnt_while_another_reservation_is_held() -> None:
    parses = Parses()
    with parses.budget.reserve(1):
        assert parses.parse(9.0) == FIRST
    with parses.budget.parsing("page", BODY), parses.budget.reserve(1):
        parses.use.now += 9 * BODY
    assert parses.budget.factor("page") == FIRST


def test_nothing_is_learnt_from_a_parse_that_failed() -> None:
    parses = Parses()
    with pytest.raises(ValueError, match="bad page"), parses.budget.parsing("page", BODY):
        raise ValueError("bad page")
    assert parses.budget.factor("page") == FIRST
    assert parses.budget.reserved == 0


def test_nothing_is_learnt_from_small_input() -> None:
    assert Parses().parse(50.0, body=WORTH_LEARNING - 1) == FIRST


def test_without_a_known_peak_a_factor_only_rises() -> None:
    parses = Parses(peak=None)
    assert parses.parse(2.0, keeps=2.0) == FIRST
    assert parses.parse(7.0, keeps=7.0) == pytest.approx(7.0)


def test_a_measurement_that_fails_gives_back_what_was_held() -> None:
    readings = iter([(1, 1)])
    parses = Parses(peak=lambda: next(readings))
    with pytest.raises(StopIteration), parses.budget.parsing("page", BODY):
        pass
    assert parses.budget.reserved == 0


def test_parsers_learn_apart_and_the_one_learnt_longest_ago_is_forgotten() -> None:
    parses = Parses()
    parses.parse(11.0, parser="first")
    parses.parse(12.0, parser="second")
    for number in range(PARSERS - 1):
        parses.parse(1.0, parser=f"parser-{number}")
    assert parses.budget.factor("first") == FIRST
    assert parses.budget.factor("second") == 12.0
    assert len(parses.budget.statistics()["factors"]) == PARSERS


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), max_size=30))
def test_a_factor_stays_in_its_bounds_and_at_what_was_certain(lessons: list[tuple[float, float]]) -> None:
    factors = Factors(Use().peak)
    for ends in lessons:
        least, most = sorted(ends)
        before = factors["page"]
        factors.learn("page", least, most)
        after = factors["page"]
        assert LOWEST <= after <= HIGHEST
        assert after >= min(least, HIGHEST)
        assert after <= max(before, least, LOWEST)


@pytest.mark.parametrize("load", ["json.loads(body)", "[len(line) for line in body.splitlines()]"])
def test_a_real_parser_is_learnt_within_what_it_really_takes(load: str) -> None:
    """In a process of its own, whose high-water mark nothing else has raised."""
    code = f"""
import json
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.memory.gauge import MemoryGauge
gauge = MemoryGauge()
row = json.dumps({{"id": "attachment-0123456789abcdef0", "tags": [{{"key": "environment"}}]}})
body = "[" + ",".join([row] * 60_000) + "]"
budget = MemoryBudget(1 << 40, used=gauge.rss, peak=gauge.peak, enabled=True)
before = gauge.rss()
with budget.parsing("page", len(body)):
    {load}
print(json.dumps([len(body), budget.factor("page"), (gauge.peak()[1] - before) / len(body)]))
"""
    done = python(code)
    assert done.returncode == 0, done.stderr
    size, learnt, took = json.loads(done.stdout)
    assert size >= WORTH_LEARNING
    if took > FIRST:
        assert learnt == pytest.approx(took, abs=0.5)
    else:
        assert took <= learnt <= FIRST
