"""What the collector measures, counts and remembers."""

from __future__ import annotations

import json
from mmap import PAGESIZE
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.settings import load
from cloudwan_mcp.web.alert import Rule
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.calls import NAMES
from cloudwan_mcp.web.heap import heap_bytes
from cloudwan_mcp.web.metric import component_metric
from fakes.clock import Clock
from web.machine import MIB, Machine, collector_of


def summary_of(machine: Any) -> dict[str, Any]:
    return collector_of(machine, Clock()).get_metrics_summary()


def test_a_summary_is_plain_json_with_its_four_parts() -> None:
    summary = summary_of(Machine())
    assert list(summary) == ["current", "history", "alerts", "limits"]
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_memory_is_told_against_the_limit_in_force_and_where_that_comes_from() -> None:
    assert summary_of(Machine())["current"]["system"] == {
        "total": 1000 * MIB,
        "used": 100 * MIB,
        "available": 900 * MIB,
        "percent": 10.0,
        "origin": "/sys/fs/cgroup/memory.max",
        "pressure": None,
    }


def test_more_in_use_than_the_limit_leaves_nothing_available() -> None:
    machine = Machine()
    machine.in_use = 1100 * MIB
    system = summary_of(machine)["current"]["system"]
    assert (system["available"], system["percent"]) == (0, 110.0)


def test_the_process_is_told_with_its_peak_and_its_growth_since_the_start() -> None:
    machine, clock = Machine(), Clock()
    collector = collector_of(machine, clock)
    machine.resident, machine.most = 95 * MIB, 99 * MIB
    clock.now += 60
    current = collector.get_metrics_summary()["current"]
    assert current["process"] == {
        "rss": 95 * MIB,
        "heap": 60 * MIB,
        "peak": 99 * MIB,
        "growth": 15 * MIB,
        "unaccounted": 95 * MIB,
    }
    assert (current["uptime_s"], current["at"]) == (60, 1060)


def test_where_the_system_tells_no_peak_it_is_the_highest_that_was_seen() -> None:
    machine = Machine()
    machine.most = 0
    collector = collector_of(machine, Clock())
    for machine.resident in (70 * MIB, 120 * MIB, 60 * MIB):
        collector.sample()
    assert collector.get_metrics_summary()["current"]["process"]["peak"] == 120 * MIB


def test_components_are_told_by_name_and_what_nobody_accounts_for_is_not_hidden() -> None:
    machine = Machine()
    machine.parts = {"topology": 30 * MIB, "cache": 10 * MIB, "broken": None}
    current = summary_of(machine)["current"]
    assert current["components"] == machine.parts
    assert current["process"]["unaccounted"] == 40 * MIB


def test_components_beyond_the_bound_are_summed() -> None:
    machine = Machine()
    machine.parts = {f"part {number}": number for number in range(1000)}
    components = summary_of(machine)["current"]["components"]
    assert len(components) == NAMES
    assert sum(components.values()) == sum(range(1000))
    assert components["part 999"] == 999


def test_the_guard_is_told() -> None:
    machine = Machine()
    machine.state, machine.reason, machine.reserved, machine.waiting = "open", "over the threshold", 5, 2
    assert summary_of(machine)["current"]["guard"] == {
        "enabled": True,
        "breaker": "open",
        "reason": "over the threshold",
        "reserved": 5,
        "waiting": 2,
    }


def test_calls_and_elements_are_counted_and_rated() -> None:
    clock = Clock()
    collector = collector_of(Machine(), clock)
    for second in range(120):
        collector.record_elements(50)
        collector.record_call("stream_topology", 0.020, ok=second >= 60)
        clock.now += 1
        collector.sample()
    performance = collector.get_metrics_summary()["current"]["performance"]
    assert (performance["elements"], performance["calls"], performance["failed"]) == (6000, 120, 60)
    assert performance["success_rate"] == 0.5
    assert performance["recent"] == {
        "seconds": 60,
        "elements_per_s": 50,
        "calls_per_s": 1,
        "success_rate": 1,
    }
    assert performance["by_name"]["stream_topology"]["p95_ms"] == 20


def test_without_anybody_sampling_the_rate_is_right_too() -> None:
    clock = Clock()
    collector = collector_of(Machine(), clock)
    collector.record_elements(3000)
    clock.now += 300
    recent = collector.get_metrics_summary()["current"]["performance"]["recent"]
    assert (recent["seconds"], recent["elements_per_s"]) == (300, 10)


def test_the_history_holds_the_last_minute_in_the_summary_and_all_on_demand() -> None:
    machine, clock = Machine(), Clock()
    collector = collector_of(machine, clock)
    for machine.resident in range(200):
        collector.sample()
        clock.now += 1
    compact = collector.get_metrics_summary()["history"]
    assert compact["rss"][:2] == [141, 142]
    assert {len(column) for column in compact.values()} == {60}
    assert collector.history("1s", 2000)["columns"]["rss"][:3] == [0, 1, 2]
    assert collector.history("60s")["columns"]["at"] == [960, 1020, 1080, 1140, 1200]
    with pytest.raises(BadRequest):
        collector.history("1d")


def test_asking_often_does_not_bend_the_rates_of_the_history() -> None:
    clock = Clock()
    collector = collector_of(Machine(), clock)
    for _ in range(40):
        collector.record_elements(1)
        clock.now += 0.25
        collector.get_metrics_summary()
        collector.get_metrics_summary()
    rates = collector.history("1s")["columns"]["elements"][1:-1]
    assert rates == [4.0] * len(rates)


def test_limits_say_where_the_thresholds_are() -> None:
    machine, clock = Machine(), Clock()
    alerts = Alerts([Rule("memory_percent", 60, "critical", name="mine"), Rule("rss", 5)], clock=clock)
    limits = collector_of(machine, clock, alerts).get_metrics_summary()["limits"]
    assert (limits["bytes"], limits["origin"]) == (1000 * MIB, "/sys/fs/cgroup/memory.max")
    assert limits["thresholds"] == [
        {"rule": "mine", "severity": "critical", "percent": 60, "bytes": 600 * MIB}
    ]


def test_alerts_are_judged_by_what_is_measured() -> None:
    machine, clock = Machine(), Clock()
    rules = [
        Rule("memory_percent", 80, for_s=0),
        Rule(component_metric("cache"), 5 * MIB, for_s=0),
        Rule("success_rate", 0.5, below=True, for_s=0),
        Rule("pressure", 10, for_s=0),
        Rule("rss", 500 * MIB, for_s=0),
        Rule("reserved", 1, for_s=0),
    ]
    collector = collector_of(machine, clock, Alerts(rules, clock=clock, wall=clock))
    assert collector.get_metrics_summary()["alerts"] == []
    machine.in_use, machine.stalled, machine.resident, machine.reserved = 900 * MIB, 50.0, 600 * MIB, 1
    machine.parts = {"cache": 6 * MIB}
    collector.record_call("read", 0.1, ok=False)
    raised = [alert["metric"] for alert in collector.get_metrics_summary()["alerts"]]
    assert sorted(raised) == sorted(rule.metric for rule in rules)
    machine.parts = {"cache": None}
    assert "component:cache" not in [alert["metric"] for alert in collector.get_metrics_summary()["alerts"]]


def test_the_history_has_the_heap_the_caches_and_the_stores() -> None:
    machine = Machine()
    machine.parts = {
        "cache": 1,
        "cache:answers": 2,
        "cache of rows": 4,
        "cached": 8,
        "store": 16,
        "store x": None,
    }
    collector = collector_of(machine, Clock())
    collector.sample()
    machine.own = None
    columns = collector.history()["columns"]
    assert (columns["heap"], columns["cache"], columns["store"]) == ([60 * MIB], [7], [16])
    assert collector.get_metrics_summary()["current"]["process"]["heap"] is None


def test_the_heap_is_what_no_file_backs(tmp_path: Path) -> None:
    found = heap_bytes()
    assert found is not None
    assert 0 < found < MemoryGuard.of(load()).gauge.rss() * 2
    assert heap_bytes(tmp_path / "nothing") is None
    (tmp_path / "statm").write_text("99 30 10 1 0 5 0\n", encoding="ascii")
    assert heap_bytes(tmp_path / "statm") == 20 * PAGESIZE


def test_a_listener_hears_of_every_call_until_it_is_removed() -> None:
    collector, heard = collector_of(Machine(), Clock()), []
    listener = lambda *call: heard.append(call)  # noqa: E731
    collector.add_call_listener(listener)
    collector.record_call("read", -1.0, ok=False)
    collector.remove_call_listener(listener)
    collector.record_call("read", 1.0, ok=True)
    assert heard == [("read", 0.0, False)]
