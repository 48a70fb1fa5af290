"""Calls by name: how many, how many failed, how long they took, and how long the last ones did."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

NAMES = 64
NAME_LENGTH = 80
LATENCIES = 256  # of each name; the 99th percentile of fewer would be the maximum
OTHER = "other"
BUCKETS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Upper bounds; those that OpenTelemetry's conventions name for the durations of MCP operations."""


def percentile(ordered: Sequence[float], part: float) -> float:
    """The nearest-rank percentile of values in ascending order: always a value that occurred."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


class Durations:
    """How long calls took since the start, as counts of buckets; the last is for what exceeds every bound."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = array("Q", bytes(8 * (len(BUCKETS_S) + 1)))
        self.seconds = 0.0

    def record(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS_S, seconds)] += 1
        self.seconds += seconds

    def cumulative(self) -> list[int]:
        """For each bound, and last without one, how many calls took no longer."""
        return list(accumulate(self.counts))


class Timings:
    """The calls of one name."""

    __slots__ = ("_latencies", "_summary", "bad", "calls", "failed", "good")

    def __init__(self) -> None:
        self.calls = 0
        self.failed = 0
        self.good = Durations()
        self.bad = Durations()
        self._latencies = array("d")
        self._summary: dict[str, Any] | None = None

    def record(self, seconds: float, ok: bool) -> None:
        if len(self._latencies) < LATENCIES:
            self._latencies.append(seconds)
        else:
            self._latencies[self.calls % LATENCIES] = seconds
        (self.good if ok else self.bad).record(seconds)
        self.calls += 1
        self.failed += not ok
        self._summary = None

    def summary(self) -> dict[str, Any]:
        """Counts since the start, milliseconds of the last calls; sorted anew only after a new call."""
        if self._summary is None:
            ordered = sorted(self._latencies)
            self._summary = {
                "calls": self.calls,
                "failed": self.failed,
                "success_rate": 1 - self.failed / self.calls,
                **{f"p{part}_ms": round(percentile(ordered, part / 100) * 1000, 3) for part in (50, 95, 99)},
                "max_ms": round(ordered[-1] * 1000, 3),
            }
        return self._summary


class Calls:
    """At most 64 names; calls by further names are counted together, as "other"."""

    def __init__(self, names: int = NAMES) -> None:
        self._most = names
        self._timings: dict[str, Timings] = {}
        self.calls = 0
        self.failed = 0

    def record(self, name: str, seconds: float, ok: bool) -> tuple[str, float]:
        """Count a call; a duration that is none (negative, infinite, not a number) counts as 0.

        Returns the name and the duration that it was counted with.
        """
        seconds = seconds if 0 <= seconds < math.inf else 0.0
        self.calls += 1
        self.failed += not ok
        name = self._bounded(name[:NAME_LENGTH])
        self._timings.setdefault(name, Timings()).record(seconds, ok)
        return name, seconds

    @property
    def success_rate(self) -> float | None:
        """The part of the calls that went well, 0 to 1; None before the first."""
        return 1 - self.failed / self.calls if self.calls else None

    def summary(self) -> dict[str, dict[str, Any]]:
        return dict(self._summaries())

    def durations(self) -> list[tuple[str, bool, list[int], float]]:
        """(name, went well, calls up to each bound, seconds in all) of every name; for a histogram."""
        return [
            (name, ok, each.cumulative(), each.seconds)
            for name, timings in sorted(self._timings.items())
            for ok, each in ((True, timings.good), (False, timings.bad))
            if ok or timings.failed
        ]

    def _bounded(self, name: str) -> str:
        full = name not in self._timings and len(self._timings) >= self._most - 1
        return OTHER if full else name

    def _summaries(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, timings in sorted(self._timings.items()):
            yield name, dict(timings.summary())
