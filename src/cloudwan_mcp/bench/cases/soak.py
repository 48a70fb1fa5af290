"""Whether the server's memory stays where it is over thousands of calls."""

from __future__ import annotations

import random
import sys
import tempfile
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.processes import MIB, memory
from cloudwan_mcp.bench.stdio import StdioServer

ATTACHMENTS = 20_000
CALLS = 10_000
WARM_UP = 0.3  # of the calls: until then caches fill

ASKED: tuple[dict[str, Any], ...] = (
    {"limit": 100},
    {"limit": 500, "detail": "full"},
    {"state": "FAILED"},
    {"element_types": ["segment"], "detail": "full"},
    {"text": "prod", "limit": 20},
    {"include": "connections", "limit": 200},
)


def _run(parameters: Parameters) -> Measurements:
    calls = parameters.sized(CALLS)
    draw = random.Random(0)  # noqa: S311 - the same calls in every run
    with (
        Endpoint(parameters.sized(ATTACHMENTS)) as endpoint,
        tempfile.TemporaryDirectory() as folder,
        StdioServer({**endpoint.environ, "CLOUDWAN_DATA_DIR": folder}) as server,
    ):
        server.initialize()
        cursor = ""
        sizes: list[int] = []
        for number in range(calls):
            asked = {"cursor": cursor} if cursor and draw.random() < 0.5 else draw.choice(ASKED)
            cursor = server.call("stream_topology", **asked).get("next_cursor", "")
            if number % 50 == 0:
                server.call("list_snapshots")
                sizes.append(memory(server.pid))
            if number % 2000 == 0:
                sys.stderr.write(f"  {number:,} calls, {sizes[-1] / MIB:.1f} MiB\n")
    warm = sizes[int(len(sizes) * WARM_UP) :]
    return {
        "calls": calls,
        "warm_mib": round(warm[0] / MIB, 1),
        "end_mib": round(warm[-1] / MIB, 1),
        "growth_mib": round((warm[-1] - warm[0]) / MIB, 2),
    }


CASE = Case(
    name="soak",
    measures="growth of the server over thousands of calls, after its caches have filled",
    run=_run,
    rules=(Rule("growth_mib", "<", 4, "MiB"),),
)
