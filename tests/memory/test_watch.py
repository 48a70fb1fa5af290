"""What a server observes of itself: which tool grows, and which cache only fills."""

from __future__ import annotations

from typing import Any

import pytest

from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.leaks.counters import Counter
from cloudwan_mcp.memory.leaks.detector import LeakDetector
from cloudwan_mcp.memory.watch import Watch
from fakes.clock import Clock

MIB = 1024 * 1024


def blocks(held: list[float]) -> Counter:
    return Counter("blocks", "blocks", lambda: held[0], 0.02, 1000, 2e6)


def observed(detector: LeakDetector, clock: Clock, calls: int, call: Any, name: str = "read") -> Any:
    """The verdict after so many calls, each of which takes the interval between two readings."""
    for _ in range(calls):
        with detector.call(name):
            call()
        clock.now += 1.0
    return detector.observe()


def test_a_cache_that_fills_is_named_and_is_no_suspicion(caplog: pytest.LogCaptureFixture) -> None:
    clock, held, cached = Clock(), [10_000.0], [0]

    def call() -> None:
        held[0] += 10
        cached[0] += 1000

    detector = LeakDetector(
        interval_s=1.0,
        counters=[blocks(held)],
        caches=lambda: {"texts": (cached[0], MIB), "full": (5, 5)},
        clock=clock,
    )
    verdict = observed(detector, clock, 100, call)
    assert verdict.kind == "inconclusive"
    assert caplog.records == []  # nobody needs to look
    assert "texts (0.1 of 1.0 MiB)" in verdict.next_step
    assert "full (" not in verdict.next_step


def test_growth_far_above_what_a_cache_takes_is_a_suspicion_all_the_same() -> None:
    clock, held, cached = Clock(), [10_000.0], [0]

    def call() -> None:
        held[0] += 100
        cached[0] += 1000

    detector = LeakDetector(
        interval_s=1.0, counters=[blocks(held)], caches=lambda: {"texts": (cached[0], MIB)}, clock=clock
    )
    assert observed(detector, clock, 100, call).kind == "suspect"


def test_a_full_cache_explains_nothing() -> None:
    clock, held = Clock(), [10_000.0]

    def call() -> None:
        held[0] += 10

    detector = LeakDetector(
        interval_s=1.0, counters=[blocks(held)], caches=lambda: {"texts": (MIB, MIB)}, clock=clock
    )
    assert observed(detector, clock, 100, call).kind == "suspect"


def test_what_grows_beside_memory_is_no_cache() -> None:
    clock, held, cached = Clock(), [100.0], [0]
    files = Counter("fds", "file descriptors", lambda: held[0], 0.004, 100, 1000)

    def call() -> None:
        held[0] += 1
        cached[0] += 1000

    detector = LeakDetector(
        interval_s=1.0, counters=[files], caches=lambda: {"texts": (cached[0], MIB)}, clock=clock
    )
    assert observed(detector, clock, 100, call).kind == "suspect"


def test_a_suspicion_names_the_calls_that_left_most_behind() -> None:
    clock, kept, held = Clock(), [], [10_000.0]

    def leak() -> None:
        kept.extend(object() for _ in range(200))
        held[0] += 200

    detector = LeakDetector(interval_s=1.0, counters=[blocks(held)], advice="Look at {target}.", clock=clock)
    for _ in range(60):
        observed(detector, clock, 1, leak, "leaks")
        observed(detector, clock, 1, lambda: None, "does not")
    verdict = detector.observe()
    assert verdict
    assert (verdict.kind, verdict.target, verdict.next_step) == ("suspect", "leaks", "Look at leaks.")
    assert detector.kept["leaks"][0] == 60
    assert detector.kept["leaks"][1] > 100 * max(1, detector.kept["does not"][1])


def test_calls_beside_each_other_are_nobodys() -> None:
    detector = LeakDetector(interval_s=1.0, clock=Clock())
    with detector.call("outer"), detector.call("inner"):
        pass
    assert detector.kept == {}


def test_names_are_told_apart_up_to_a_bound() -> None:
    detector = LeakDetector(interval_s=1.0, clock=Clock())
    for number in range(200):
        with detector.call(f"name {number}"):
            pass
    assert len(detector.kept) == 64


def test_calls_are_counted_by_tool_and_told_to_whoever_wants_to_know() -> None:
    watch, told = Watch(MemoryGauge(), critical_percent=85.0), []
    watch.on_call.append(lambda *call: told.append(call))
    with watch.call("good"):
        pass
    with pytest.raises(LookupError), watch.call("bad"):
        raise LookupError
    assert (watch.tallies["good"].calls, watch.tallies["good"].failed) == (1, 0)
    assert (watch.tallies["bad"].calls, watch.tallies["bad"].failed) == (1, 1)
    assert [(tool, ok) for tool, _, ok in told] == [("good", True), ("bad", False)]


def test_an_observation_sees_the_calls_of_its_while_and_no_others() -> None:
    watch = Watch(MemoryGauge(), critical_percent=85.0)
    with watch.call("before"):
        pass
    with watch.observing(10.0, 0.01) as detector:
        with watch.call("meanwhile"):
            pass
        with watch.call("a job", observed=False):
            pass
    with watch.call("after"):
        pass
    assert detector.calls == 1
    assert watch.detector.calls == 3


def test_its_own_histories_are_among_the_components_with_their_bounds() -> None:
    watch = Watch(MemoryGauge(), critical_percent=85.0)
    held = watch.monitor.caches()
    assert held.keys() == {"history:memory", "history:leaks"}
    assert all(0 < size <= most for size, most in held.values())


def test_what_was_found_of_a_tool_is_remembered_in_short() -> None:
    clock, held = Clock(), [10_000.0]

    def call() -> None:
        held[0] += 100

    watch = Watch(MemoryGauge(), critical_percent=85.0)
    assert watch.leaks() == {"watched": None, "tools": {}}
    detector = LeakDetector(interval_s=1.0, counters=[blocks(held)], clock=clock)
    watch.found("read", observed(detector, clock, 100, call))
    found = watch.leaks()["tools"]["read"]
    assert found.keys() == {"kind", "text", "line", "at"}
    assert found["kind"] == "suspect"
    assert len(found["text"]) <= 600
