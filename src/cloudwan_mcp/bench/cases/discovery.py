"""How fast a network becomes a snapshot, against boto3's own paginators over the same pages."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.discoverer import Discovered, discover
from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.processes import MIB

PAIRS = 3
AFFORDABLE = 200_000  # attachments up to which the pair is measured more than once
BASELINE = (sys.executable, "-m", "cloudwan_mcp.bench.baseline")


def _run(parameters: Parameters) -> Measurements:
    pairs = PAIRS if parameters.attachments <= AFFORDABLE and not parameters.quick else 1
    ours, theirs = [], []
    with Endpoint(parameters.attachments) as endpoint, tempfile.TemporaryDirectory() as folder:
        for number in range(pairs):
            ours.append(discover(endpoint.environ, Path(folder) / str(number)))
            sys.stderr.write(f"  snapshot published after {ours[-1].seconds:.1f} s\n")
            theirs.append(_baseline(endpoint.environ))
            sys.stderr.write(f"  boto3 alone took {theirs[-1]['seconds']:.1f} s\n")
    return _measured(ours, theirs, parameters.attachments)


def _baseline(environ: Mapping[str, str]) -> dict[str, Any]:
    run = subprocess.run(BASELINE, env=dict(environ), stdout=subprocess.PIPE, check=True)  # noqa: S603
    taken: dict[str, Any] = json.loads(run.stdout)
    return taken


def _measured(ours: list[Discovered], theirs: list[dict[str, Any]], attachments: int) -> Measurements:
    """Both are rated by the elements of the network read: the pages are the same."""
    elements, connections = ours[0].end["elements"], ours[0].end["connections"]
    rate = statistics.median(elements / each.seconds for each in ours)
    baseline = statistics.median(elements / each["seconds"] for each in theirs)
    return {
        "elements": elements,
        "connections": connections,
        "connections_per_attachment": round(connections / attachments, 2),
        "elements_per_s": round(rate),
        "baseline_elements_per_s": round(baseline),
        "ratio": round(rate / baseline, 2),
        "seconds": [round(each.seconds, 2) for each in ours],
        "searchable_s": [round(each.searchable_s, 2) for each in ours],
        "baseline_seconds": [round(each["seconds"], 2) for each in theirs],
        "cpu_s": [round(each.cpu_s, 2) for each in ours],
        "baseline_cpu_s": [round(each["cpu_s"], 2) for each in theirs],
        "baseline_pages": theirs[0]["pages"],
        "peak_mib": round(max(max(each.peaks.high_water.values()) for each in ours) / MIB, 1),
        "baseline_peak_mib": round(max(each["peak_bytes"] for each in theirs) / MIB, 1),
        "disk_bytes_per_element": round(max(each.file_bytes for each in ours) / elements, 1),
    }


CASE = Case(
    name="discovery",
    measures="elements stored per second, against boto3's paginators collecting the same pages in a list",
    run=_run,
    rules=(
        Rule("ratio", ">=", 2.0, "times the baseline", timed=True),
        Rule("disk_bytes_per_element", "<=", 400, "bytes"),
        Rule("connections_per_attachment", ">=", 2),
    ),
)
