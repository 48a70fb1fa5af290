"""The monitor remembers a bounded past, gives memory back where that helps, and never loses a message."""

from __future__ import annotations

import gc
import platform
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import anyio
import psutil
import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.messages import MOST_TYPES, PAUSES_S
from cloudwan_mcp.memory.monitor import MemoryMonitor, Sample
from cloudwan_mcp.memory.relief import LONGEST_PAUSE_S, MIB, PAUSE_S, Relief
from fakes.clock import Clock


@dataclass
class Limit:
    bytes: int = 100 * MIB


@dataclass
class Gauge:
    """Tells what it was told to; what is in `coming` first."""

    in_use: int = 50 * MIB
    resident: int = 40 * MIB
    limit: Limit = field(default_factory=Limit)
    coming: list[int] = field(default_factory=list)

    def used(self) -> int:
        return self.in_use

    def rss(self) -> int:
        return self.coming.pop(0) if self.coming else self.resident


class ProcessGauge(Gauge):
    def rss(self) -> int:
        return psutil.Process().memory_info().rss


@dataclass
class Chunk:
    number: int = 0


def monitor_of(gauge: Gauge, **arguments: Any) -> MemoryMonitor:
    return MemoryMonitor(gauge=gauge, **arguments)


def test_usage_is_the_fraction_of_the_limit() -> None:
    gauge = Gauge(in_use=25 * MIB)
    monitor = monitor_of(gauge)
    assert monitor.get_memory_usage() == 0.25
    gauge.in_use = 110 * MIB
    assert monitor.get_memory_usage() == 1.1


def test_only_the_last_samples_are_kept_the_oldest_first() -> None:
    clock, gauge = Clock(), Gauge()
    monitor = monitor_of(gauge, history=3, clock=clock)
    assert monitor.history() == []
    taken = []
    for n in range(5):
        clock.now, gauge.in_use, gauge.resident = 1000.5 + n, 2**50 + n, 2**40 + n
        taken.append(monitor.sample())
        assert monitor.history() == taken[-3:]
    assert taken[-1] == Sample(1004.5, 2**50 + 4, 2**40 + 4)
    assert monitor.statistics()["samples"] == 5


def test_components_are_asked_when_somebody_wants_to_know() -> None:
    monitor = monitor_of(Gauge())
    held = [1]
    monitor.register("store", lambda: sum(held))
    monitor.register("broken", lambda: 1 // 0)
    monitor.register("silly", lambda: "much")
    held.append(41)
    assert monitor.components() == {"store": 42, "broken": None, "silly": None}
    monitor.register("store", lambda: 7)
    monitor.unregister("broken")
    monitor.unregister("never there")
    assert monitor.components() == {"store": 7, "silly": None}


def test_relief_counts_what_came_back() -> None:
    gauge = Gauge()
    monitor = monitor_of(gauge)
    gauge.coming = [90 * MIB, 60 * MIB]
    assert monitor.relieve() == 30 * MIB
    found = monitor.statistics()["relief"]
    assert (found["tries"], found["given_back_bytes"], found["last_bytes"]) == (1, 30 * MIB, 30 * MIB)


def test_what_grew_meanwhile_is_not_counted_as_negative() -> None:
    gauge = Gauge()
    relief = Relief(gauge.rss)
    gauge.coming = [60 * MIB, 70 * MIB]
    assert relief() == 0
    assert relief.statistics()["given_back_bytes"] == 0


def test_relief_comes_no_more_often_than_its_pause() -> None:
    clock, gauge = Clock(), Gauge()
    relief = Relief(gauge.rss, clock=clock)
    for wait, given in ((0.0, 10), (PAUSE_S - 0.1, 0), (0.1, 10)):
        clock.now += wait
        gauge.coming = [90 * MIB, 80 * MIB]
        assert relief() == given * MIB
    assert (relief.statistics()["tries"], relief.statistics()["skipped"]) == (2, 1)


def test_near_the_floor_relief_is_not_tried() -> None:
    gauge = Gauge(resident=40 * MIB)
    relief = Relief(gauge.rss)
    gauge.coming = [56 * MIB, 40 * MIB]
    assert relief() == 0
    assert relief.statistics()["tries"] == 0
    told = Relief(gauge.rss, floor_bytes=10 * MIB)
    gauge.coming = [40 * MIB, 30 * MIB]
    assert told() == 10 * MIB


def test_the_floor_sinks_to_what_relief_reached() -> None:
    clock, gauge = Clock(), Gauge(resident=90 * MIB)
    relief = Relief(gauge.rss, clock=clock)
    gauge.coming = [110 * MIB, 50 * MIB]
    assert relief() == 60 * MIB
    clock.now += PAUSE_S
    gauge.coming = [70 * MIB, 60 * MIB]
    assert relief() == 10 * MIB


def test_relief_of_no_use_is_tried_ever_more_rarely_until_it_is_of_use_again() -> None:
    clock, gauge = Clock(), Gauge(resident=20 * MIB)
    relief = Relief(gauge.rss, clock=clock)
    tried_at = []
    for _ in range(20_000):
        before = relief.statistics()["tries"]
        gauge.coming = [90 * MIB, 90 * MIB - MIB // 2]
        relief()
        if relief.statistics()["tries"] > before:
            tried_at.append(clock.now)
        clock.now += 1
    pauses = [late - early for early, late in pairwise(tried_at)]
    expected = [PAUSE_S * factor for factor in (1, 2, 4, 8, 16, 32, 64)]
    assert pauses[:7] == expected
    assert set(pauses[7:]) == {LONGEST_PAUSE_S}
    clock.now += LONGEST_PAUSE_S
    gauge.coming = [90 * MIB, 80 * MIB]
    assert relief() == 10 * MIB
    assert relief.statistics()["pause_s"] == PAUSE_S


class Ring:
    """Keeps itself alive, and what it carries."""

    def __init__(self, payload: object) -> None:
        self.payload, self.own = payload, self


def test_relief_collects_what_only_refers_to_itself() -> None:
    relief = Relief(ProcessGauge().rss, floor_bytes=0)
    gc.collect()
    gc.disable()
    try:
        Ring(b"x" * (64 * MIB))
        assert relief() > 48 * MIB
    finally:
        gc.enable()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator, other habits")
def test_relief_returns_free_memory_that_the_allocator_keeps() -> None:
    relief = Relief(ProcessGauge().rss, floor_bytes=0)
    blocks = [bytes(2000) for _ in range(30_000)]
    pins = [*blocks[:: len(blocks) // 20], bytes(2000)]
    del blocks
    assert relief() > 40 * MIB
    assert pins


@pytest.mark.skipif(sys.platform != "linux", reason="psutil has it elsewhere by other rules")
def test_relief_works_where_the_heap_cannot_be_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(psutil, "heap_trim", raising=False)
    gauge = Gauge()
    relief = Relief(gauge.rss)
    gauge.coming = [90 * MIB, 80 * MIB]
    assert relief() == 10 * MIB


@pytest.mark.anyio
async def test_a_running_monitor_samples_and_relieves_under_pressure() -> None:
    gauge = Gauge()

    def clock() -> float:
        taken = len(monitor.history())
        gauge.in_use = (90 if taken >= 3 else 80) * MIB
        if taken == 6:
            scope.cancel()
        return 0.0

    monitor = monitor_of(gauge, interval_s=0.001, critical_percent=85, clock=clock)
    gauge.resident = 90 * MIB
    with anyio.CancelScope() as scope:
        await monitor.run()
    assert [sample.used // MIB for sample in monitor.history()][:6] == [80, 80, 80, 90, 90, 90]
    assert monitor.statistics()["relief"]["tries"] == 1


async def double(message: Any) -> Any:
    return message * 2


@pytest.mark.anyio
async def test_a_message_passes_at_once_where_there_is_memory() -> None:
    waits: list[float] = []
    monitor = monitor_of(Gauge(in_use=85 * MIB), sleep=sleeper(waits), critical_percent=85)
    assert await monitor.create_middleware()(21, double) == 42
    assert not waits
    assert monitor.statistics()["messages"]["slowed"] == 0


@pytest.mark.anyio
async def test_a_message_waits_under_pressure_and_is_delivered_all_the_same() -> None:
    waits: list[float] = []
    gauge = Gauge(in_use=99 * MIB)
    monitor = monitor_of(gauge, sleep=sleeper(waits))
    assert await monitor.create_middleware()(21, double) == 42
    assert waits == list(PAUSES_S)
    found = monitor.statistics()
    assert (found["messages"]["count"], found["messages"]["slowed"]) == (1, 1)
    assert found["messages"]["slowed_s"] == pytest.approx(sum(PAUSES_S))
    assert found["relief"]["skipped"] == 1


@pytest.mark.anyio
async def test_a_message_waits_no_longer_than_the_pressure_lasts() -> None:
    gauge = Gauge(in_use=99 * MIB)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            gauge.in_use = 10 * MIB

    monitor = monitor_of(gauge, sleep=sleep)
    assert await monitor.create_middleware()(21, double) == 42
    assert waits == list(PAUSES_S[:2])


@pytest.mark.anyio
async def test_under_pressure_relief_is_tried_before_anybody_waits() -> None:
    gauge = Gauge(in_use=99 * MIB)
    waits: list[float] = []
    monitor = monitor_of(gauge, sleep=sleeper(waits))
    gauge.coming = [90 * MIB, 50 * MIB]
    await monitor.create_middleware()(21, double)
    assert monitor.statistics()["relief"]["last_bytes"] == 40 * MIB


@pytest.mark.anyio
async def test_growth_is_told_by_the_class_of_message() -> None:
    gauge = Gauge()
    middleware = (monitor := monitor_of(gauge)).create_middleware()
    for message, grown in ((Chunk(), 5), (Chunk(), -2), ("text", 1)):
        gauge.coming = [40 * MIB, (40 + grown) * MIB]
        await middleware(message, ignore)
    assert monitor.statistics()["messages"]["types"] == {
        "Chunk": {"count": 2, "grown_bytes": 3 * MIB, "most_bytes": 5 * MIB},
        "str": {"count": 1, "grown_bytes": MIB, "most_bytes": MIB},
    }


@pytest.mark.anyio
async def test_the_error_of_a_handler_passes_and_its_message_counts() -> None:
    monitor = monitor_of(Gauge())

    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await monitor.create_middleware()(1, fail)
    assert monitor.statistics()["messages"]["count"] == 1


@pytest.mark.anyio
async def test_the_table_of_messages_is_bounded() -> None:
    middleware = (monitor := monitor_of(Gauge())).create_middleware()
    for n in range(3 * MOST_TYPES):
        await middleware(type(f"Kind{n}", (), {})(), ignore)
    found = monitor.statistics()["messages"]
    assert len(found["types"]) == MOST_TYPES + 1
    assert found["types"]["other"]["count"] == 2 * MOST_TYPES
    assert found["count"] == 3 * MOST_TYPES


async def ignore(_: Any) -> None:
    return None


def sleeper(waits: list[float]) -> Callable[[float], Awaitable[None]]:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    return sleep


def test_left_out_arguments_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_CRITICAL_THRESHOLD_PERCENT", "80")
    monitor = monitor_of(Gauge(in_use=81 * MIB), sleep=sleeper([]))
    anyio.run(monitor.create_middleware(), 1, ignore)
    assert monitor.statistics()["messages"]["slowed"] == 1


def test_a_monitor_watches_this_process_by_itself() -> None:
    monitor = MemoryMonitor()
    assert 0 < monitor.get_memory_usage() < 1
    assert monitor.sample().rss > MIB


@pytest.mark.parametrize(
    ("bad", "value"), [("interval_s", 0), ("history", 0), ("critical_percent", 0), ("critical_percent", 101)]
)
def test_bad_arguments_are_refused_by_name(bad: str, value: float) -> None:
    with pytest.raises(BadRequest) as refused:
        monitor_of(Gauge(), **{bad: value})
    assert refused.value.field == bad
