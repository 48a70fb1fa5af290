"""What telling two snapshots apart takes: memory, seconds, and whether it finds what was done."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.model import Element, Identity, Scope
from cloudwan_mcp.simulator import Estate
from cloudwan_mcp.simulator.attachment import attachment, text_of
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.staging import Staging

PAGE = 500
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
        before = _write(Path(folder), "before", _elements(count))
        after = _write(Path(folder), "after", _later(count))
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


def _element(estate: Estate, index: int, state: str = "") -> Element:
    one = attachment(estate, index)
    text = text_of(one)
    if state:
        text = text.replace(f'"State":"{one.state}"', f'"State":"{state}"')
    lane = one.now.segment if one.now else ""
    where = ("global-network-1", one.network.core_id, lane or "", one.edges[0])
    kind = f"{one.kind.lower().replace('_', '-')}-attachment"
    return Element(one.id, kind, f"attachment {index}", *where, one.account, state or one.state, text)


def _elements(count: int) -> Iterator[Element]:
    estate = Estate(attachments=2 * count)
    return (_element(estate, index) for index in range(count))


def _later(count: int) -> Iterator[Element]:
    """The same some time later: others go than come, at other places."""
    estate = Estate(attachments=2 * count)
    for index in range(count):
        place = index % EVERY
        if place == EVERY // 4:
            yield _element(estate, count + index)
        if place == EVERY // 2:
            yield _element(estate, index, "UPDATED")
        elif place != EVERY - 1:
            yield _element(estate, index)


def _write(folder: Path, name: str, elements: Iterable[Element]) -> Path:
    staging = Staging.create(folder / f"staging-{name}.db", snapshot_id=name, identity=Identity())
    staging.add_steps([("attachment", Scope("global-network-1"))])
    (step,) = staging.steps()
    left = iter(elements)
    while page := list(islice(left, PAGE)):
        staging.commit(step, page, token="more")  # noqa: S106 - a page's, not a password
    staging.close()
    return publish(staging.path, folder / f"snapshot-{name}.db", cells=staging.cells)


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
