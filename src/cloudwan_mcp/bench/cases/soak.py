"""Whether the server's memory stays where it is over thousands of calls of every tool."""

from __future__ import annotations

import math
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.processes import MIB, memory
from cloudwan_mcp.bench.stdio import StdioServer

ATTACHMENTS = 20_000
ROUNDS = 2_000  # each a call of every tool that answers at once
JOBS = 2_000  # calls of each tool that takes seconds, spread over the rounds
LAST = 1_000  # rounds that the slope is taken of; until then caches fill
STRETCHES = 20
STUDENT = 2.093  # the 97.5th percentile of Student's distribution with 19 degrees of freedom

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
    ("show_topology", {}),
    ("map_grid", {"state": "FAILED"}),
    ("map_cell", {"edge": "us-east-1"}),
    ("export_topology", {"format": "svg"}),
    ("find", {"query": "prod"}),
    ("describe", {}),
    ("find_path", {"without": "us-east-1"}),
    ("list_findings", {}),
    ("list_routes", {"prefix": "10.0.0.1", "edge": "us-east-1"}),
    ("segment_matrix", {}),
    ("explain_association", {"type": "vpc", "tags": ["segment=production"]}),
    ("lint_policy", {}),
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
    last = sizes[-(min(LAST, rounds) + 1) :]
    slope, reach = growth(last)
    watched = leaks["kind"] if leaks else "inconclusive"
    return {
        "rounds": rounds,
        "calls_of_slow_tools": -(-rounds // every),
        "warm_mib": round(last[0] / MIB, 1),
        "end_mib": round(last[-1] / MIB, 1),
        "growth_kib": (last[-1] - last[0]) // 1024,
        "slope_bytes_per_round": round(slope, 1),
        "slope_low": round(slope - reach, 1),
        "slope_high": round(slope + reach, 1),
        "watched": watched,
        "suspected": int(watched == "suspect"),
    }


def growth(sizes: Sequence[int]) -> tuple[float, float]:
    """(bytes a round, half the width of its 95 % interval) from the memory after each round.

    A resident size moves in pages and stays where it is between, so neighbouring readings say the same thing:
    to take each for a witness would make a trend of a single page. What successive stretches add is
    independent, and their mean has Student's distribution.
    """
    length = max((len(sizes) - 1) // STRETCHES, 1)
    ends = sizes[::length][: STRETCHES + 1]
    added = [(after - before) / length for before, after in pairwise(ends)]
    if len(added) < 2:
        return 0.0, math.inf
    return statistics.mean(added), STUDENT * statistics.stdev(added) / math.sqrt(len(added))


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
        Rule("growth_kib", "<", 256, "KiB"),
        Rule("suspected", "==", 0, "by its own leak detector"),
    ),
)
