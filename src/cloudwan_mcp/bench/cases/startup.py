"""How long a client waits for a fresh server's tools, and what the server costs while nobody asks."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.endpoint import clean_environment
from cloudwan_mcp.bench.figures import spread
from cloudwan_mcp.bench.installed import PYTHON
from cloudwan_mcp.bench.processes import MIB, cpu_s, memory
from cloudwan_mcp.bench.stdio import StdioServer

PAIRS = 15
IDLE_S = 30.0
SDK = (PYTHON, "-c", "import mcp.server.mcpserver")


def _run(parameters: Parameters) -> Measurements:
    with tempfile.TemporaryDirectory() as folder:
        environ = clean_environment() | {"CLOUDWAN_DATA_DIR": folder}
        _baseline(environ), _start(environ)  # the first of each reads the disk
        ours, theirs = [], []
        for _ in range(parameters.sized(PAIRS)):
            theirs.append(_baseline(environ))
            ours.append(_start(environ))
        idle = _idle(environ, 1.0 if parameters.quick else IDLE_S)
    return {
        "ratio": round(statistics.median(ours) / statistics.median(theirs), 3),
        "ratio_of_fastest": round(min(ours) / min(theirs), 3),
        "seconds": spread(ours),
        "baseline_seconds": spread(theirs),
        **idle,
    }


def _baseline(environ: Mapping[str, str]) -> float:
    began = time.monotonic()
    subprocess.run(SDK, env=dict(environ), check=True)  # noqa: S603
    return time.monotonic() - began


def _start(environ: Mapping[str, str]) -> float:
    """From the start of the process to its list of tools."""
    began = time.monotonic()
    with StdioServer(environ) as server:
        server.initialize()
        server.ask("tools/list")
        return time.monotonic() - began


def _idle(environ: Mapping[str, str], seconds: float) -> Measurements:
    with StdioServer(environ) as server:
        server.initialize()
        server.ask("tools/list")
        rss = memory(server.pid)
        before = cpu_s(server.pid)
        time.sleep(seconds)
        used = cpu_s(server.pid) - before
        return {
            "idle_rss_mib": round(rss / MIB, 1),
            "idle_cpu_percent": round(100 * used / seconds, 3),
            "idle_s": seconds,
        }


CASE = Case(
    name="startup",
    measures="start of the server to its list of tools, against the bare import of the SDK it is built on",
    run=_run,
    rules=(
        Rule("ratio", "<=", 1.3, "times the import", timed=True),
        Rule("idle_rss_mib", "<", 80, "MiB"),
        Rule("idle_cpu_percent", "<", 0.2, "%"),
    ),
)
