"""The metrics of this process: read now, counted since the start, remembered for a week."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.monitor import MemoryMonitor
from cloudwan_mcp.settings import load
from cloudwan_mcp.web.alert import component_metric, default_rules
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.calls import NAMES, Calls
from cloudwan_mcp.web.counts import Counts, Window
from cloudwan_mcp.web.history import GRAINS, POINTS, History
from cloudwan_mcp.web.reading import Reading, look

COMPACT = 60  # points of the history that travels with every summary
COMPACT_COLUMNS = ("at", "used", "rss")


class MetricsCollector:
    """Memory, components, calls and alerts of this process, in bounded space; any thread may use it.

    It measures when asked: `sample` once a second gives the history its resolution and the alerts their
    pace, and `get_metrics_summary` takes a sample too, so it is right without anybody sampling.

    What is left out is that of the process: its guard, a monitor on the guard's gauge, and the two alert
    rules of the settings.
    """

    def __init__(
        self,
        *,
        guard: MemoryGuard | None = None,
        monitor: MemoryMonitor | None = None,
        alerts: Alerts | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._guard = guard or MemoryGuard.of(load())
        self._monitor = monitor or MemoryMonitor(gauge=self._guard.gauge)
        self.alerts = alerts or _default_alerts(clock, wall)
        self._clock = clock
        self._wall = wall
        self._lock = threading.Lock()
        self._calls = Calls()
        self._history = History()
        self._elements = 0
        self._first_rss = self._guard.gauge.rss()
        self._began = clock()
        self._seen = Counts(self._began)
        self._window = Window(self._seen)
        self._recent = self._seen
        self._peak = self._first_rss

    def record_call(self, name: str, seconds: float, ok: bool) -> None:
        """Count a call of `name`, and how long it took."""
        with self._lock:
            self._calls.record(name, seconds, ok)

    def record_elements(self, count: int) -> None:
        """Count elements that were processed."""
        with self._lock:
            self._elements += max(0, count)

    def sample(self) -> Reading:
        """Measure, remember and judge; well under a millisecond."""
        reading = look(self._guard, self._monitor)
        with self._lock:
            now = self._clock()
            self._remember(now, reading)
            values = self._values(reading)
        self.alerts.judge(values)
        return reading

    def get_metrics_summary(self) -> dict[str, Any]:
        """Everything of this moment as plain JSON: "current", "history" (a minute), "alerts" and "limits".

        Sizes are bytes, durations say their unit, rates are per second, `success_rate` is 0 to 1 and None
        before the first call.
        """
        reading = self.sample()
        with self._lock:
            current = self._current(reading)
            recent = self._history.recent(COMPACT)
        return {
            "current": current,
            "history": {name: recent[name] for name in COMPACT_COLUMNS},
            "alerts": self.alerts.active(),
            "limits": self._limits(reading),
        }

    def history(self, tier: str = "1s", points: int = POINTS) -> dict[str, Any]:
        """A whole tier ("1s", "10s" or "60s") in at most `points` points, as columns; see `History.read`."""
        with self._lock:
            return self._history.read(tier, points)

    def _remember(self, now: float, reading: Reading) -> None:
        seen = Counts(now, self._elements, self._calls.calls, self._calls.failed)
        added = seen.since(self._seen)
        peaks = (reading.used, reading.rss, reading.accounted, reading.reserved)
        self._history.add(self._wall(), added.at, peaks, added[1:])
        self._recent = self._window.note(seen)
        self._seen = seen
        self._peak = max(self._peak, reading.peak)

    def _values(self, reading: Reading) -> dict[str, float | None]:
        sizes = {component_metric(name): size for name, size in reading.components.items()}
        return {
            **sizes,
            "memory_percent": reading.percent,
            "used": reading.used,
            "rss": reading.rss,
            "reserved": reading.reserved,
            "pressure": reading.pressure,
            "elements_per_s": self._recent.elements_per_s,
            "success_rate": self._recent.success_rate,
        }

    def _current(self, reading: Reading) -> dict[str, Any]:
        return {
            "at": round(self._wall(), 3),
            "uptime_s": round(self._clock() - self._began, 3),
            "system": {
                "total": reading.limit,
                "used": reading.used,
                "available": max(0, reading.limit - reading.used),
                "percent": round(reading.percent, 2),
                "origin": reading.origin,
                "pressure": reading.pressure,
            },
            "process": {
                "rss": reading.rss,
                "peak": self._peak,
                "growth": reading.rss - self._first_rss,
                "unaccounted": max(0, reading.rss - reading.accounted),
            },
            "components": reading.components,
            "guard": {
                "enabled": self._guard.enabled,
                "breaker": reading.breaker,
                "reason": reading.breaker_reason,
                "reserved": reading.reserved,
                "waiting": reading.waiting,
            },
            "performance": self._performance(),
        }

    def _performance(self) -> dict[str, Any]:
        return {
            "elements": self._elements,
            "calls": self._calls.calls,
            "failed": self._calls.failed,
            "success_rate": self._calls.success_rate,
            "by_name": self._calls.summary(),
            "recent": {
                "seconds": round(self._recent.at, 3),
                "elements_per_s": round(self._recent.elements_per_s, 3),
                "success_rate": self._recent.success_rate,
            },
        }

    def _limits(self, reading: Reading) -> dict[str, Any]:
        watched = [rule for rule in self.alerts.rules if rule.metric == "memory_percent"]
        return {
            "bytes": reading.limit,
            "origin": reading.origin,
            "thresholds": [
                {
                    "rule": rule.name,
                    "severity": rule.severity,
                    "percent": rule.threshold,
                    "bytes": math.floor(reading.limit * rule.threshold / 100),
                }
                for rule in watched
            ],
            "names": NAMES,
            "tiers": [grain._asdict() for grain in GRAINS],
        }


def _default_alerts(clock: Callable[[], float], wall: Callable[[], float]) -> Alerts:
    settings = load()
    rules = default_rules(settings.alert_threshold_percent, settings.critical_threshold_percent)
    return Alerts(rules, clock=clock, wall=wall)
