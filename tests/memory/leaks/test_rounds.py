"""Rounds: warm-up, their size, when they stop, and what they are worth."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from cloudwan_mcp.memory.leaks.detect import conclude
from cloudwan_mcp.memory.leaks.rounds import MOST_ROUNDS, NULL_ROUNDS, Measured, Rounds
from memory.leaks.paper import Program

BUDGET_S = 10.0


def measured(program: Program, *, calls: int = 1000, room: float = 1e12) -> Measured:
    counter = program.counter(calls=calls, room=room)
    rounds = Rounds(program.repeat, [counter], BUDGET_S, settle=program.settle, clock=program.clock)
    return rounds.run()


def verdict(program: Program) -> str:
    return conclude(measured(program), (program.counter(),))


def test_what_stays_is_clean_after_ten_rounds() -> None:
    program = Program(lambda calls: 5000)
    found = measured(program)
    assert (found.rounds, found.growth[0].trend) == (10, "flat")
    assert found.seconds < 0.6 * BUDGET_S
    assert verdict(Program(lambda calls: 5000)) == "clean"


def test_what_grows_with_every_call_is_a_leak_after_twelve() -> None:
    program = Program(lambda calls: 2 * calls)
    found = measured(program)
    assert (found.rounds, found.growth[0].rate) == (12, pytest.approx(2))
    assert verdict(Program(lambda calls: 2 * calls)) == "leak"


def test_what_fills_during_the_warm_up_is_clean() -> None:
    assert verdict(Program(lambda calls: min(calls, 1000))) == "clean"


def test_what_fills_half_way_is_clean_in_the_end() -> None:
    program = Program(lambda calls: min(calls, 5000))
    found = measured(program)
    assert found.growth[0].trend == "plateau"
    assert found.seconds >= 0.85 * BUDGET_S
    assert verdict(Program(lambda calls: min(calls, 5000))) == "clean"


def test_what_still_fills_more_slowly_is_inconclusive() -> None:
    assert verdict(Program(lambda calls: 5000 * (1 - math.exp(-calls / 3000)))) == "inconclusive"


def test_a_batch_as_long_as_a_round_is_not_mistaken_for_a_leak() -> None:
    length = measured(Program(lambda calls: 0)).calls // 10
    for batch in range(length - 5, length + 6):
        assert verdict(Program(lambda calls, batch=batch: 5 * (calls % batch))) == "clean", batch


@pytest.mark.parametrize(("seconds_per_call", "expected"), [(0.009, "suspect"), (0.006, "leak")])
def test_a_leak_takes_a_thousand_calls(seconds_per_call: float, expected: str) -> None:
    program = Program(lambda calls: 2 * calls, seconds_per_call=seconds_per_call)
    found = measured(program)
    assert (found.calls >= 1000) is (expected == "leak")
    assert conclude(found, (program.counter(),)) == expected


def test_few_calls_say_nothing() -> None:
    program = Program(lambda calls: 5000, seconds_per_call=1.0)
    assert verdict(program) == "inconclusive"
    assert program.now <= 3 * BUDGET_S


def test_a_machine_that_slows_gets_twice_the_budget_for_enough_rounds() -> None:
    program = Program(lambda calls: calls)

    def slows(times: int) -> None:
        if program.now > 2:
            program.seconds_per_call = 0.0025
        program.repeat(times)

    rounds = Rounds(slows, [program.counter()], BUDGET_S, settle=program.settle, clock=program.clock)
    found = rounds.run()
    assert found.rounds == 12
    assert BUDGET_S < found.seconds < 2 * BUDGET_S


def test_rounds_end_in_any_case() -> None:
    assert measured(Program(lambda calls: calls % 997)).rounds <= MOST_ROUNDS


def test_the_growth_of_the_measurement_itself_is_none() -> None:
    """Every reading leaves three blocks, whatever is called between."""
    program = Program()
    program._holds = lambda calls: 3 * program.readings
    program.seconds_per_call = 0.01
    assert measured(program).growth[0].trend == "flat"
    assert program.readings > NULL_ROUNDS


def test_what_every_round_leaves_however_many_its_calls_is_none_either() -> None:
    program = Program()
    program._holds = lambda calls: 3 * len(program.rounds)
    program.seconds_per_call = 0.01
    assert measured(program).growth[0].trend == "flat"


def test_a_counter_that_nears_what_the_machine_can_bear_ends_the_rounds() -> None:
    program = Program(lambda calls: calls)
    found = measured(program, calls=100, room=240)
    assert program.calls <= 240
    assert found.calls >= 100
    assert found.growth[0].trend == "growing"
    program = Program(lambda calls: calls)
    assert measured(program, room=240).calls <= 250


def test_growth_that_comes_all_at_once_ends_them_too() -> None:
    late: Callable[[int], float] = lambda calls: 0 if calls < 2000 else 1000 * (calls - 2000)  # noqa: E731
    program = Program(late)
    found = measured(program, room=1e6)
    assert found.rounds < 10
    assert program.calls < 5000
    assert conclude(found, (program.counter(),)) in {"suspect", "inconclusive"}


def test_garbage_is_settled_before_every_reading() -> None:
    program = Program(lambda calls: 5000)
    found = measured(program)
    warm_up = len([times for times in program.rounds if times]) - found.rounds + 1
    assert program.readings == warm_up + (NULL_ROUNDS + 1) + (found.rounds + 1)
