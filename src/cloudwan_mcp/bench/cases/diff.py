"""What telling two snapshots apart takes: memory, seconds, and whether it finds what was done."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.written import element, write
from cloudwan_mcp.model import Element
from cloudwan_mcp.simulator import Estate

EVERY = 1000  # of so many elements one goes, one comes and one changes its state
DIFF = [sys.executable, "-m", "cloudwan_mcp.bench.diffing"]
_COUNTS = ("added", "removed", "changed")


def _run(parameters: Parameters) -> Measurements:
    """Two days of a network, and the first of them twice.

    What comes and goes moves everything behind it to other places and other pages, so that no two blocks of
    the files are alike; against itself, all are.
    """
    count = parameters.attachments
    parts = count // EVERY
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        before = write(Path(folder), "before", _elements(count))
        after = write(Path(folder), "after", _later(count))
        sys.stderr.write(f"  both written after {time.monotonic() - began:.0f} s\n")
        later, itself = _diff(before, after), _diff(before, before)
        size = before.stat().st_size
    expected = dict.fromkeys(_COUNTS, parts)
    return {
        "elements": count,
        "file_bytes": size,
        "growth_mib": max(later["growth_mib"], itself["growth_mib"]),
        "miscounted": sum(abs(later[name] - wanted) for name, wanted in expected.items()),
        "rows_missing_or_repeated": abs(later["rows"] - sum(expected.values())) + itself["rows"],
        "first_page_s": later["first_page_s"],
        "unchanged_first_page_s": itself["first_page_s"],
        "later": later,
        "itself": itself,
    }


def _elements(count: int) -> Iterator[Element]:
    estate = Estate(attachments=2 * count)
    return (element(estate, index) for index in range(count))


def _later(count: int) -> Iterator[Element]:
    """The same some time later: others go than come, at other places."""
    estate = Estate(attachments=2 * count)
    for index in range(count):
        place = index % EVERY
        if place == EVERY // 4:
            yield element(estate, count + index)
        if place == EVERY // 2:
            yield element(estate, index, "UPDATED")
        elif place != EVERY - 1:
            yield element(estate, index)


def _diff(before: Path, after: Path) -> dict[str, Any]:
    run = subprocess.run([*DIFF, str(before), str(after)], stdout=subprocess.PIPE, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(run.stdout)
    sys.stderr.write(f"  {found['first_page_s']} s, {found['growth_mib']} MiB more, {found['rows']} rows\n")
    return found


CASE = Case(
    name="diff",
    measures="memory and seconds that telling two snapshots apart takes, and whether it is told rightly",
    run=_run,
    rules=(
        Rule("growth_mib", "<", 16, "MiB over the process at rest"),
        Rule("miscounted", "==", 0),
        Rule("rows_missing_or_repeated", "==", 0),
    ),
)
