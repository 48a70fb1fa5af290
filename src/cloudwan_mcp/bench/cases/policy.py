"""What judging a policy at AWS's quotas takes: the matrix, lint, and a what-if over all attachments."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.policies import EDGES, SEGMENTS, policy
from cloudwan_mcp.bench.written import element, write
from cloudwan_mcp.policy.lint import lint
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.parse import parse
from cloudwan_mcp.simulator import Estate

ATTACHMENTS = (500, 5_000, 20_000)
TIMED = 5_000  # of these is the bound: AWS's quota for a core network
RUNS, WHAT_IFS = 30, 10
WHAT_IF = [sys.executable, "-m", "cloudwan_mcp.bench.what_if"]


def _run(parameters: Parameters) -> Measurements:
    """Each many times in one process, a what-if of each size in one of its own. All sizes are fixed."""
    text = json.dumps(policy(), indent=2)
    document = parse(text)
    runs = parameters.sized(RUNS)
    estate = Estate(attachments=ATTACHMENTS[-1], policy=policy())
    sizes = ATTACHMENTS[:2] if parameters.quick else ATTACHMENTS
    times = parameters.sized(WHAT_IFS)
    found = {count: _what_if(estate, parameters.sized(count, 20), times) for count in sizes}
    seconds = found[TIMED]["seconds"]
    peaks = [each["peak_mib"] for each in found.values()]
    return {
        "segments": SEGMENTS,
        "edges": EDGES,
        "document_bytes": len(text),
        **_timed("parse", lambda: parse(text), runs),
        **_timed("matrix", lambda: matrix(document), runs),
        **_timed("lint", lambda: lint(document), runs),
        "lint_findings": len(lint(document)),
        "what_if_s": round(statistics.median(seconds), 4),
        "what_if_slowest_s": max(seconds),
        "what_if_growth_mib": round(max(peaks) - peaks[0], 2),
        "what_if_late_growth_mib": round(peaks[-1] - peaks[1], 2),
        "attachments_not_judged": sum(each["asked"] - each["attachments"] for each in found.values()),
        "what_ifs": list(found.values()),
    }


def _timed(name: str, work: Callable[[], object], runs: int) -> dict[str, float]:
    """Median and slowest of `runs`, in milliseconds, after one that is not counted."""
    work()
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    median, slowest = round(statistics.median(taken), 2), round(max(taken), 2)
    sys.stderr.write(f"  {name}: median {median} ms, slowest {slowest} ms\n")
    return {f"{name}_ms": median, f"{name}_slowest_ms": slowest}


def _what_if(estate: Estate, count: int, times: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), "one", (element(estate, index) for index in range(count)))
        command = [*WHAT_IF, str(path), str(times)]
        run = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603
    taken: dict[str, Any] = {"asked": count, **json.loads(run.stdout)}
    sys.stderr.write(f"  {count:,}: {max(taken['seconds'])} s at most, {taken['peak_mib']} MiB\n")
    return taken


CASE = Case(
    name="policy",
    measures="matrix, lint and what-if of a policy of 40 segments and 20 edges, with 5,000 attachments",
    run=_run,
    rules=(
        Rule("matrix_ms", "<", 100, "ms", timed=True),
        Rule("matrix_slowest_ms", "<", 100, "ms", timed=True),
        Rule("lint_ms", "<", 500, "ms", timed=True),
        Rule("what_if_s", "<", 1, "s", timed=True),
        Rule("what_if_slowest_s", "<", 1, "s", timed=True),
        # what is kept of attachments fills up on the way; kept whole, 20,000 would take tens of MiB
        Rule("what_if_growth_mib", "<", 4, "MiB from 500 to 20,000 attachments"),
        Rule("what_if_late_growth_mib", "<", 1, "MiB from 5,000 to 20,000 attachments"),
        Rule("attachments_not_judged", "==", 0),
    ),
)
