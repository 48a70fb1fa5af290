"""What a dashboard adds to an idle server: with a page that follows it, and with many that stop reading."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.endpoint import clean_environment
from cloudwan_mcp.bench.figures import spread
from cloudwan_mcp.bench.processes import MIB, cpu_s, memory
from cloudwan_mcp.bench.stdio import StdioServer
from cloudwan_mcp.bench.viewer import free_port, silent, viewed

SETTLING_S, IDLE_S, SILENT_S = 5.0, 60.0, 30.0
VIEWERS = 100
CALLS = 200


def _run(parameters: Parameters) -> Measurements:
    part = 0.05 if parameters.quick else 1.0
    with tempfile.TemporaryDirectory() as folder:
        environ = clean_environment() | {"CLOUDWAN_DATA_DIR": folder}
        with _served(environ) as server:
            plain_rss, plain_cpu = _idle(server, part)
        with _watched(environ) as (server, port):
            with viewed(port):
                rss, cpu = _idle(server, part)
            calls = _calls(server, parameters.sized(CALLS))
            with ExitStack() as stack:
                for _ in range(VIEWERS):
                    stack.enter_context(silent(port))
                time.sleep(SILENT_S * part)
                silent_rss = memory(server.pid)
                beside = _calls(server, parameters.sized(CALLS))
    return {
        "plain_rss_mib": round(plain_rss / MIB, 1),
        "added_rss_mib": round((rss - plain_rss) / MIB, 1),
        "plain_cpu_percent": round(plain_cpu, 3),
        "added_cpu_percent": round(cpu - plain_cpu, 3),
        "idle_s": IDLE_S * part,
        "silent_viewers": VIEWERS,
        "added_by_silent_mib": round((silent_rss - rss) / MIB, 1),
        "call_s": spread(calls),
        "call_beside_silent_s": spread(beside),
        "slowdown": round(statistics.median(beside) / statistics.median(calls), 2),
    }


@contextmanager
def _served(environ: Mapping[str, str], *options: str) -> Iterator[StdioServer]:
    with StdioServer(environ, *options) as server:
        server.initialize()
        server.ask("tools/list")
        yield server


@contextmanager
def _watched(environ: Mapping[str, str]) -> Iterator[tuple[StdioServer, int]]:
    port = free_port()
    with _served({**environ, "CLOUDWAN_MONITORING_PORT": str(port)}, "--dashboard") as server:
        yield server, port


def _idle(server: StdioServer, part: float) -> tuple[int, float]:
    """(bytes, percent of a core) of a server that nobody asks anything."""
    time.sleep(SETTLING_S * part)
    before = cpu_s(server.pid)
    time.sleep(IDLE_S * part)
    return memory(server.pid), 100 * (cpu_s(server.pid) - before) / (IDLE_S * part)


def _calls(server: StdioServer, count: int) -> list[float]:
    taken = []
    for _ in range(count):
        began = time.monotonic()
        server.call("list_snapshots")
        taken.append(time.monotonic() - began)
    return taken


CASE = Case(
    name="dashboard",
    measures="what the dashboard adds to an idle server, with one page open and with a hundred unread",
    run=_run,
    rules=(
        Rule("added_rss_mib", "<=", 12, "MiB with one viewer"),
        Rule("added_cpu_percent", "<=", 1, "% of a core with one viewer"),
        Rule("added_by_silent_mib", "<=", 10, "MiB by 100 viewers that stop reading"),
        Rule("slowdown", "<=", 1.5, "times, of a call beside them", timed=True),
    ),
)
