"""Every variable and every key of the file changes what the library does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.performance import (
    MemoryBudget,
    MemoryCircuitBreaker,
    MemoryGuard,
    MemoryMonitor,
    MemoryProfiler,
    NetworkElement,
    ObjectPool,
    StreamingTopologyManager,
    create_memory_dashboard,
)
from cloudwan_mcp.settings import SETTINGS, load
from fakes.clock import Clock
from fakes.settings_files import nested, write

pytestmark = pytest.mark.anyio

Check = Callable[[], Awaitable[Any]]
MIB = 1024 * 1024


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def guards() -> tuple[bool, bool, str]:
    guard = MemoryGuard.of(load())
    return guard.enabled, MemoryBudget(MIB).enabled, guard.breaker.state


async def threshold() -> tuple[int, int]:
    return MemoryGuard.of(load()).gauge.limit.bytes, MemoryCircuitBreaker().threshold_bytes


async def first_chunk() -> int:
    stream = StreamingTopologyManager().stream_topology_chunks([NetworkElement(str(n)) for n in range(200)])
    return len(await anext(stream))


async def pooled() -> int:
    pool = ObjectPool(NetworkElement)
    taken = []
    try:
        while len(taken) < 1500:
            taken.append(pool.get())
    except Exhausted:
        pass
    return len(taken)


class Relieved(MemoryMonitor):
    times = 0

    def relieve(self) -> int:
        self.times += 1
        return 0


async def clean_ups_in_ten_minutes() -> int:
    clock, monitor = Clock(), Relieved()
    manager = StreamingTopologyManager(chunk_size=1, monitor=monitor, clock=clock)
    async for _ in manager.stream_topology_chunks([NetworkElement(str(n)) for n in range(600)]):
        clock.now += 1
    return monitor.times


async def page() -> str:
    async with create_memory_dashboard() as dashboard:
        return dashboard.url


async def history() -> bool:
    async with App(load()) as app:
        await app.work(lambda: None)
        return bool(app.monitor.history())


async def alerts() -> list[float]:
    return [rule.threshold for rule in create_memory_dashboard().alerts.rules]


async def ceiling() -> float:
    return round(MemoryGuard.of(load()).budget.ceiling, 2)


async def profiles() -> bool:
    async with App(load()) as app:
        return app.profiler is not None and MemoryProfiler(enabled=None).enabled


async def interval() -> float:
    return MemoryProfiler(sample=True).interval_s


EFFECTS: list[tuple[str, object, Check, Any]] = [
    ("memory_optimization_enabled", "false", guards, (False, False, "disabled")),
    ("memory_threshold_mb", 100, threshold, (100 * MIB, 100 * MIB)),
    ("streaming_chunk_size", 7, first_chunk, 7),
    ("max_pool_size", 3, pooled, 3),
    ("cleanup_interval", 60, clean_ups_in_ten_minutes, 10),
    ("monitoring_enabled", "false", page, ""),
    ("monitoring_enabled", "false", history, False),
    ("monitoring_host", "localhost", page, "http://localhost:5000"),
    ("monitoring_port", 5310, page, "http://127.0.0.1:5310"),
    ("alert_threshold_percent", 60, alerts, [60, 85]),
    ("critical_threshold_percent", 90, alerts, [75, 90]),
    ("critical_threshold_percent", 90, ceiling, 0.9),
    ("alert_rules", "rss > 100 MiB", alerts, [75, 85, 100 * 1024 * 1024]),
    ("profiling_enabled", "true", profiles, True),
    ("profiling_snapshot_interval", 0.5, interval, 0.5),
]
IDS = [f"{name}-{check.__name__}" for name, _, check, _ in EFFECTS]


@pytest.mark.parametrize(("name", "value", "check", "changed"), EFFECTS, ids=IDS)
async def test_a_variable_has_its_effect(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, check: Check, changed: Any
) -> None:
    assert await check() != changed
    monkeypatch.setenv(f"CLOUDWAN_{name.upper()}", str(value))
    assert await check() == changed


@pytest.mark.parametrize(("name", "value", "check", "changed"), EFFECTS, ids=IDS)
async def test_a_key_of_the_file_has_its_effect(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: object, check: Check, changed: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    key = next(each.metadata["file"] for each in SETTINGS if each.name == name)
    write(nested(key, value))
    assert await check() == changed


def test_no_key_of_the_file_is_left_out_here() -> None:
    assert {each.name for each in SETTINGS if each.metadata["file"]} == {name for name, *_ in EFFECTS}
