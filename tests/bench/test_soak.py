"""The soak's slope: a leak of some bytes a round is one, a page that was taken once is none."""

from __future__ import annotations

import math

import pytest

from cloudwan_mcp.bench.cases.soak import growth

PAGE = 4096
ROUNDS = 1000


def resident(bytes_a_round: float) -> list[int]:
    """The memory after each round, which moves in pages."""
    return [(25_600 + int(number * bytes_a_round) // PAGE) * PAGE for number in range(ROUNDS + 1)]


@pytest.mark.parametrize("leaked", [30, 100, 10_000])
def test_what_grows_with_the_rounds_is_told_by_its_rate(leaked: float) -> None:
    slope, reach = growth(resident(leaked))
    assert slope - reach > 0
    assert slope - reach <= leaked <= slope + reach + PAGE / ROUNDS


@pytest.mark.parametrize("at", [1, 120, 500, 990])
def test_a_page_more_or_none_is_no_slope(at: int) -> None:
    flat = resident(0)
    assert growth(flat) == (0, 0)
    slope, reach = growth(flat[:at] + [size + PAGE for size in flat[at:]])
    assert slope - reach < 0 < slope


def test_a_single_reading_tells_nothing() -> None:
    assert growth([PAGE]) == (0, math.inf)
