"""Metrics and traces to an OpenTelemetry collector, where one is named; needs the extra `otel`.

The MCP SDK makes a span of every message it serves and hands it to the tracer provider of the process; here
is that provider, and the metrics beside it, under the names of the conventions for MCP.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cloudwan_mcp import __version__
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.web.calls import BUCKETS_S

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Observation
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter

    from cloudwan_mcp.web.collector import MetricsCollector

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
ENDPOINTS = {signal: f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT" for signal in ("METRICS", "TRACES")}
END_MS = 3000
SERVICE = "cloudwan-mcp"

GAUGES = (
    ("cloudwan.memory.limit", "By", "Memory to stay within.", "system", "total"),
    ("cloudwan.memory.used", "By", "Memory that counts against the limit.", "system", "used"),
    ("cloudwan.memory.reserved", "By", "Memory that calls in flight have reserved.", "guard", "reserved"),
    ("cloudwan.process.resident", "By", "Memory of this process.", "process", "rss"),
    ("cloudwan.process.heap", "By", "Memory of this process that no file backs.", "process", "heap"),
    ("cloudwan.process.unaccounted", "By", "Memory that no component names.", "process", "unaccounted"),
)

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


def start_telemetry(
    collector: MetricsCollector, environ: Mapping[str, str] | None = None
) -> Telemetry | None:
    """Send metrics and traces from now on; None where the environment names nobody to send them to.

    OTEL_EXPORTER_OTLP_ENDPOINT names one for both, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT and
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT one each; OTEL_SDK_DISABLED=true switches both off. The SDK reads its
    other variables itself. Raises `BadRequest` where the extra is not installed.
    """
    environ = os.environ if environ is None else environ
    signals = wanted(environ)
    if not signals:
        return None
    try:
        reader, exporter = _over_http(signals)
    except ImportError as error:
        raise BadRequest(
            f"{ENDPOINT} is set, but the OpenTelemetry SDK is not installed.",
            field=ENDPOINT,
            next_step="Run `pip install 'cloudwan-mcp[otel]'`, or unset the variable.",
        ) from error
    return Telemetry(collector, reader=reader, exporter=exporter)


def wanted(environ: Mapping[str, str]) -> set[str]:
    """Which of METRICS and TRACES the environment wants sent."""
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return set()
    return {signal for signal, name in ENDPOINTS.items() if environ.get(name) or environ.get(ENDPOINT)}


def _over_http(signals: set[str]) -> tuple[MetricReader | None, SpanExporter | None]:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    reader = PeriodicExportingMetricReader(OTLPMetricExporter()) if "METRICS" in signals else None
    return reader, OTLPSpanExporter() if "TRACES" in signals else None


class Telemetry:
    """Metrics of `collector` through `reader`, and the spans of this process through `exporter`.

    A process has one tracer provider for all its life: with an exporter, this becomes it.
    """

    def __init__(
        self,
        collector: MetricsCollector,
        *,
        reader: MetricReader | None = None,
        exporter: SpanExporter | None = None,
    ) -> None:
        from opentelemetry.sdk.resources import Resource

        self._collector = collector
        self._ends: list[Callable[[], None]] = []
        resource = Resource.create({"service.name": SERVICE, "service.version": __version__})
        if "OTEL_SERVICE_NAME" in os.environ:
            resource = resource.merge(Resource({"service.name": os.environ["OTEL_SERVICE_NAME"]}))
        if exporter is not None:
            self._trace(exporter, resource)
        if reader is not None:
            self._measure(reader, resource)

    def end(self) -> None:
        """Send what is left and end the threads; takes three seconds at most when nobody listens."""
        ends, self._ends = self._ends, []
        threads = [threading.Thread(target=_ended, args=(each,), daemon=True) for each in ends]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(END_MS / 1000)

    def _trace(self, exporter: SpanExporter, resource: Resource) -> None:
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        self._ends.append(provider.shutdown)

    def _measure(self, reader: MetricReader, resource: Resource) -> None:
        from opentelemetry.sdk.metrics import MeterProvider

        provider = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
        meter = provider.get_meter("cloudwan_mcp", __version__)
        durations = meter.create_histogram(
            "mcp.server.operation.duration",
            unit="s",
            description="Duration of tool calls.",
            explicit_bucket_boundaries_advisory=BUCKETS_S,
        )

        def record(name: str, seconds: float, ok: bool) -> None:
            attributes = {"mcp.method.name": "tools/call", "gen_ai.tool.name": name}
            durations.record(seconds, attributes if ok else attributes | {"error.type": "tool_error"})

        self._collector.add_call_listener(record)
        self._ends.append(lambda: self._collector.remove_call_listener(record))
        self._ends.append(lambda: provider.shutdown(END_MS))
        for name, unit, doc, part, key in GAUGES:
            meter.create_observable_gauge(name, [self._observed(part, key)], unit, doc)
        meter.create_observable_gauge(
            "cloudwan.component.size", [self._components], "By", "Memory by component."
        )
        meter.create_observable_gauge(
            "cloudwan.alert.active", [self._alerts], "1", "1 while the rule's alert stands."
        )

    def _observed(self, part: str, key: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(_: CallbackOptions) -> Iterator[Observation]:
            yield from _observations([(self._collector.current()[part][key], {})])

        return observe

    def _components(self, _: CallbackOptions) -> Iterator[Observation]:
        sizes = self._collector.current()["components"].items()
        yield from _observations([(size, {"cloudwan.component": name}) for name, size in sizes])

    def _alerts(self, _: CallbackOptions) -> Iterator[Observation]:
        alerts = self._collector.alerts
        standing = {alert["rule"] for alert in alerts.active()}
        yield from _observations(
            [
                (int(rule.name in standing), {"cloudwan.rule": rule.name, "cloudwan.severity": rule.severity})
                for rule in alerts.rules
            ]
        )


def _observations(values: Iterable[tuple[int | None, dict[str, str]]]) -> Iterator[Observation]:
    from opentelemetry.metrics import Observation

    for value, attributes in values:
        if value is not None:
            yield Observation(value, attributes)


def _ended(end: Callable[[], object]) -> None:
    try:
        end()
    except Exception:  # noqa: BLE001 - nothing of this may keep the process from ending
        _log.exception("OpenTelemetry did not end in order")
