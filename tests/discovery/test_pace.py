"""Pace: how many calls may be in flight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.discovery.pace import CALLS_TO_RISE, Pace


@pytest.mark.parametrize(("most", "first"), [(1, 1), (2, 1), (4, 2), (16, 8)])
def test_a_walk_begins_with_half_of_what_is_allowed(most: int, first: int) -> None:
    assert Pace(most).allowed == first


def test_every_throttled_answer_halves_the_calls_in_flight_down_to_one() -> None:
    pace = Pace(16)
    seen = []
    for _ in range(5):
        pace.throttled()
        seen.append(pace.allowed)
    assert seen == [4, 2, 1, 1, 1]


def test_only_good_answers_in_a_row_raise_it_again_and_one_at_a_time() -> None:
    pace = Pace(8)
    pace.throttled()
    pace.throttled()
    for _ in range(CALLS_TO_RISE - 1):
        pace.succeeded()
    pace.throttled()
    for _ in range(CALLS_TO_RISE - 1):
        pace.succeeded()
    assert pace.allowed == 1
    pace.succeeded()
    assert pace.allowed == 2
    for _ in range(100 * CALLS_TO_RISE):
        pace.succeeded()
    assert pace.allowed == 8


@given(st.integers(1, 16), st.lists(st.booleans()))
def test_it_stays_between_one_and_the_setting(most: int, answers: list[bool]) -> None:
    pace = Pace(most)
    for good in answers:
        pace.succeeded() if good else pace.throttled()
        assert 1 <= pace.allowed <= most
