"""Runs benchmarks one after the other, their sides in turns, and keeps what they found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench import machine
from cloudwan_mcp.bench.suite.benchmark import Benchmark, Probe, Sample, whole
from cloudwan_mcp.bench.suite.process import Limits, measure
from cloudwan_mcp.bench.suite.result import BenchmarkResult, BenchmarkResults, found
from cloudwan_mcp.bench.suite.step import OnProgress, Teller
from cloudwan_mcp.errors import BadRequest, CloudWanError, TryAgain
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.limit import memory_limit

SCHEMA = 1
TIME_LIMIT_S = 300.0
SHARE = 0.75  # of the memory that is free: what one process may have
LEAST_BYTES = 64 * 1024 * 1024  # below, not even the interpreter and its imports find room

NOTHING = "nothing has run"


class BenchmarkRunner:
    """Benchmarks by their names, and the results of the last run.

    Each process may take `time_limit_s` seconds and `data_limit_bytes` of memory (left out: three quarters
    of what is free when the run starts).
    """

    def __init__(self, *, time_limit_s: float = TIME_LIMIT_S, data_limit_bytes: int | None = None) -> None:
        if not 0 < time_limit_s <= 86_400:
            raise BadRequest(
                f"time_limit_s is {time_limit_s!r}.",
                next_step="Give seconds, more than 0 and at most 86400.",
                field="time_limit_s",
            )
        if data_limit_bytes is not None:
            whole(data_limit_bytes, "data_limit_bytes")
        self._time_limit_s = time_limit_s
        self._data_limit_bytes = data_limit_bytes
        self._benchmarks: dict[str, Benchmark] = {}
        self._results: dict[str, BenchmarkResult] = {}
        self._running = False
        self._machine: dict[str, Any] = {}

    @property
    def benchmarks(self) -> tuple[Benchmark, ...]:
        return tuple(self._benchmarks.values())

    @property
    def results(self) -> BenchmarkResults:
        return BenchmarkResults(self._results)

    def add_benchmark(self, benchmark: Benchmark) -> None:
        """Raises `BadRequest` when there is one of that name: two would answer for each other."""
        if benchmark.name in self._benchmarks:
            raise BadRequest(
                f"There is a benchmark {benchmark.name} already.",
                next_step="Add it once, or give it a name of its own.",
                field="name",
            )
        self._benchmarks[benchmark.name] = benchmark

    def add_standard_benchmarks(self) -> None:
        """Those of the standard suite that are not there yet."""
        from cloudwan_mcp.bench.suite.benchmarks import standard

        for benchmark in standard():
            self._benchmarks.setdefault(benchmark.name, benchmark)

    async def run_all_benchmarks(
        self, iterations: int = 3, *, on_progress: OnProgress | None = None
    ) -> BenchmarkResults:
        """Run every benchmark `iterations` times; a failure ends its benchmark and no other.

        Raises `BadRequest` for a number below 1 and `TryAgain` while a run is under way: two would measure
        each other. Cancelled, it kills the process that is running and keeps the benchmarks that are done.
        """
        whole(iterations, "iterations")
        if self._running:
            raise TryAgain(
                "The benchmarks are running.",
                next_step="Wait for that run, or cancel it.",
                code="BenchmarkRunning",
                retry_after=30.0,
            )
        self._running, self._results = True, {}
        try:
            self._machine = machine.describe()
            limits = Limits(self._time_limit_s, self._data_limit_bytes or _free_bytes())
            tell = Teller(self.benchmarks, iterations, on_progress)
            for benchmark in self.benchmarks:
                self._results[benchmark.name] = await _run(benchmark, iterations, limits, tell)
            await tell.end()
        finally:
            self._running = False
        return self.results

    def get_summary_report(self) -> dict[str, Any]:
        """Plain JSON: `overall_pass_rate` from 0 to 1, a line for each benchmark, the machine."""
        results = self.results.each()
        passed = sum(result.passed for result in results)
        lines = {each.name: "passed" if each.passed else each.failure or "not passed" for each in results}
        return {
            "overall_pass_rate": passed / len(results) if results else 0.0,
            "status": f"{passed} of {len(results)} passed" if results else NOTHING,
            "benchmarks": {
                each.name: {"passed": each.passed, "line": lines[each.name], "rules": each.rules}
                for each in results
            },
            "machine": self._machine or machine.describe(),
        }

    def artefact(self) -> dict[str, Any]:
        """Everything that the last run found, as plain JSON: what `compare` reads."""
        return {
            "schema": SCHEMA,
            "machine": self._machine or machine.describe(),
            "benchmarks": [result.to_dict() for result in self.results.each()],
        }

    def save(self, path: Path | str) -> Path:
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.artefact(), indent=2) + "\n", encoding="utf-8")
        return path


async def _run(benchmark: Benchmark, iterations: int, limits: Limits, tell: Teller) -> BenchmarkResult:
    """The sides take turns, and each turn begins with another: what drifts drifts for all."""
    busy = machine.busy()
    samples: list[dict[str, Sample]] = []
    try:
        for number in range(1 - benchmark.warm_ups, iterations + 1):
            sample: dict[str, Sample] = {}
            for probe in _in_turn(benchmark.probes, number):
                await tell(benchmark, probe, number)
                sample[probe.side] = await measure(probe, limits)
            if number > 0:
                samples.append(sample)
    except CloudWanError as error:
        tell.skip(benchmark)
        return BenchmarkResult(
            benchmark.name, benchmark.family, benchmark.purpose, busy=busy, failure=str(error)
        )
    return found(benchmark, samples, busy=busy or machine.busy())


def _in_turn(probes: tuple[Probe, ...], number: int) -> Iterator[Probe]:
    return iter(probes if number % 2 else reversed(probes))


def _free_bytes() -> int:
    """What this process and its children may still take: of the machine, and of a container's limit."""
    import psutil

    gauge = MemoryGauge(memory_limit())
    free = min(psutil.virtual_memory().available, gauge.limit.bytes - gauge.used())
    return max(int(SHARE * free), LEAST_BYTES)
