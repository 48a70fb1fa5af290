"""The memory guard: one limit, and the gauge, the budget and the breaker that keep a process to it."""

from __future__ import annotations

import functools
import threading
import time
from typing import Any

from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.limit import MIB, critical_bytes, memory_limit
from cloudwan_mcp.memory.relief import free
from cloudwan_mcp.settings import Settings

_one = threading.Lock()

FREE_EVERY_S = 1.0
"""Collecting takes 50 ms where 200,000 objects live: at most a twentieth of the time."""

PRESSURE_PERCENT = 10.0
"""Of the last ten seconds, stalled for memory: the kernel is then reclaiming what is being used."""


class MemoryGuard:
    """What everything that takes memory shares; `of` gives the one of this process.

    Reservations keep bytes apart only within one budget, hence one guard. With `enabled=False` the budget
    admits everything and the breaker is disabled; the gauge goes on telling.
    """

    def __init__(self, gauge: MemoryGauge, *, critical_percent: float = 85.0, enabled: bool = True) -> None:
        self.gauge = gauge
        self.enabled = enabled
        self.budget = MemoryBudget(
            self.gauge.limit.bytes,
            used=self.gauge.used,
            peak=self.gauge.peak,
            ceiling=critical_percent / 100,
            relieve=self._free,
            enabled=enabled,
        )
        self.breaker = MemoryCircuitBreaker(
            critical_bytes(self.gauge.limit, critical_percent) / MIB, used=self.gauge.used
        )
        self._freed_at = -FREE_EVERY_S
        self._critical = self.gauge.limit.bytes * critical_percent / 100
        if not enabled:
            self.breaker.disable()

    @staticmethod
    def of(settings: Settings) -> MemoryGuard:
        """The guard of this process; the settings it depends on can differ between tests only."""
        with _one:
            return _guard(
                settings.memory_threshold_mb,
                settings.critical_threshold_percent,
                settings.memory_optimization_enabled,
            )

    def sample(self) -> bool:
        """Look once, every few seconds, and let the budget follow; whether the breaker breaks."""
        breaks = self.breaker.should_break()
        strained = breaks or self.gauge.used() > self._critical or self._stalled()
        self.budget.adjust(strained)
        return breaks

    def report(self) -> dict[str, Any]:
        """As plain JSON; `limit`, `used`, `rss` and `reserved` in bytes, `pressure` in percent or None."""
        return {
            "enabled": self.enabled,
            "limit": self.gauge.limit.bytes,
            "origin": self.gauge.limit.origin,
            "used": self.gauge.used(),
            "rss": self.gauge.rss(),
            "pressure": self.gauge.pressure(),
            "reserved": self.budget.reserved,
            "waiting": self.budget.waiting,
            "budget": self.budget.statistics(),
            "breaker": self.breaker.statistics(),
        }

    def _free(self) -> None:
        """Heaps keep what was freed, and it counts as used: a page then does not fit that would."""
        now = time.monotonic()
        if now - self._freed_at >= FREE_EVERY_S:
            self._freed_at = now
            free()

    def _stalled(self) -> bool:
        pressure = self.gauge.pressure()
        return pressure is not None and pressure >= PRESSURE_PERCENT


@functools.lru_cache(maxsize=8)
def _guard(threshold_mb: int, critical_percent: float, enabled: bool) -> MemoryGuard:
    gauge = MemoryGauge(memory_limit(threshold_mb))
    return MemoryGuard(gauge, critical_percent=critical_percent, enabled=enabled)
