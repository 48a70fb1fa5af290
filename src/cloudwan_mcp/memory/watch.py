"""What a server observes of itself: memory over time, its calls by tool, and whether something leaks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.leaks.detector import LeakDetector
from cloudwan_mcp.memory.leaks.verdict import Verdict
from cloudwan_mcp.memory.monitor import MemoryMonitor

WATCH_S = 5.0
JUDGE_S = 600.0  # a judgement takes some 20 ms
ADVICE = "Call detect_leaks with tool={target!r}: it says whether that leaks, and where."
TEXT_CHARACTERS = 600

OnCall = Callable[[str, float, bool], object]
"""Told the tool, the seconds and whether it succeeded."""


@dataclass(slots=True)
class Tally:
    """Calls of one tool, in seconds."""

    calls: int = 0
    failed: int = 0
    seconds: float = 0.0
    longest_s: float = 0.0

    def note(self, seconds: float, *, ok: bool) -> None:
        self.calls += 1
        self.failed += not ok
        self.seconds += seconds
        self.longest_s = max(self.longest_s, seconds)


@dataclass(slots=True, frozen=True)
class Found:
    """A verdict, and when it was found (seconds since 1970)."""

    verdict: Verdict
    at: float

    def brief(self) -> dict[str, Any]:
        """Plain JSON, a kilobyte at most."""
        return {
            "kind": self.verdict.kind,
            "text": str(self.verdict)[:TEXT_CHARACTERS],
            "line": self.verdict.line,
            "at": round(self.at, 3),
        }


class Watch:
    """Reads every 5 seconds, in a bounded history; `call` goes around every call of a tool.

    `detector` sees the whole life of the process, up to a day; `observing` adds one for a while.
    """

    def __init__(self, gauge: MemoryGauge, *, critical_percent: float) -> None:
        self.monitor = MemoryMonitor(gauge=gauge, interval_s=WATCH_S, critical_percent=critical_percent)
        self.detector = self._detector(interval_s=WATCH_S)
        self.tallies: dict[str, Tally] = {}
        self.on_call: list[OnCall] = []
        self._tools: dict[str, Found] = {}
        self._detectors = [self.detector]
        self._judged_at = time.monotonic()
        for name, part in (("memory", self.monitor), ("leaks", self.detector)):
            self.monitor.register(f"history:{name}", _size(part), limit=part.nbytes)

    def sample(self) -> None:
        """Look once; also whether something leaks, every ten minutes."""
        self.monitor.sample()
        if time.monotonic() - self._judged_at < JUDGE_S:
            self.detector.read()
        else:
            self._judged_at = time.monotonic()
            self.detector.observe()

    @contextmanager
    def call(self, tool: str, *, observed: bool = True) -> Iterator[None]:
        """Wrap one call of a tool; with `observed=False` the leak detectors do not count it as one."""
        began, ok = time.monotonic(), False
        with ExitStack() as around:
            for detector in self._detectors if observed else ():
                around.enter_context(detector.call(tool))
            try:
                yield
                ok = True
            finally:
                seconds = time.monotonic() - began
                self.tallies.setdefault(tool, Tally()).note(seconds, ok=ok)
                for told in self.on_call:
                    told(tool, seconds, ok)

    @contextmanager
    def observing(self, seconds: float, threshold: float) -> Iterator[LeakDetector]:
        """A detector of its own for a while of so many seconds; it reads when asked and after calls."""
        detector = self._detector(threshold, interval_s=seconds / 80)
        self._detectors = [*self._detectors, detector]
        try:
            yield detector
        finally:
            self._detectors = [each for each in self._detectors if each is not detector]

    def found(self, tool: str, verdict: Verdict) -> None:
        """Remember what a detection found of a tool."""
        self._tools[tool] = Found(verdict, time.time())

    def leaks(self) -> dict[str, Any]:
        """Plain JSON: what was `watched` since the start (None: too little yet), and found by tool."""
        latest = self.detector.observe()
        return {
            "watched": Found(latest, time.time()).brief() if latest else None,
            "tools": {tool: found.brief() for tool, found in self._tools.items()},
        }

    def _detector(self, threshold: float = 0.05, *, interval_s: float) -> LeakDetector:
        return LeakDetector(threshold, interval_s=interval_s, caches=self.monitor.caches, advice=ADVICE)


def _size(part: MemoryMonitor | LeakDetector) -> Callable[[], int]:
    return lambda: part.nbytes
