"""A summary in plain JSON: how what was measured and counted is told."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from cloudwan_mcp.web.alert import Rule
from cloudwan_mcp.web.calls import NAMES, Calls
from cloudwan_mcp.web.counts import Counts
from cloudwan_mcp.web.history import GRAINS
from cloudwan_mcp.web.reading import Reading

PARTS = ("at", "uptime_s", "system", "process", "components", "guard", "performance")
"""What every "current" has; the sections of others stand beside these."""


class Scrape(NamedTuple):
    """What one exposition of metrics is made of.

    `durations` are (name, went well, calls up to each bound, seconds in all), `rules` come with whether their
    alert stands.
    """

    summary: dict[str, Any]
    durations: list[tuple[str, bool, list[int], float]]
    rules: list[tuple[Rule, bool]]
    notifications: list[dict[str, Any]]
    viewers: int


def system(reading: Reading) -> dict[str, Any]:
    return {
        "total": reading.limit,
        "used": reading.used,
        "available": max(0, reading.limit - reading.used),
        "percent": round(reading.percent, 2),
        "origin": reading.origin,
        "pressure": reading.pressure,
    }


def process(reading: Reading, *, peak: int, first_rss: int) -> dict[str, Any]:
    return {
        "rss": reading.rss,
        "heap": reading.heap,
        "peak": peak,
        "growth": reading.rss - first_rss,
        "unaccounted": max(0, reading.rss - reading.accounted),
    }


def guard(reading: Reading, *, enabled: bool) -> dict[str, Any]:
    return {
        "enabled": enabled,
        "breaker": reading.breaker,
        "reason": reading.breaker_reason,
        "reserved": reading.reserved,
        "waiting": reading.waiting,
    }


def performance(elements: int, calls: Calls, recent: Counts) -> dict[str, Any]:
    return {
        "elements": elements,
        "calls": calls.calls,
        "failed": calls.failed,
        "success_rate": calls.success_rate,
        "by_name": calls.summary(),
        "recent": {
            "seconds": round(recent.at, 3),
            "elements_per_s": round(recent.elements_per_s, 3),
            "calls_per_s": round(recent.calls_per_s, 3),
            "success_rate": recent.success_rate,
        },
    }


def limits(
    reading: Reading, rules: Iterable[Rule], *, memory_bytes: int, file_bytes: int | None
) -> dict[str, Any]:
    watched = [rule for rule in rules if rule.metric == "memory_percent"]
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
        "history": {"memory_bytes": memory_bytes, "file_bytes": file_bytes},
    }
