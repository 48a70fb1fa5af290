"""What alert rules can watch: every metric with its unit and the range in which a threshold makes sense."""

from __future__ import annotations

from typing import NamedTuple

from cloudwan_mcp.errors import BadRequest

COMPONENT = "component:"
MOST_BYTES = float(16 * 1024**4)


class Metric(NamedTuple):
    """A unit, and the thresholds that can be given in it."""

    unit: str
    low: float
    high: float


BYTES = Metric("bytes", 0.0, MOST_BYTES)
METRICS = {
    "memory_percent": Metric("percent", 1.0, 100.0),
    "used": BYTES,
    "rss": BYTES,
    "heap": BYTES,
    "reserved": BYTES,
    "pressure": Metric("percent", 0.0, 100.0),
    "elements_per_s": Metric("rate", 0.0, 1e9),
    "success_rate": Metric("fraction", 0.0, 1.0),
}
OTHER = Metric("number", -1e18, 1e18)


def component_metric(name: str) -> str:
    """The metric that a rule watches to watch one component, in bytes."""
    return f"{COMPONENT}{name}"


def metric_of(name: str) -> Metric:
    """What is known of a metric; one that a library's user judges alone is a number like any other."""
    return BYTES if name.startswith(COMPONENT) else METRICS.get(name, OTHER)


def known_metric(name: str) -> Metric:
    """The same for a metric that this product measures. Raises `BadRequest` for any other."""
    if name in METRICS or (name.startswith(COMPONENT) and len(name) > len(COMPONENT)):
        return metric_of(name)
    raise BadRequest(
        f"Nothing called {name[:80]!r} is measured.",
        field="metric",
        next_step=f"Choose one of {', '.join(METRICS)} or {COMPONENT}<name>.",
    )
