"""One look at the memory: what the limit, the gauge, the guard and the components say at this moment."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.monitor import MemoryMonitor
from cloudwan_mcp.web.calls import NAME_LENGTH, NAMES, OTHER

KIND = re.compile("[ :]")


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes; `pressure` is percent of time stalled (None where the kernel does not say), `waiting` a count.

    A component that could not tell its size has None, and so has a `heap` that the system does not tell.
    """

    limit: int
    origin: str
    used: int
    rss: int
    heap: int | None
    peak: int
    pressure: float | None
    components: dict[str, int | None]
    reserved: int
    waiting: int
    breaker: str
    breaker_reason: str

    @property
    def percent(self) -> float:
        return 100 * self.used / self.limit if self.limit else 0.0

    def of(self, kind: str) -> int:
        """The bytes of the components of a kind: those called so, or so and more after a space or a colon."""
        return sum(size or 0 for name, size in self.components.items() if KIND.split(name)[0] == kind)

    @property
    def accounted(self) -> int:
        return sum(size or 0 for size in self.components.values())


def look(guard: MemoryGuard, monitor: MemoryMonitor, heap: Callable[[], int | None]) -> Reading:
    gauge, budget, breaker = guard.gauge, guard.budget, guard.breaker
    rss, peak = gauge.peak()
    return Reading(
        limit=gauge.limit.bytes,
        origin=gauge.limit.origin,
        used=gauge.used(),
        rss=rss,
        heap=heap(),
        peak=max(rss, peak),
        pressure=gauge.pressure(),
        components=_bounded(monitor.components()),
        reserved=budget.reserved,
        waiting=budget.waiting,
        breaker=breaker.state,
        breaker_reason=breaker.reason,
    )


def _bounded(components: Mapping[str, int | None]) -> dict[str, int | None]:
    """The 63 largest by name, the rest as "other"."""
    ordered = sorted(components.items(), key=lambda each: -(each[1] or 0))
    kept = {name[:NAME_LENGTH]: size for name, size in ordered[: NAMES - 1]}
    rest = sum(size or 0 for _, size in ordered[NAMES - 1 :])
    return kept | {OTHER: (kept.get(OTHER) or 0) + rest} if rest else kept
