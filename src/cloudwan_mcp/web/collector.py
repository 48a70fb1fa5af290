"""The metrics of this process: read now, counted since the start, remembered for a week."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.monitor import MemoryMonitor
from cloudwan_mcp.settings import load
from cloudwan_mcp.web import summary
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.archive import Archive
from cloudwan_mcp.web.calls import Calls
from cloudwan_mcp.web.counts import Counts, Window
from cloudwan_mcp.web.heap import heap_bytes
from cloudwan_mcp.web.history import POINTS
from cloudwan_mcp.web.metric import component_metric
from cloudwan_mcp.web.reading import Reading, look
from cloudwan_mcp.web.rule_text import rules_of
from cloudwan_mcp.web.sections import Sections
from cloudwan_mcp.web.thresholds import Thresholds

if TYPE_CHECKING:
    from cloudwan_mcp.web.notifier import Notifier

COMPACT = 60  # points of the history that travels with every summary
COMPACT_COLUMNS = ("at", "used", "rss")

Listener = Callable[[str, float, bool], None]


class MetricsCollector:
    """Memory, components, calls and alerts of this process, in bounded space; any thread may use it.

    It measures when asked: `sample` once a second gives the history its resolution and the alerts their
    pace, and `get_metrics_summary` takes a sample too, so it is right without anybody sampling.

    What is left out is that of the process: its guard, a monitor on the guard's gauge, and the alert rules of
    the settings. With `history_file`, a dashboard that runs keeps the history there over a restart.
    """

    def __init__(
        self,
        *,
        guard: MemoryGuard | None = None,
        monitor: MemoryMonitor | None = None,
        alerts: Alerts | None = None,
        history_file: Path | None = None,
        notifiers: Sequence[Notifier] = (),
        heap: Callable[[], int | None] = heap_bytes,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._guard = guard or MemoryGuard.of(load())
        self._monitor = monitor or MemoryMonitor(gauge=self._guard.gauge)
        self._heap = heap
        self.alerts = alerts or Alerts(rules_of(load()), clock=clock, wall=wall)
        self.thresholds = Thresholds(self.alerts, lambda: self._guard.gauge.limit.bytes)
        self.archive = Archive(history_file, self.alerts)
        self._notifiers = tuple(notifiers)
        for notifier in self._notifiers:
            self.alerts.add_callback(notifier.notify)
        self._sections = Sections(reserved=summary.PARTS)
        self._listeners: list[Listener] = []
        self._clock = clock
        self._wall = wall
        self._lock = threading.Lock()
        self._calls = Calls()
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
            name, seconds = self._calls.record(name, seconds, ok)
        for listener in tuple(self._listeners):
            listener(name, seconds, ok)

    def record_elements(self, count: int) -> None:
        """Count elements that were processed."""
        with self._lock:
            self._elements += max(0, count)

    def add_section(self, name: str, source: Callable[[], Any]) -> None:
        """Show what `source` answers, plain JSON of at most 16 KiB, as `name` in every summary's "current".

        It is asked each time a summary is made, in the event loop of the dashboard: it has to be quick.
        """
        self._sections.add(name, source)

    def remove_section(self, name: str) -> None:
        """Ask the source of `name` no more."""
        self._sections.remove(name)

    def add_call_listener(self, listener: Listener) -> None:
        """Have `listener` hear of every call: its bounded name, its seconds, and whether it went well."""
        self._listeners.append(listener)

    def remove_call_listener(self, listener: Listener) -> None:
        self._listeners.remove(listener)

    def sample(self) -> Reading:
        """Measure, remember and judge; well under a millisecond."""
        reading = look(self._guard, self._monitor, self._heap)
        with self._lock:
            self._remember(self._clock(), reading)
            values = self._values(reading)
        self.alerts.judge(values)
        return reading

    def get_metrics_summary(self) -> dict[str, Any]:
        """Everything of this moment as plain JSON: "current", "history" (a minute), "alerts" and "limits".

        Sizes are bytes, durations say their unit, rates are per second, `success_rate` is 0 to 1 and None
        before the first call.
        """
        reading, current = self._now()
        recent = self.archive.recent(COMPACT, self._wall() - COMPACT)
        return {
            "current": current | self._sections.read(),
            "history": {name: recent[name] for name in COMPACT_COLUMNS},
            "alerts": self.alerts.active(),
            "limits": summary.limits(
                reading,
                self.alerts.rules,
                memory_bytes=self.archive.history.size,
                file_bytes=self.archive.file_bytes,
            ),
        }

    def current(self) -> dict[str, Any]:
        """The "current" of a summary without the sections of others, whose sources know one thread only."""
        return self._now()[1]

    def history(self, tier: str = "1s", points: int = POINTS, *, last: int | None = None) -> dict[str, Any]:
        """A whole tier ("1s", "10s" or "60s"), or its `last` seconds, in at most `points` points, as columns.

        See `History.read`.
        """
        return self.archive.read(tier, points, last=last, now=self._wall())

    def notifications(self) -> list[dict[str, Any]]:
        """How those that are told of alerts beside the log are doing."""
        return [notifier.statistics() for notifier in self._notifiers]

    def scrape(self, of: dict[str, Any], *, viewers: int = 0) -> summary.Scrape:
        """A summary with what else an exposition of metrics tells."""
        standing = {alert["rule"] for alert in of["alerts"]}
        rules = [(rule, rule.name in standing) for rule in self.alerts.rules]
        with self._lock:
            durations = self._calls.durations()
        return summary.Scrape(of, durations, rules, self.notifications(), viewers)

    def end(self) -> None:
        """End the threads that tell others of alerts, as soon as they are through with what they do."""
        for notifier in self._notifiers:
            notifier.end()

    def _now(self) -> tuple[Reading, dict[str, Any]]:
        reading = self.sample()
        with self._lock:
            return reading, self._current(reading)

    def _remember(self, now: float, reading: Reading) -> None:
        seen = Counts(now, self._elements, self._calls.calls, self._calls.failed)
        added = seen.since(self._seen)
        peaks = (
            reading.used,
            reading.rss,
            reading.heap or 0,
            reading.of("cache"),
            reading.of("store"),
            reading.accounted,
            reading.reserved,
        )
        self.archive.add(self._wall(), added.at, peaks, added[1:])
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
            "heap": reading.heap,
            "reserved": reading.reserved,
            "pressure": reading.pressure,
            "elements_per_s": self._recent.elements_per_s,
            "success_rate": self._recent.success_rate,
        }

    def _current(self, reading: Reading) -> dict[str, Any]:
        return {
            "at": round(self._wall(), 3),
            "uptime_s": round(self._clock() - self._began, 3),
            "system": summary.system(reading),
            "process": summary.process(reading, peak=self._peak, first_rss=self._first_rss),
            "components": reading.components,
            "guard": summary.guard(reading, enabled=self._guard.enabled),
            "performance": summary.performance(self._elements, self._calls, self._recent),
        }
