"""Memory whose use a test decides, and a manager that waits by the test's own clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio.lowlevel

from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.limit import MIB, MemoryLimit
from cloudwan_mcp.memory.monitor import MemoryMonitor
from cloudwan_mcp.streaming.manager import StreamingTopologyManager
from fakes.clock import Clock

LIMIT = 1000 * MIB


class Gauge:
    """So much of 1,000 MiB is in use as `share` says."""

    limit = MemoryLimit(LIMIT, "the test's limit")

    def __init__(self) -> None:
        self.share = 0.1
        self.looks = 0

    def used(self) -> int:
        self.looks += 1
        return int(self.share * LIMIT)

    rss = used

    def peak(self) -> tuple[int, int]:
        return self.used(), 0


class Memory:
    """A gauge, the guard that reads it, and managers under it. `on_wait` is called when one pauses."""

    def __init__(self) -> None:
        self.gauge = Gauge()
        self.guard = MemoryGuard(self.gauge)  # type: ignore[arg-type]
        self.clock = Clock()
        self.on_wait: Callable[[], None] = lambda: None
        self.reserved_while_waiting: list[int] = []

    @property
    def reserved(self) -> int:
        return self.guard.budget.reserved

    def manager(self, **given: Any) -> StreamingTopologyManager:
        monitor = MemoryMonitor(gauge=self.gauge, clock=self.clock, floor_bytes=10 * LIMIT)
        values = {"guard": self.guard, "monitor": monitor, "clock": self.clock, "sleep": self._sleep}
        return StreamingTopologyManager(**(values | {"chunk_size": 10} | given))

    async def _sleep(self, seconds: float) -> None:
        self.reserved_while_waiting.append(self.reserved)
        self.clock.wait(seconds)
        self.on_wait()
        await anyio.lowlevel.checkpoint()
