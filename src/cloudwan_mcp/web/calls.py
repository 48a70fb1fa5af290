"""Calls by name: how many, how many failed, and how long the last ones took."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from typing import Any

NAMES = 64
NAME_LENGTH = 80
LATENCIES = 256  # of each name; the 99th percentile of fewer would be the maximum
OTHER = "other"


def percentile(ordered: Sequence[float], part: float) -> float:
    """The nearest-rank percentile of values in ascending order: always a value that occurred."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


class Timings:
    """The calls of one name."""

    __slots__ = ("_latencies", "_summary", "calls", "failed")

    def __init__(self) -> None:
        self.calls = 0
        self.failed = 0
        self._latencies = array("d")
        self._summary: dict[str, Any] | None = None

    def record(self, seconds: float, ok: bool) -> None:
        if len(self._latencies) < LATENCIES:
            self._latencies.append(seconds)
        else:
            self._latencies[self.calls % LATENCIES] = seconds
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

    def record(self, name: str, seconds: float, ok: bool) -> None:
        """Count a call; a duration that is none (negative, infinite, not a number) counts as 0."""
        seconds = seconds if 0 <= seconds < math.inf else 0.0
        self.calls += 1
        self.failed += not ok
        self._of(name[:NAME_LENGTH]).record(seconds, ok)

    @property
    def success_rate(self) -> float | None:
        """The part of the calls that went well, 0 to 1; None before the first."""
        return 1 - self.failed / self.calls if self.calls else None

    def summary(self) -> dict[str, dict[str, Any]]:
        return dict(self._summaries())

    def _of(self, name: str) -> Timings:
        if name not in self._timings and len(self._timings) >= self._most - 1:
            name = OTHER
        return self._timings.setdefault(name, Timings())

    def _summaries(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, timings in sorted(self._timings.items()):
            yield name, dict(timings.summary())
