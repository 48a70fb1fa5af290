"""What makes growth a leak: each rule has a course that only it tells from one."""

from __future__ import annotations

import math
import random
from itertools import accumulate

import pytest

from cloudwan_mcp.memory.leaks.judge import growth, judge
from cloudwan_mcp.memory.leaks.trend import mann_kendall, theil_sen

XS = [100.0 * number for number in range(26)]
FLOOR = 0.02


def trend(ys: list[float], floor: float = FLOOR) -> str:
    return judge(XS[: len(ys)], ys, floor)[0]


def steps(every: int) -> list[float]:
    return [1000.0 * (number // every) for number in range(26)]


draw = random.Random(0)
NOISE = [draw.uniform(-500, 500) for _ in range(26)]


def test_a_straight_course_grows() -> None:
    assert trend([50 + 3 * x for x in XS]) == "growing"


def test_a_straight_course_with_some_noise_grows() -> None:
    assert trend([10 * x + noise / 2 for x, noise in zip(XS, NOISE, strict=True)]) == "growing"


def test_growth_below_the_floor_is_none() -> None:
    assert trend([0.01 * x for x in XS]) == "flat"
    assert trend([0.01 * x for x in XS], floor=0.001) == "growing"


def test_growth_that_only_lately_exceeds_the_floor_is_not_called_a_leak() -> None:
    assert trend([0.016 * x + max(0, x - 1300) * 0.005 for x in XS]) == "noise"


def test_what_shrinks_or_stays_is_flat() -> None:
    assert trend([-3 * x for x in XS]) == "flat"
    assert trend([7.0] * 26) == "flat"


def test_what_grows_ever_slower_fades() -> None:
    assert trend([1000 * (1 - math.exp(-x / 800)) for x in XS]) == "fading"


def test_what_grew_and_stopped_has_reached_a_plateau() -> None:
    assert trend([min(x, 900.0) for x in XS]) == "plateau"


def test_what_swings_without_direction_is_noise() -> None:
    swinging = [noise + 0.15 * x for x, noise in zip(XS, reversed(NOISE), strict=True)]
    assert min(theil_sen(XS, swinging).per_x, theil_sen(XS[13:], swinging[13:]).per_x) > FLOOR
    assert trend(swinging) == "noise"


@pytest.mark.parametrize("every", [2, 5])
def test_what_grows_in_steps_is_not_called_a_leak(every: int) -> None:
    assert trend(steps(every)) == "unsure"


def test_one_jump_among_even_growth_leaves_doubt() -> None:
    jump = [x + 5000 * (number > 12) for number, x in enumerate(XS)]
    assert trend(jump) == "unsure"


def test_five_rounds_are_too_few_for_certainty() -> None:
    assert trend([3 * x for x in XS[:6]]) == "unsure"
    assert trend([3 * x for x in XS[:9]]) == "growing"


def test_the_interval_holds_the_rate_in_95_of_100_cases() -> None:
    chance, held = random.Random(7), 0
    for _ in range(300):
        ys = [0.5 * x + chance.gauss(0, 60) for x in XS]
        found = growth("blocks", "blocks", XS, ys, FLOOR)
        held += found.low <= 0.5 <= found.high
    assert 275 <= held <= 296


def test_the_order_of_chance_is_seldom_called_a_trend() -> None:
    chance = random.Random(3)
    called = sum(mann_kendall([chance.random() for _ in range(25)]) < 0.05 for _ in range(500))
    assert 8 <= called <= 45


@pytest.mark.parametrize(
    ("ys", "p"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], 0.000_84),  # score 28, variance 65.33
        ([8, 7, 6, 5, 4, 3, 2, 1], 0.000_84),
        ([1, 1, 1, 1], 1.0),
        ([2, 1], 1.0),
        ([1, 1, 2, 2, 3, 3], 0.028_85),  # score 12, variance 28.33 less 3 for the ties
    ],
)
def test_the_p_of_mann_and_kendall_is_that_of_the_books(ys: list[float], p: float) -> None:
    assert mann_kendall(ys) == pytest.approx(p, rel=0.01)


def test_one_wild_reading_does_not_move_the_slope() -> None:
    ys = [2 * x for x in XS]
    ys[20] = 1e9
    assert theil_sen(XS, ys).per_x == pytest.approx(2)
    assert theil_sen([1.0], [1.0]).per_x == 0


def test_growth_reads_as_a_sentence() -> None:
    walk = list(accumulate([0.0] + [300.0] * 25))
    assert str(growth("blocks", "blocks", XS, walk, FLOOR)) == "+3 blocks (95 %: 3 to 3, p < 0.001)"
