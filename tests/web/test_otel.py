"""Metrics and traces through the OpenTelemetry SDK."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from cloudwan_mcp.web.alert import default_rules
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.calls import BUCKETS_S
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.otel import ENDPOINT, Telemetry, start_telemetry
from conversation import python
from fakes.clock import Clock
from web.machine import MIB, Machine, collector_of
from web.receiver import receiving


@contextmanager
def measured(collector: MetricsCollector) -> Iterator[InMemoryMetricReader]:
    reader = InMemoryMetricReader()
    telemetry = Telemetry(collector, reader=reader)
    try:
        yield reader
    finally:
        telemetry.end()


def points(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    data = reader.get_metrics_data()
    assert data is not None
    (resource,) = data.resource_metrics
    assert resource.resource.attributes["service.name"] == "cloudwan-mcp"
    return {
        metric.name: list(metric.data.data_points)
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_memory_components_and_alerts_are_observed() -> None:
    machine, clock = Machine(), Clock()
    machine.parts = {"cache": 5 * MIB, "broken": None}
    machine.own = None
    collector = collector_of(machine, clock, Alerts(default_rules(75, 85), clock=clock, wall=clock))
    with measured(collector) as reader:
        found = points(reader)
    assert found["cloudwan.memory.used"][0].value == 100 * MIB
    assert found["cloudwan.process.resident"][0].value == 80 * MIB
    assert [(each.value, dict(each.attributes)) for each in found["cloudwan.component.size"]] == [
        (5 * MIB, {"cloudwan.component": "cache"})
    ]
    assert [each.value for each in found["cloudwan.alert.active"]] == [0, 0]
    assert "cloudwan.process.heap" not in found


def test_calls_are_recorded_under_the_names_of_the_conventions() -> None:
    collector = collector_of(Machine(), Clock())
    with measured(collector) as reader:
        collector.record_call("stream_topology", 0.3, ok=True)
        collector.record_call("stream_topology", 0.4, ok=False)
        good, bad = points(reader)["mcp.server.operation.duration"]
    assert dict(good.attributes) == {"mcp.method.name": "tools/call", "gen_ai.tool.name": "stream_topology"}
    assert bad.attributes["error.type"] == "tool_error"
    assert (good.sum, good.count) == (0.3, 1)
    assert tuple(good.explicit_bounds) == BUCKETS_S


def test_names_are_as_bounded_as_everywhere() -> None:
    collector = collector_of(Machine(), Clock())
    with measured(collector) as reader:
        for number in range(200):
            collector.record_call(f"tool {number}", 0.1, ok=True)
        found = points(reader)["mcp.server.operation.duration"]
    assert len(found) == 64
    assert sum(each.count for each in found) == 200


def test_after_its_end_no_call_is_listened_to() -> None:
    collector = collector_of(Machine(), Clock())
    with measured(collector):
        pass
    assert collector._listeners == []
    collector.record_call("later", 0.1, ok=True)


@pytest.mark.parametrize(
    "environ", [{}, {ENDPOINT: ""}, {ENDPOINT: "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "True"}]
)
def test_nothing_is_sent_unless_somebody_is_named(environ: dict[str, str]) -> None:
    assert start_telemetry(collector_of(Machine(), Clock()), environ) is None


def run(program: str) -> Any:
    return python(program)


def test_without_the_extra_it_is_said_how_to_get_it() -> None:
    program = """
import sys
sys.modules["opentelemetry.sdk"] = sys.modules["opentelemetry.exporter"] = None
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.otel import start_telemetry
try:
    start_telemetry(MetricsCollector(), {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
except BadRequest as error:
    print(error)
"""
    done = run(program)
    assert "pip install 'cloudwan-mcp[otel]'" in done.stdout
    assert done.stderr == ""


def test_the_spans_of_the_mcp_sdk_arrive_at_the_exporter() -> None:
    program = """
import anyio
from mcp import Client
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from cloudwan_mcp.app import App
from cloudwan_mcp.server import build_server
from cloudwan_mcp.settings import load
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.otel import Telemetry
exporter = InMemorySpanExporter()
telemetry = Telemetry(MetricsCollector(), exporter=exporter)
async def main():
    async with App(load()) as app, Client(build_server(app)) as client:
        await client.call_tool("no such tool", {})
anyio.run(main)
telemetry.end()
spans = {span.name: span for span in exporter.get_finished_spans()}
print(sorted(name for name in spans if name.startswith("tools/call")))
"""
    done = run(program)
    assert "tools/call no such tool" in done.stdout, done.stderr


@pytest.mark.anyio
async def test_metrics_and_spans_reach_a_collector_over_http() -> None:
    with receiving() as receiver:
        program = f"""
from opentelemetry import trace
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.otel import start_telemetry
import os
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "{receiver.url}"
collector = MetricsCollector()
telemetry = start_telemetry(collector)
collector.record_call("stream_topology", 0.1, ok=True)
with trace.get_tracer("test").start_as_current_span("span of the test"):
    pass
telemetry.end()
"""
        done = await asyncio.to_thread(run, program)
        assert (done.returncode, done.stderr) == (0, "")
        bodies = [gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for _, body in receiver.received]
    assert any(b"mcp.server.operation.duration" in body for body in bodies)
    assert any(b"span of the test" in body for body in bodies)


@pytest.mark.anyio
async def test_a_collector_that_does_not_answer_does_not_hold_up_the_end() -> None:
    with receiving() as receiver:
        receiver.holding.clear()
        program = f"""
import os, threading
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "{receiver.url}"
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web import otel
otel.END_MS = 200
telemetry = otel.start_telemetry(MetricsCollector())
telemetry.end()
print("over", flush=True)
os._exit(0)
"""
        done = await asyncio.to_thread(run, program)
    assert done.stdout.strip() == "over"
