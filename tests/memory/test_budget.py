"""The budget admits what fits, lets the rest wait its turn, and refuses what can never fit."""

from __future__ import annotations

import json

import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted, TryAgain
from cloudwan_mcp.memory.desk import SETTLE_S
from cloudwan_mcp.memory.limit import MIB
from fakes.use import Bench


def test_what_fits_is_admitted_without_waiting_and_given_back() -> None:
    bench = Bench(used=100)
    with bench.budget.reserve(900) as held:
        assert (held.size, bench.budget.reserved, bench.budget.available) == (900, 900, 0)
    assert (bench.budget.reserved, bench.budget.available) == (0, 900)
    assert bench.clock.waits == []


def test_only_the_share_below_the_ceiling_may_be_taken() -> None:
    bench = Bench(ceiling=0.85)
    assert bench.budget.available == 850
    bench.take(850)
    with pytest.raises(Exhausted):
        bench.take(851)


def test_what_is_held_is_given_back_when_the_work_fails() -> None:
    bench = Bench()
    with pytest.raises(ValueError, match="bad page"), bench.budget.reserve(900):
        raise ValueError("bad page")
    assert (bench.budget.reserved, bench.budget.waiting) == (0, 0)
    bench.take(1000)


def test_what_does_not_fit_waits_until_others_free_memory_without_saying_so() -> None:
    bench = Bench(used=100)
    with bench.budget.reserve(300):
        bench.grow(600)
        bench.clock.after(2.0, lambda: bench.grow(-600))
        assert bench.waited(lambda: bench.take(500)) == pytest.approx(2.0, abs=0.02)


def test_what_a_reservation_turned_into_is_not_counted_twice() -> None:
    bench = Bench(used=100)
    with bench.budget.reserve(400):
        bench.grow(400)
        with bench.budget.reserve(500):
            assert bench.clock.waits == []


def test_what_a_reservation_has_yet_to_take_is_counted() -> None:
    bench = Bench(used=100, timeout_s=1.0)
    with bench.budget.reserve(400):
        bench.grow(10)
        assert bench.budget.available == 500
        with pytest.raises(TryAgain):
            bench.take(501)


def test_what_nobody_reserved_is_counted_as_far_as_it_can_be_told_apart() -> None:
    bench = Bench(used=100)
    with bench.budget.reserve(200):
        bench.grow(700)
        assert bench.budget.available == 200
        bench.grow(-300)  # 500 in use, of which 200 at most are the reservation's own
        assert bench.budget.available == 300
    assert bench.budget.available == 500


def test_results_that_stay_behind_do_not_hide_what_others_have_yet_to_take() -> None:
    bench = Bench(used=100)
    first, second = bench.budget.reserve(400), bench.budget.reserve(400)
    with second:
        with first:
            bench.grow(400)
        assert bench.budget.available == 100  # 500 stay in use, and the second has 400 to take
        bench.grow(-400)
        assert bench.budget.available == 500


def test_a_wait_too_long_ends_in_an_error_that_says_when_to_come_back() -> None:
    bench = Bench(timeout_s=10.0)
    with bench.budget.reserve(800):
        with pytest.raises(TryAgain, match=r"No 300 bytes .* 10 seconds: 800 of 1,000") as late:
            bench.take(300)
        assert bench.waited(lambda: bench.take(200)) == 0
    assert late.value.code == "MemoryBudget"
    assert late.value.retry_after == 10
    assert sum(bench.clock.waits) == pytest.approx(10.0, abs=0.02)
    assert (bench.budget.reserved, bench.budget.waiting) == (0, 0)


@pytest.mark.parametrize(("timeout_s", "retry_after"), [(0.0, 1.0), (0.5, 1.0), (120.0, 30.0)])
def test_to_come_back_makes_sense_soon_but_not_at_once(timeout_s: float, retry_after: float) -> None:
    bench = Bench(timeout_s=timeout_s)
    with bench.budget.reserve(800), pytest.raises(TryAgain) as late:
        bench.take(300)
    assert late.value.retry_after == retry_after


def test_what_is_larger_than_the_budget_is_refused_at_once_with_its_numbers() -> None:
    bench = Bench(limit_bytes=100 * MIB, ceiling=0.5)
    with bench.budget.reserve(40 * MIB), pytest.raises(Exhausted) as refused:
        bench.take(60 * MIB)
    assert bench.clock.waits == []
    assert f"{60 * MIB:,} bytes" in str(refused.value)
    assert f"{100 * MIB:,} bytes" in str(refused.value)
    assert "CLOUDWAN_MEMORY_THRESHOLD_MB" in refused.value.next_step
    assert "CLOUDWAN_PAGE_SIZE" in refused.value.next_step


def test_what_does_not_fit_though_nothing_is_held_is_refused_once_that_has_settled() -> None:
    bench = Bench(used=600)
    with pytest.raises(Exhausted, match=r"500 bytes .* 600 are"):
        bench.take(500)
    assert sum(bench.clock.waits) == pytest.approx(SETTLE_S, abs=0.05)
    bench.take(400)


def test_garbage_of_the_one_before_is_no_reason_to_refuse() -> None:
    bench = Bench(used=600)
    bench.clock.after(SETTLE_S / 2, lambda: bench.grow(-500))
    bench.take(500)


def test_before_it_is_refused_memory_is_asked_back_once() -> None:
    asked: list[float] = []
    bench = Bench(used=600, relieve=lambda: asked.append(bench.clock.now))
    with pytest.raises(Exhausted):
        bench.take(500)
    assert len(asked) == 1
    bench.budget.relieve = lambda: bench.grow(-600)
    bench.take(500)


def test_memory_is_not_asked_back_while_a_reservation_will_give_some() -> None:
    bench = Bench(timeout_s=1.0, relieve=lambda: pytest.fail("it would have been enough to wait"))
    with bench.budget.reserve(800), pytest.raises(TryAgain):
        bench.take(300)


def test_memory_is_asked_back_when_not_what_is_held_but_what_is_in_use_is_in_the_way() -> None:
    bench = Bench(used=600, timeout_s=1.0)
    bench.budget.relieve = lambda: bench.grow(-600)
    with bench.budget.reserve(100):
        bench.take(400)


def test_what_asks_memory_back_may_fail_without_leaving_anything_in_the_queue() -> None:
    bench = Bench(used=600, relieve=lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bench.take(500)
    assert (bench.budget.reserved, bench.budget.waiting) == (0, 0)


def test_with_no_time_to_wait_what_never_fits_is_still_told_from_what_does_not_fit_now() -> None:
    bench = Bench(used=600, timeout_s=0.0)
    with pytest.raises(Exhausted):
        bench.take(500)
    with bench.budget.reserve(200), pytest.raises(TryAgain):
        bench.take(300)


def test_nothing_is_always_to_be_had() -> None:
    bench = Bench(used=5000)
    bench.take(0)
    with bench.budget.parsing("page", 0):
        assert bench.budget.reserved == 0
    assert bench.clock.waits == []


def test_a_reservation_serves_one_block_at_a_time_any_number_of_times() -> None:
    bench = Bench()
    reservation = bench.budget.reserve(10)
    for _ in range(3):
        with reservation:
            assert bench.budget.reserved == 10
            with pytest.raises(BadRequest, match="in use already"), reservation:
                pass
            assert bench.budget.reserved == 10


def test_its_statistics_are_plain_json_and_count_what_happened() -> None:
    bench = Bench(used=100, timeout_s=1.0)
    with bench.budget.reserve(600), pytest.raises(TryAgain):
        bench.take(400)
    with pytest.raises(Exhausted):
        bench.take(2000)
    told = json.loads(json.dumps(bench.budget.statistics()))
    counts = {name: told[name] for name in ("admitted", "late", "refused", "most_reserved", "available")}
    assert counts == {"admitted": 1, "late": 1, "refused": 1, "most_reserved": 600, "available": 900}
