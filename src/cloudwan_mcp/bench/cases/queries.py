"""How long one question to a snapshot takes, alone and while a refresh runs beside it."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.bench.discoverer import COMMAND, discover
from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.figures import median_of, spread
from cloudwan_mcp.discovery.process import FRUGAL
from cloudwan_mcp.graph import neighbourhood, shortest_path
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.reader import SnapshotReader

BATCHES = 5
QUESTIONS = {"lookup": 400, "page": 200, "segment_page": 200, "neighbourhood": 100, "path": 100}
BOUNDS_MS = {"lookup": 1, "page": 5, "segment_page": 10, "neighbourhood": 20, "path": 20}
PAGE = 100
POLITE = 10  # niceness of a discovery that a server starts
REOPENINGS = 20
REOPEN = """
import sys, time
from pathlib import Path
from cloudwan_mcp.store.reader import SnapshotReader
began = time.perf_counter()
reader = SnapshotReader(Path(sys.argv[1]), complete=True)
found = reader.elements([reader.find(sys.argv[2])])
print(1000 * (time.perf_counter() - began), found[0].id)
"""

Question = Callable[[random.Random], object]


def _run(parameters: Parameters) -> Measurements:
    with Endpoint(parameters.attachments) as endpoint, tempfile.TemporaryDirectory() as folder:
        found = discover(endpoint.environ, Path(folder))
        sys.stderr.write(f"  snapshot published after {found.seconds:.1f} s\n")
        (path,) = Path(folder).glob(f"*/snapshot-{found.end['snapshot']}.db")
        reader = SnapshotReader(path, complete=True)
        try:
            questions = _questions(reader, found.end["elements"])
            measured = _measure(questions, parameters, "quiet")
            with _refresh(endpoint.environ, folder) as refresh:
                measured |= _measure(questions, parameters, "refreshing")
                measured["refresh_outlasted_the_questions"] = refresh.poll() is None
                refresh.kill()
            identifier = reader.elements([max(found.end["elements"] // 2, 1)])[0].id
        finally:
            reader.close()
        measured |= _reopen(path, identifier, parameters.sized(REOPENINGS, 2))
    return {"elements": found.end["elements"], **measured}


def _questions(reader: SnapshotReader, elements: int) -> dict[str, Question]:
    """Each asks about elements drawn anew, so that no cache answers twice; drawing their ids is not timed."""
    chance = random.Random(1)  # noqa: S311
    drawn = [chance.randint(1, elements) for _ in range(BATCHES * QUESTIONS["lookup"])]
    ids = iter([element.id for element in reader.elements(drawn)] * 3)
    segments = [element.segment for element in reader.elements(drawn[:200]) if element.segment]

    def lookup(_: random.Random) -> object:
        return reader.elements([reader.find(next(ids)) or 0])

    def page(chance: random.Random) -> object:
        return reader.page(Filters(), after=chance.randrange(elements), limit=PAGE)

    def segment_page(chance: random.Random) -> object:
        filters = Filters(segment=chance.choice(segments))
        return reader.page(filters, after=chance.randrange(elements), limit=PAGE)

    def around(chance: random.Random) -> object:
        return neighbourhood(reader, chance.randint(1, elements), 3)

    def path(chance: random.Random) -> object:
        return shortest_path(reader, chance.randint(1, elements), chance.randint(1, elements))

    return {
        "lookup": lookup,
        "page": page,
        "segment_page": segment_page,
        "neighbourhood": around,
        "path": path,
    }


def _measure(questions: Mapping[str, Question], parameters: Parameters, when: str) -> Measurements:
    """Wall and processor milliseconds of each question: percentiles of a batch, median over the batches."""
    measured: Measurements = {}
    for name, ask in questions.items():
        batches = []
        for number in range(parameters.sized(BATCHES, 2)):
            chance = random.Random(f"{when} {name} {number}")  # noqa: S311
            batches.append(_batch(ask, chance, parameters.sized(QUESTIONS[name], 5)))
        wall, cpu = median_of([b[0] for b in batches]), median_of([b[1] for b in batches])
        measured |= {f"{name}_{when}_p99_ms": wall["p99"], f"{name}_{when}_ms": wall}
        measured[f"{name}_{when}_cpu_ms"] = cpu
        sys.stderr.write(f"  {name} ({when}): p50 {wall['p50']} ms, p99 {wall['p99']} ms\n")
    return measured


def _batch(ask: Question, chance: random.Random, count: int) -> tuple[dict[str, float], dict[str, float]]:
    wall, cpu = [], []
    for _ in range(count):
        began, used = time.perf_counter(), time.process_time()
        ask(chance)
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - used))
    return spread(wall), spread(cpu)


@contextmanager
def _refresh(environ: Mapping[str, str], folder: str) -> Iterator[subprocess.Popen[bytes]]:
    """A second discovery of the same network, as polite as a server's own."""
    values = {**FRUGAL, **environ, "CLOUDWAN_DATA_DIR": folder}
    child = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL, env=values)  # noqa: S603
    os.setpriority(os.PRIO_PROCESS, child.pid, POLITE)
    try:
        time.sleep(1)  # past its imports, into its pages
        yield child
    finally:
        child.kill()
        child.wait()


def _reopen(path: Path, identifier: str, times: int) -> Measurements:
    """A fresh process opens the snapshot and finds an element: by its own clock, and as a whole."""
    opened, whole = [], []
    for _ in range(times):
        began = time.perf_counter()
        command = [sys.executable, "-c", REOPEN, str(path), identifier]
        run = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
        whole.append(1000 * (time.perf_counter() - began))
        opened.append(float(run.stdout.split()[0]))
    return {
        "reopening_ms": statistics.median(opened),
        "reopening": spread(opened),
        "reopening_with_interpreter": spread(whole),
    }


CASE = Case(
    name="queries",
    measures="milliseconds of one question to a snapshot, alone and beside a refresh",
    run=_run,
    rules=(
        *(
            Rule(f"{name}_{when}_p99_ms", "<", bound, "ms", timed=True)
            for when in ("quiet", "refreshing")
            for name, bound in BOUNDS_MS.items()
        ),
        Rule("reopening_ms", "<", 50, "ms", timed=True),
    ),
)
