"""The collector with the real memory room, and among threads."""

from __future__ import annotations

import threading

import pytest

from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.monitor import MemoryMonitor
from cloudwan_mcp.web.collector import MetricsCollector
from fakes.clock import Clock
from web.machine import MIB, Machine, collector_of


def test_the_default_thresholds_are_those_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_ALERT_THRESHOLD_PERCENT", "40")
    monkeypatch.setenv("CLOUDWAN_CRITICAL_THRESHOLD_PERCENT", "50")
    rules = MetricsCollector().alerts.rules
    assert [(rule.metric, rule.threshold, rule.severity) for rule in rules] == [
        ("memory_percent", 40, "warning"),
        ("memory_percent", 50, "critical"),
    ]


def test_it_measures_this_process_with_what_the_memory_room_gives() -> None:
    gauge = MemoryGauge()
    monitor = MemoryMonitor(gauge=gauge)
    collector = MetricsCollector(guard=MemoryGuard(gauge), monitor=monitor)
    held = bytearray(b"x") * (40 * MIB)
    monitor.register("held", lambda: len(held))
    current = collector.get_metrics_summary()["current"]
    assert current["components"] == {"held": 40 * MIB}
    assert current["process"]["peak"] >= current["process"]["rss"] > 40 * MIB
    assert current["process"]["growth"] > 20 * MIB
    assert current["system"]["total"] > current["system"]["used"] > 0


def test_nothing_is_counted_in_the_middle_of_a_sample() -> None:
    counting: list[threading.Thread] = []

    class Busy(Clock):
        """A moment in which somebody else tries to count."""

        def __call__(self) -> float:
            if len(counting) == 1:
                counting[0].start()
                counting[0].join(0.2)
                assert counting[0].is_alive()
                counting.append(counting[0])
            return super().__call__()

    collector = collector_of(Machine(), Busy())
    counting.append(threading.Thread(target=collector.record_call, args=("read", 0.1, True)))
    collector.sample()
    counting[0].join()
    assert collector.get_metrics_summary()["current"]["performance"]["calls"] == 1


def test_threads_may_count_while_others_ask() -> None:
    collector = MetricsCollector(guard=Machine(), monitor=Machine())  # type: ignore[arg-type]
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            collector.get_metrics_summary()

    def count() -> None:
        for number in range(2000):
            collector.record_call(f"call {number % 100}", 0.001, ok=True)
            collector.record_elements(1)

    asking = threading.Thread(target=ask)
    counting = [threading.Thread(target=count) for _ in range(3)]
    for thread in (asking, *counting):
        thread.start()
    for thread in counting:
        thread.join()
    stop.set()
    asking.join()
    performance = collector.get_metrics_summary()["current"]["performance"]
    assert performance["calls"] == performance["elements"] == 6000
    assert sum(each["calls"] for each in performance["by_name"].values()) == 6000
