"""Where using an object again pays, and where making it anew is cheaper."""

from __future__ import annotations

import gc
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from functools import partial
from io import FileIO
from pathlib import Path

from cloudwan_mcp.bench.case import Case, Measurements, Parameters, Rule
from cloudwan_mcp.memory.buffers import BUFFER_BYTES, MemoryPool
from cloudwan_mcp.memory.pool import ObjectPool
from cloudwan_mcp.topology.element import NetworkElement

ROUNDS = 15
ELEMENTS = 10_000
HELD = 1000  # elements at once, as many as a pool has by default
CONNECTIONS = 300
PAGES = 60
PAGES_AT_ONCE = 4
ROWS = 10_000

GetElement = Callable[[int], NetworkElement]
Variants = Mapping[str, Callable[[], object]]


def _run(parameters: Parameters) -> Measurements:
    rounds = parameters.sized(ROUNDS, 3)
    with tempfile.TemporaryDirectory() as folder:
        return {
            **_elements(rounds, parameters.sized(ELEMENTS, HELD)),
            **_connections(rounds, parameters.sized(CONNECTIONS), Path(folder) / "rows.db"),
            **_pages(rounds, parameters.sized(PAGES), Path(folder) / "page"),
        }


def _elements(rounds: int, count: int) -> Measurements:
    """Small objects that live for a moment: one by one, and a thousand held at a time."""
    pool = ObjectPool(NetworkElement, HELD, reset=lambda element: element.metadata.clear())
    alone: Variants = {
        "new": lambda: _each_alone(count, _new_element, _drop),
        "pooled": lambda: _each_alone(count, partial(_used_element, pool), pool.return_object),
    }
    held: Variants = {
        "new": lambda: _many_held(count, _new_element, _drop),
        "pooled": lambda: _many_held(count, partial(_used_element, pool), pool.return_object),
    }
    spent_alone, spent_held = _compare(alone, rounds, count), _compare(held, rounds, count)
    return {
        "elements_pooled_over_new": _ratio(spent_alone, "pooled", "new"),
        "held_elements_pooled_over_new": _ratio(spent_held, "pooled", "new"),
        "elements_us": spent_alone,
        "held_elements_us": spent_held,
        "held_elements_collections": {name: _collections(run) for name, run in held.items()},
    }


def _new_element(number: int) -> NetworkElement:
    return NetworkElement("attachment-1", "vpc 1", "vpc-attachment", "eu-west-1", {"number": number})


def _used_element(pool: ObjectPool[NetworkElement], number: int) -> NetworkElement:
    element = pool.get()
    element.id, element.name, element.element_type = "attachment-1", "vpc 1", "vpc-attachment"
    element.region, element.metadata["number"] = "eu-west-1", number
    return element


def _drop(_: NetworkElement) -> None:
    """The way of an element that no pool takes back."""


def _each_alone(count: int, get: GetElement, leave: Callable[[NetworkElement], None]) -> None:
    for number in range(count):
        leave(get(number))


def _many_held(count: int, get: GetElement, leave: Callable[[NetworkElement], None]) -> None:
    for start in range(0, count, HELD):
        for element in [get(start + number) for number in range(HELD)]:
            leave(element)


def _connections(rounds: int, count: int, path: Path) -> Measurements:
    """Objects that are expensive to make: connections to a file, each opened to answer one question."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE row (n INTEGER PRIMARY KEY, text TEXT)")
        db.executemany("INSERT INTO row VALUES (?, ?)", ((n, f"row {n}") for n in range(ROWS)))

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)

    def ask(db: sqlite3.Connection) -> object:
        return db.execute("SELECT text FROM row WHERE n = ?", (ROWS // 2,)).fetchone()

    def new() -> None:
        for _ in range(count):
            with closing(connect()) as db:
                ask(db)

    def pooled() -> None:
        for _ in range(count):
            with pool.borrow() as db:
                ask(db)

    pool = ObjectPool(connect, PAGES_AT_ONCE)
    spent = _compare({"new": new, "pooled": pooled}, rounds, count)
    with pool.borrow() as db:
        db.close()
    return {"connections_new_over_pooled": _ratio(spent, "new", "pooled"), "connections_us": spent}


def _pages(rounds: int, count: int, path: Path) -> Measurements:
    """Pages of 1 MiB read from a file: into new bytes, a new buffer, or one that was used before."""
    path.write_bytes(os.urandom(BUFFER_BYTES))
    pool = MemoryPool(BUFFER_BYTES)
    measured: Measurements = {}
    with FileIO(path) as file:
        for name, at_once in (("page", 1), ("pages_at_once", PAGES_AT_ONCE)):
            batches = max(count // at_once, 1)
            variants = _readers(file, pool, at_once, batches)
            spent = _compare(variants, rounds, batches * at_once)
            measured |= {
                f"{name}_new_buffer_over_pooled": _ratio(spent, "new_buffer", "pooled"),
                f"{name}_new_bytes_over_pooled": _ratio(spent, "new_bytes", "pooled"),
                f"{name}_us": spent,
                f"{name}_faults": {
                    each: round(_faults(run) / (batches * at_once), 1) for each, run in variants.items()
                },
            }
    return measured


def _readers(file: FileIO, pool: MemoryPool, at_once: int, batches: int) -> Variants:
    """Each reads `batches` times `at_once` pages that are held together."""

    def pooled() -> None:
        for _ in range(batches):
            with ExitStack() as stack:
                for _ in range(at_once):
                    _read_into(file, stack.enter_context(pool.buffer()))

    def held(read: Callable[[], object]) -> None:
        for _ in range(batches):
            _ = [read() for _ in range(at_once)]

    return {
        "new_bytes": partial(held, lambda: file.seek(0) or file.read(BUFFER_BYTES)),
        "new_buffer": partial(held, lambda: _read_into(file, bytearray(BUFFER_BYTES))),
        "pooled": pooled,
    }


def _read_into(file: FileIO, buffer: bytearray) -> bytearray:
    file.seek(0)
    file.readinto(buffer)
    return buffer


def _compare(variants: Variants, rounds: int, count: int) -> dict[str, float]:
    """Processor microseconds of one of `count` by variant: medians of rounds in which each has its turn."""
    spent: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds + 1):
        for name, run in variants.items():
            began = time.process_time()
            run()
            spent[name].append(1e6 * (time.process_time() - began) / count)
    medians = {
        name: round(statistics.median(each[1:]), 3) for name, each in spent.items()
    }  # the first warms up
    sys.stderr.write(f"  {medians}\n")
    return medians


def _ratio(spent: Mapping[str, float], this: str, that: str) -> float:
    return round(spent[this] / max(spent[that], 0.001), 2)


def _collections(run: Callable[[], object]) -> int:
    """How often the garbage collector runs meanwhile."""
    before = _collected()
    run()
    return _collected() - before


def _collected() -> int:
    return sum(int(each["collections"]) for each in gc.get_stats())


def _faults(run: Callable[[], object]) -> int:
    """Pages of memory that the kernel hands out anew meanwhile; 0 where it does not say."""
    try:
        import resource
    except ImportError:
        return 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    run()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


CASE = Case(
    name="pooling",
    measures="using objects again against making them anew: small ones, expensive ones, and large buffers",
    run=_run,
    rules=(
        Rule("elements_pooled_over_new", ">=", 1, "times the making: pools lose", timed=True),
        Rule("held_elements_pooled_over_new", ">=", 1, "times the making: pools lose", timed=True),
        Rule("connections_new_over_pooled", ">=", 2, "times the pool", timed=True),
        Rule("pages_at_once_new_buffer_over_pooled", ">=", 1.5, "times the pool", timed=True),
    ),
)
