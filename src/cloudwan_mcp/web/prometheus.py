"""A summary as Prometheus reads it. Needs prometheus_client."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from cloudwan_mcp import __version__
from cloudwan_mcp.web.calls import BUCKETS_S
from cloudwan_mcp.web.summary import Scrape

BREAKER = ("closed", "half_open", "open")
BOUNDS = (*(f"{bound:g}" for bound in BUCKETS_S), "+Inf")
METHOD = "tools/call"
FAILED = "tool_error"
"""What the MCP SDK's own traces say as `error.type` of a tool that answered with an error."""

SIZES = (
    ("cloudwan_memory_limit_bytes", "Memory to stay within.", "system", "total"),
    ("cloudwan_memory_used_bytes", "Memory that counts against the limit.", "system", "used"),
    ("cloudwan_memory_pressure_percent", "Time that work waited for memory.", "system", "pressure"),
    ("cloudwan_memory_reserved_bytes", "Memory that calls in flight have reserved.", "guard", "reserved"),
    ("cloudwan_memory_waiting_calls", "Calls that wait for memory.", "guard", "waiting"),
    ("cloudwan_process_resident_bytes", "Memory of this process.", "process", "rss"),
    ("cloudwan_process_heap_bytes", "Memory of this process that no file backs.", "process", "heap"),
    ("cloudwan_process_peak_bytes", "The most memory this process had.", "process", "peak"),
    ("cloudwan_process_unaccounted_bytes", "Memory that no component names.", "process", "unaccounted"),
)
DISCOVERY = (
    ("cloudwan_discovery_elements", "Elements read by the discovery that runs.", "elements"),
    ("cloudwan_discovery_expected_elements", "Elements that it is expected to find.", "expected"),
    ("cloudwan_discovery_pages", "Pages that it has read.", "pages"),
    ("cloudwan_discovery_calls", "Calls to AWS that it has made.", "calls"),
    ("cloudwan_discovery_throttles", "Calls of it that AWS refused for their rate.", "throttles"),
)
SNAPSHOT = (
    ("cloudwan_snapshot_age_seconds", "Age of the newest snapshot of an account.", "age_s"),
    ("cloudwan_snapshot_elements", "Elements in it.", "elements"),
    ("cloudwan_snapshot_connections", "Connections in it.", "connections"),
    ("cloudwan_snapshot_bytes", "Its size on disk.", "bytes"),
)
LABEL_CHARACTERS = 80


def exposition(scrape: Scrape, accept: str) -> tuple[bytes, str]:
    """The metrics as text, and the content type of the format that `accept` prefers."""
    encode, kind = choose_encoder(accept)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Exposed(scrape))
    text = encode(registry)
    return text if isinstance(text, bytes) else text.encode(), kind


class Exposed(Collector):
    """One scrape; it has at most some thousand series, whatever is measured."""

    def __init__(self, scrape: Scrape) -> None:
        self._scrape = scrape
        self._current: dict[str, Any] = scrape.summary["current"]

    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily("cloudwan_build", "What runs.", {"version": __version__})
        for name, doc, part, key in SIZES:
            yield from _gauge(name, doc, [((), self._current[part][key])])
        uptime = [((), self._current["uptime_s"])]
        yield from _gauge("cloudwan_uptime_seconds", "Time since the start.", uptime)
        yield from _gauge(
            "cloudwan_dashboard_viewers", "Who watches the dashboard live.", [((), self._scrape.viewers)]
        )
        yield from self._states()
        yield self._durations()
        yield from self._counters()
        yield from self._alerts()
        yield from self._sections()

    def _states(self) -> Iterator[Metric]:
        sizes = [((name,), size) for name, size in self._current["components"].items()]
        yield from _gauge("cloudwan_component_bytes", "Memory by component.", sizes, "component")
        breaker = self._current["guard"]["breaker"]
        states = [((state,), float(state == breaker)) for state in BREAKER]
        yield from _gauge("cloudwan_memory_breaker_state", "1 for the state that is.", states, "state")

    def _durations(self) -> Metric:
        family = HistogramMetricFamily(
            "mcp_server_operation_duration_seconds",
            "Duration of tool calls.",
            labels=("mcp_method_name", "gen_ai_tool_name", "error_type"),
        )
        for name, ok, counts, seconds in self._scrape.durations:
            buckets = list(zip(BOUNDS, map(float, counts), strict=True))
            family.add_metric((METHOD, name, "" if ok else FAILED), buckets, seconds)
        return family

    def _counters(self) -> Iterator[Metric]:
        elements = CounterMetricFamily("cloudwan_elements", "Elements that were processed.")
        elements.add_metric((), self._current["performance"]["elements"])
        yield elements
        notifications = CounterMetricFamily(
            "cloudwan_notifications", "Alerts told to others.", labels=("channel", "outcome")
        )
        for each in self._scrape.notifications:
            for outcome in ("sent", "failed", "dropped"):
                notifications.add_metric((each["name"], outcome), each[outcome])
        yield notifications

    def _alerts(self) -> Iterator[Metric]:
        rules = [(rule.name[:LABEL_CHARACTERS], rule, standing) for rule, standing in self._scrape.rules]
        active = [((name, rule.metric, rule.severity), float(standing)) for name, rule, standing in rules]
        labels = ("rule", "metric", "severity")
        yield from _gauge("cloudwan_alert_active", "1 while the rule's alert stands.", active, *labels)
        thresholds = [((name, rule.metric, rule.severity), rule.threshold) for name, rule, _ in rules]
        yield from _gauge(
            "cloudwan_alert_threshold", "Where the rule's alert is raised.", thresholds, *labels
        )

    def _sections(self) -> Iterator[Metric]:
        discovery = self._current.get("discovery")
        running = float(isinstance(discovery, dict) and "error" not in discovery)
        if "discovery" in self._current:
            yield from _gauge("cloudwan_discovery_running", "1 while a discovery runs.", [((), running)])
        if running:
            for name, doc, key in DISCOVERY:
                yield from _gauge(name, doc, [((), discovery.get(key))])  # type: ignore[union-attr]
        newest = self._newest()
        for name, doc, key in SNAPSHOT:
            values = [((alias,), each.get(key)) for alias, each in newest.items()]
            yield from _gauge(name, doc, values, "alias")

    def _newest(self) -> dict[str, dict[str, Any]]:
        """The newest snapshot of each alias; they come newest first."""
        found: dict[str, dict[str, Any]] = {}
        snapshots = self._current.get("snapshots")
        for each in snapshots if isinstance(snapshots, list) else ():
            if isinstance(each, dict):
                found.setdefault(str(each.get("alias", ""))[:LABEL_CHARACTERS], each)
        return found


def _gauge(
    name: str, doc: str, values: Iterable[tuple[tuple[str, ...], Any]], *labels: str
) -> Iterator[Metric]:
    """One family; a value that is no number is left out, and a family without values too."""
    family = GaugeMetricFamily(name, doc, labels=labels)
    for label, value in values:
        if isinstance(value, int | float) and math.isfinite(value):
            family.add_metric(label, value)
    if family.samples:
        yield family
