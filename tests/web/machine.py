"""A machine whose memory a test sets, and what the dashboard asks of it."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import httpx2

from cloudwan_mcp.memory.limit import MemoryLimit
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.dashboard import MemoryDashboard
from fakes.clock import Clock

MIB = 1024 * 1024
PATIENCE_S = 30.0
KNOWN = {"alerts", "history_file", "notifiers"}


class Machine:
    """Gauge, budget, breaker and monitor in one, with the sizes that it is given."""

    enabled = True

    def __init__(self) -> None:
        self.limit = MemoryLimit(1000 * MIB, "/sys/fs/cgroup/memory.max")
        self.in_use = 100 * MIB
        self.resident = 80 * MIB
        self.most: int = 90 * MIB
        self.own: int | None = 60 * MIB
        self.stalled: float | None = None
        self.parts: dict[str, int | None] = {}
        self.reserved = 0
        self.waiting = 0
        self.state = "closed"
        self.reason = ""

    @property
    def gauge(self) -> Machine:
        return self

    budget = breaker = gauge

    def used(self) -> int:
        return self.in_use

    def rss(self) -> int:
        return self.resident

    def peak(self) -> tuple[int, int]:
        return self.resident, self.most

    def pressure(self) -> float | None:
        return self.stalled

    def components(self) -> dict[str, int | None]:
        return self.parts


def collector_of(machine: Any, clock: Clock, alerts: Alerts | None = None) -> MetricsCollector:
    """A collector of that machine, whose both clocks are the given one."""
    alerts = alerts or Alerts(clock=clock, wall=clock)
    return MetricsCollector(
        guard=machine, monitor=machine, alerts=alerts, heap=lambda: machine.own, clock=clock, wall=clock
    )


@asynccontextmanager
async def serving(machine: Any | None = None, **options: Any) -> AsyncIterator[Served]:
    """A dashboard on a free port with a client of it, stopped at the end."""
    machine = machine or Machine()
    given = {name: options.pop(name) for name in KNOWN & options.keys()}
    collector = MetricsCollector(guard=machine, monitor=machine, heap=lambda: machine.own, **given)
    async with (
        MemoryDashboard(collector, port=0, **options) as dashboard,
        httpx2.AsyncClient(base_url=dashboard.url, timeout=PATIENCE_S, verify=False) as client,
    ):
        yield SimpleNamespace(dashboard=dashboard, client=client, collector=collector)


Served = Any


@asynccontextmanager
async def watching(client: Any) -> AsyncIterator[Callable[[], Any]]:
    """The live stream, as a function that gives the next summary."""
    async with client.stream("GET", "/events") as answer:
        assert answer.status_code == 200, answer.status_code
        lines = answer.aiter_lines()

        async def following() -> Any:
            async for line in lines:
                if line.startswith("data: "):
                    return json.loads(line.removeprefix("data: "))
            raise EOFError

        yield following


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what has to come; a test that fails says so instead of hanging."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - a kernel's buffers tell nobody
            await asyncio.sleep(0.01)


def port_of(dashboard: MemoryDashboard) -> int:
    return int(dashboard.url.rpartition(":")[2])


async def health(url: str) -> int:
    def ask() -> int:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
            return int(answer.status)

    return await asyncio.to_thread(ask)
