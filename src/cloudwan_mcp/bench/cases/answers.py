"""Whether the questions that networks are asked are answered rightly, in one call, briefly and at once."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.evaluation import course
from cloudwan_mcp.bench.evaluation.asking import Row
from cloudwan_mcp.bench.evaluation.estates import SIZES
from cloudwan_mcp.bench.evaluation.table import table

CALLS = 40  # of each question, after one to warm up
LEAST_CALLS = 3
QUOTA = 5_000  # attachments of a core network: the bound of what passes through all of them is for so many


def _run(parameters: Parameters) -> Measurements:
    """At every size up to that of `parameters`; the largest is timed."""
    sizes = [size for size in SIZES if size.elements <= parameters.attachments and not parameters.quick]
    sizes = sizes or [SIZES[0]]
    rows: list[Row] = []
    for size in sizes:
        sys.stderr.write(f"  {size.elements:,} elements\n")
        with tempfile.TemporaryDirectory() as folder:
            calls = parameters.sized(CALLS, LEAST_CALLS) if size is sizes[-1] else 0
            rows += course.run(size, Path(folder), calls)
    return measured(rows)


def measured(rows: list[Row]) -> Measurements:
    brief = [row for row in rows if not row.whole]
    whole = [row for row in rows if row.whole]
    return {
        "wrong_answers": sum(bool(row.faults) for row in rows),
        "calls_most": max(row.calls for row in rows),
        "tokens_most": max(row.tokens for row in rows),
        "slowest_p95_quiet_ms": max(row.quiet or 0.0 for row in brief),
        "slowest_p95_refreshing_ms": max(row.refreshing or 0.0 for row in brief),
        "whole_p95_quiet_ms": max((_of_quota(row, row.quiet) for row in whole), default=0.0),
        "whole_p95_refreshing_ms": max((_of_quota(row, row.refreshing) for row in whole), default=0.0),
        "rows": [row.measured() for row in rows],
    }


def _of_quota(row: Row, ms: float | None) -> float:
    """Of `QUOTA` attachments, where there are more of them."""
    return round((ms or 0.0) * QUOTA / max(QUOTA, row.attachments), 1)


CASE = Case(
    name="answers",
    measures="questions answered rightly in one call, and the tokens and milliseconds that the answers take",
    run=_run,
    rules=(
        Rule("wrong_answers", "==", 0),
        Rule("calls_most", "==", 1),
        Rule("tokens_most", "<=", 2000),
        Rule("slowest_p95_quiet_ms", "<=", 50, "ms", timed=True),
        Rule("slowest_p95_refreshing_ms", "<=", 50, "ms", timed=True),
        Rule("whole_p95_quiet_ms", "<=", 1000, "ms for 5,000 attachments", timed=True),
        Rule("whole_p95_refreshing_ms", "<=", 1000, "ms for 5,000 attachments", timed=True),
    ),
    shows=lambda measurements: table(measurements["rows"]),
)
