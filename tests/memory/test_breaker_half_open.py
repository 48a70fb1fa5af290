"""A half-open breaker lets a few calls try, and goes by how they fare."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker
from fakes.breaker import HIGH, LOW, MIDDLE, Machine
from fakes.use import eager_switches


def test_half_open_it_closes_when_so_many_calls_have_succeeded() -> None:
    machine = Machine().half_open()
    machine.call()
    machine.call()
    assert machine.breaker.state == "half-open"
    machine.call()
    assert machine.breaker.state == "closed"


def test_a_call_that_leaves_too_much_in_use_for_recovery_does_not_count() -> None:
    machine = Machine(half_open_permits=1).half_open()
    for _ in range(5):
        machine.call(use=MIDDLE)
    assert machine.breaker.state == "half-open"
    machine.call(use=LOW)
    assert machine.breaker.state == "closed"


def test_half_open_one_call_that_runs_out_of_memory_opens_it_again() -> None:
    machine = Machine().half_open()
    with pytest.raises(MemoryError):
        machine.call(MemoryError())
    assert machine.breaker.state == "open"
    machine.clock.wait(29)
    assert machine.looks(LOW)


def test_half_open_one_call_that_finds_too_much_in_use_opens_it_again() -> None:
    machine = Machine().half_open()
    machine.call(use=HIGH)
    assert machine.breaker.state == "open"


def test_half_open_one_look_that_finds_too_much_in_use_opens_it_again() -> None:
    machine = Machine().half_open()
    assert machine.looks(HIGH)
    assert machine.breaker.state == "open"


def test_half_open_no_more_than_so_many_calls_may_try() -> None:
    machine = Machine(half_open_permits=2).half_open()
    with machine.breaker.permit():
        assert not machine.breaker.should_break()
        with machine.breaker.permit():
            assert machine.breaker.should_break()
            with pytest.raises(Exhausted):
                machine.call()
    assert machine.breaker.state == "closed"


def test_calls_that_succeeded_count_among_those_that_may_try() -> None:
    machine = Machine(half_open_permits=2).half_open()
    machine.call()
    with machine.breaker.permit(), pytest.raises(Exhausted):
        machine.call()


def test_calls_that_hang_do_not_keep_it_half_open_for_ever() -> None:
    machine = Machine(half_open_permits=1, permit_timeout_s=60).half_open()
    hanging = machine.breaker.permit()
    hanging.__enter__()
    machine.clock.wait(59)
    assert machine.breaker.should_break()
    machine.clock.wait(1)
    machine.call()
    assert machine.breaker.state == "closed"
    hanging.__exit__(None, None, None)
    assert machine.breaker.state == "closed"


def test_a_call_that_comes_back_too_late_does_not_count() -> None:
    machine = Machine(half_open_permits=1, permit_timeout_s=60).half_open()
    with machine.breaker.permit():
        machine.clock.wait(60)
    assert machine.breaker.state == "half-open"


def test_a_call_of_an_earlier_trial_does_not_count_in_a_later_one() -> None:
    machine = Machine(half_open_permits=1).half_open()
    early = machine.breaker.permit()
    early.__enter__()
    machine.looks(HIGH)
    machine.half_open()
    early.__exit__(None, None, None)
    assert machine.breaker.state == "half-open"


def test_who_only_asks_whether_to_break_is_not_kept_half_open_for_ever() -> None:
    machine = Machine().half_open()
    machine.clock.wait(59)
    assert not machine.looks(LOW)
    assert machine.breaker.state == "half-open"
    machine.clock.wait(1)
    assert not machine.looks(MIDDLE)
    assert machine.breaker.state == "half-open"
    machine.looks(LOW)
    assert machine.breaker.state == "closed"


def test_many_threads_get_no_more_permits_than_there_are() -> None:
    with eager_switches():
        for _ in range(30):
            machine = Machine(half_open_permits=3).half_open()
            assert sum(tried_at_once(machine.breaker, 8)) == 3
            assert machine.breaker.state == "closed"


def tried_at_once(breaker: MemoryCircuitBreaker, many: int) -> list[bool]:
    """Whether each of the threads got a permit, none of which comes back before all have tried."""
    ready, tried = threading.Barrier(many), threading.Barrier(many)

    def work() -> bool:
        ready.wait()
        try:
            with breaker.permit():
                tried.wait()
                return True
        except Exhausted:
            tried.wait()
            return False

    with ThreadPoolExecutor(many) as threads:
        runs = [threads.submit(work) for _ in range(many)]
        return [each.result() for each in runs]
