"""The breaker keeps work from starting while memory is short, and lets it begin again with care."""

from __future__ import annotations

import json
import logging

import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted
from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker
from cloudwan_mcp.memory.circuit import Transition
from cloudwan_mcp.memory.limit import MIB, memory_limit
from fakes.breaker import HIGH, LOW, MIDDLE, Machine


def test_the_descriptions_own_example_works() -> None:
    circuit_breaker = MemoryCircuitBreaker(memory_threshold_mb=1000, failure_threshold=5)
    assert not circuit_breaker.should_break()


def test_it_breaks_as_long_as_too_much_is_in_use() -> None:
    machine = Machine()
    assert not machine.looks(100 * MIB)
    assert machine.looks(100 * MIB + 1)
    assert machine.breaker.state == "closed"
    assert not machine.looks(100 * MIB)


def test_so_many_looks_in_a_row_over_the_threshold_open_it() -> None:
    machine = Machine()
    machine.looks(HIGH, 4)
    machine.looks(LOW)
    machine.looks(HIGH, 4)
    assert machine.breaker.state == "closed"
    machine.looks(HIGH)
    assert machine.breaker.state == "open"
    assert machine.breaker.reason == "101.0 MiB are in use, over 100.0 MiB, for 5 looks in a row."


def test_calls_that_run_out_of_memory_open_it_although_the_use_is_low_when_they_are_over() -> None:
    machine = Machine(failure_threshold=2)
    for _ in range(2):
        with pytest.raises(MemoryError):
            machine.call(MemoryError())
        machine.clock.wait(1)
    assert machine.breaker.state == "open"
    assert machine.breaker.reason == "Guarded calls ran out of memory, 2 in a row."


def test_a_call_that_succeeds_forgives_those_that_ran_out_of_memory() -> None:
    machine = Machine(failure_threshold=2)
    for error in (MemoryError(), None, MemoryError()):
        with pytest.raises(MemoryError) if error else pytest.MonkeyPatch.context():
            machine.call(error)
    assert machine.breaker.state == "closed"


def test_running_out_of_memory_is_found_among_the_errors_of_several_tasks() -> None:
    machine = Machine(failure_threshold=1)
    with pytest.raises(BaseExceptionGroup):
        machine.call(BaseExceptionGroup("tasks", [ValueError(), ExceptionGroup("inner", [MemoryError()])]))
    assert machine.breaker.state == "open"


@pytest.mark.parametrize("error", [ValueError("bad page"), KeyboardInterrupt()])
def test_other_errors_pass_through_and_say_nothing_about_memory(error: BaseException) -> None:
    machine = Machine(failure_threshold=1)
    with pytest.raises(type(error)):
        machine.call(error)
    assert machine.breaker.state == "closed"
    machine.half_open()
    with pytest.raises(type(error)):
        machine.call(error)
    assert machine.breaker.state == "half-open"


@pytest.mark.parametrize(
    ("seconds", "use", "state"),
    [(29.9, LOW, "open"), (30, MIDDLE, "open"), (3000, 90 * MIB, "open"), (30, 90 * MIB - 1, "half-open")],
)
def test_it_stays_open_until_time_has_passed_and_the_use_has_fallen_well_below(
    seconds: float, use: int, state: str
) -> None:
    machine = Machine().open()
    machine.clock.wait(seconds)
    assert machine.looks(use) == (state == "open")
    assert machine.breaker.state == state


def test_an_open_breaker_refuses_calls_with_what_to_do() -> None:
    machine = Machine().open()
    machine.use.now = LOW
    with pytest.raises(Exhausted, match=f"breaks over {100 * MIB:,}") as refused:
        machine.call()
    assert f"less than {90 * MIB:,} bytes" in refused.value.next_step
    assert "CLOUDWAN_MEMORY_THRESHOLD_MB" in refused.value.next_step
    assert machine.breaker.statistics()["refused"] == 1


def test_a_closed_breaker_refuses_calls_too_while_too_much_is_in_use() -> None:
    machine = Machine()
    machine.use.now = HIGH
    with pytest.raises(Exhausted):
        machine.call()
    machine.use.now = LOW
    machine.call()


def test_forced_open_it_stays_until_it_is_reset() -> None:
    machine = Machine()
    machine.breaker.force_open("Maintenance until noon.")
    machine.clock.wait(10**6)
    assert machine.looks(LOW)
    assert machine.breaker.state == "forced-open"
    with pytest.raises(Exhausted, match="Maintenance until noon"):
        machine.call()
    machine.breaker.reset()
    assert not machine.looks(LOW)


def test_disabled_it_neither_breaks_nor_looks() -> None:
    machine = Machine(failure_threshold=1)
    machine.breaker.disable()
    machine.use.now = HIGH
    read = machine.use.readings
    assert not machine.breaker.should_break()
    with pytest.raises(MemoryError):
        machine.call(MemoryError(), use=HIGH)
    assert machine.use.readings == read
    assert machine.breaker.state == "disabled"


def test_reset_forgets_what_was_held_against_it() -> None:
    machine = Machine()
    machine.looks(HIGH, 4)
    machine.breaker.reset()
    machine.looks(HIGH, 4)
    assert machine.breaker.state == "closed"
    assert machine.changes == []


def test_each_change_is_told_once_with_its_reason() -> None:
    machine = Machine(half_open_permits=1).half_open()
    machine.call()
    assert [(each.before, each.after) for each in machine.changes] == [
        ("closed", "open"),
        ("open", "half-open"),
        ("half-open", "closed"),
    ]
    assert [each.used for each in machine.changes] == [HIGH, LOW, LOW]
    assert [each.at for each in machine.changes] == [1000, 1030, 1030]
    assert all(each.reason.endswith(".") and "MiB" in each.reason for each in machine.changes)


def test_a_callback_that_raises_is_logged_and_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    later: list[Transition] = []
    machine.breaker.add_callback(lambda _: 1 / 0)
    machine.breaker.add_callback(later.append)
    with caplog.at_level(logging.ERROR):
        machine.open()
    assert "ZeroDivisionError" in caplog.text
    assert len(later) == 1


def test_a_callback_may_use_the_breaker_itself() -> None:
    machine = Machine()
    machine.breaker.add_callback(
        lambda change: change.after == "open" and machine.breaker.force_open("By hand.")
    )
    machine.looks(HIGH, 5)
    assert machine.breaker.state == "forced-open"
    assert [each.after for each in machine.changes] == ["open", "forced-open"]


def test_its_statistics_are_plain_json() -> None:
    machine = Machine().open()
    machine.clock.wait(7)
    told = json.loads(json.dumps(machine.breaker.statistics()))
    assert (told["state"], told["state_s"], told["opened"]) == ("open", 7, 1)
    assert (told["threshold_bytes"], told["recovery_bytes"]) == (100 * MIB, 90 * MIB)
    assert told["used_bytes"] == HIGH


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memory_threshold_mb", 0),
        ("memory_threshold_mb", -1),
        ("memory_threshold_mb", float("nan")),
        ("failure_threshold", 0),
        ("half_open_permits", 0),
        ("recovery_timeout_s", -1),
        ("recovery_timeout_s", float("inf")),
        ("permit_timeout_s", float("nan")),
        ("permit_timeout_s", 0),
        ("recovery_ratio", 0),
        ("recovery_ratio", 1.1),
    ],
)
def test_arguments_out_of_bounds_are_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(BadRequest) as refused:
        MemoryCircuitBreaker(**{field: value})
    assert refused.value.field == field


def test_its_threshold_is_the_setting_or_the_critical_share_of_what_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = memory_limit().bytes
    monkeypatch.setenv("CLOUDWAN_CRITICAL_THRESHOLD_PERCENT", "80")
    assert MemoryCircuitBreaker().threshold_bytes == int(found * 80 / 100)
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", "64")
    assert MemoryCircuitBreaker().threshold_bytes == 64 * MIB
    assert MemoryCircuitBreaker(32).threshold_bytes == 32 * MIB
    assert MemoryCircuitBreaker(10**9).threshold_bytes == int(found * 80 / 100)
