"""Whether the server's memory stays where it is over thousands of calls of every tool."""

from __future__ import annotations

import random
import sys
import tempfile
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.processes import MIB, memory
from cloudwan_mcp.bench.stdio import StdioServer
from cloudwan_mcp.memory.leaks.trend import theil_sen

ATTACHMENTS = 20_000
ROUNDS = 2_000  # each a call of every tool that answers at once
JOBS = 500  # calls of each tool that takes seconds, spread over the rounds
LAST = 1_000  # rounds that the slope is taken of; until then caches fill

ASKED: tuple[dict[str, Any], ...] = (
    {"limit": 100},
    {"limit": 500, "detail": "full"},
    {"state": "FAILED"},
    {"element_types": ["segment"], "detail": "full"},
    {"text": "prod", "limit": 20},
    {"include": "connections", "limit": 200},
)
QUICK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("list_snapshots", {}),
    ("memory_report", {}),
    ("summarize_topology", {"group_by": ["segment", "edge"]}),
)
SLOW: tuple[tuple[str, dict[str, Any]], ...] = (("detect_leaks", {"seconds": 1}), ("run_benchmark", {}))


def _run(parameters: Parameters) -> Measurements:
    rounds = parameters.sized(ROUNDS)
    every = rounds if parameters.quick else rounds // JOBS
    with (
        Endpoint(parameters.sized(ATTACHMENTS)) as endpoint,
        tempfile.TemporaryDirectory() as folder,
        StdioServer({**endpoint.environ, "CLOUDWAN_DATA_DIR": folder}) as server,
    ):
        server.initialize()
        sizes = _called(server, rounds, every)
        leaks = server.call("memory_report")["leaks"]["watched"]
    xs = list(range(len(sizes)))
    last = -(-len(sizes) * min(LAST, rounds) // rounds)
    slope = theil_sen(xs[-last:], sizes[-last:])
    watched = leaks["kind"] if leaks else "inconclusive"
    return {
        "rounds": rounds,
        "calls_of_slow_tools": -(-rounds // every),
        "warm_mib": round(sizes[-last] / MIB, 1),
        "end_mib": round(sizes[-1] / MIB, 1),
        "growth_mib": round((sizes[-1] - sizes[-last]) / MIB, 2),
        "slope_bytes_per_round": round(slope.per_x, 1),
        "slope_low": round(slope.low, 1),
        "slope_high": round(slope.high, 1),
        "watched": watched,
        "suspected": int(watched == "suspect"),
    }


def _called(server: StdioServer, rounds: int, every: int) -> list[int]:
    """The memory after every round."""
    draw = random.Random(0)  # noqa: S311 - the same calls in every run
    cursor, sizes = "", []
    for number in range(rounds):
        asked = {"cursor": cursor} if cursor and draw.random() < 0.5 else draw.choice(ASKED)
        cursor = server.call("stream_topology", **asked).get("next_cursor", "")
        for tool, arguments in (*QUICK, *(SLOW if number % every == 0 else ())):
            server.call(tool, **arguments)
        sizes.append(memory(server.pid))
        if number % 200 == 0:
            sys.stderr.write(f"  {number:,} rounds, {sizes[-1] / MIB:.1f} MiB\n")
    return sizes


CASE = Case(
    name="soak",
    measures="growth of the server over thousands of calls of every tool, after its caches have filled",
    run=_run,
    rules=(
        # the lower end of the 95 % interval: above it, a slope is no chance
        Rule("slope_low", "<=", 0, "bytes a round"),
        Rule("growth_mib", "<", 4, "MiB"),
        Rule("suspected", "==", 0, "by its own leak detector"),
    ),
)
