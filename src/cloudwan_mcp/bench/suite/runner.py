"""Runs benchmarks one after the other, and keeps what they found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.suite import origin
from cloudwan_mcp.bench.suite.benchmark import Benchmark, whole
from cloudwan_mcp.bench.suite.process import Limits
from cloudwan_mcp.bench.suite.result import BenchmarkResult, BenchmarkResults
from cloudwan_mcp.bench.suite.sampling import Effort, sampled
from cloudwan_mcp.bench.suite.step import OnProgress, Teller
from cloudwan_mcp.errors import BadRequest, TryAgain
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.limit import memory_limit

SCHEMA = 1
TIME_LIMIT_S = 300.0
STEADY_S = 2.0
DAY_S = 86_400
SHARE = 0.75  # of the memory that is free: what one process may have
LEAST_BYTES = 64 * 1024 * 1024  # below, not even the interpreter and its imports find room

NOTHING = "nothing has run"


class BenchmarkRunner:
    """Benchmarks by their names, and the results of the last run.

    Each process may take `time_limit_s` seconds and `data_limit_bytes` of memory (left out: three quarters
    of what is free when the run starts). A benchmark whose times are not steady goes on for up to `steady_s`
    seconds more: until half the width of each median's interval is 5 % of it.
    """

    def __init__(
        self,
        *,
        time_limit_s: float = TIME_LIMIT_S,
        data_limit_bytes: int | None = None,
        steady_s: float = STEADY_S,
    ) -> None:
        if not 0 < time_limit_s <= DAY_S:
            raise outside("time_limit_s", time_limit_s, f"more than 0 and at most {DAY_S} seconds")
        if not 0 <= steady_s <= DAY_S:
            raise outside("steady_s", steady_s, f"between 0 and {DAY_S} seconds")
        if data_limit_bytes is not None:
            whole(data_limit_bytes, "data_limit_bytes")
        self._time_limit_s = time_limit_s
        self._steady_s = steady_s
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
        """Run every benchmark `iterations` times or more; a failure ends its benchmark and no other.

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
        from anyio import to_thread

        self._running, self._results = True, {}
        try:
            self._machine = await to_thread.run_sync(origin.describe)
            limits = Limits(self._time_limit_s, self._data_limit_bytes or _free_bytes())
            effort = Effort(iterations, self._steady_s)
            tell = Teller(self.benchmarks, iterations, on_progress)
            for benchmark in self.benchmarks:
                self._results[benchmark.name] = await sampled(benchmark, effort, limits, tell)
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
            "machine": self._machine or origin.describe(),
        }

    def artefact(self) -> dict[str, Any]:
        """Everything that the last run found, as plain JSON: what `compare` reads."""
        return {
            "schema": SCHEMA,
            "machine": self._machine or origin.describe(),
            "benchmarks": [result.to_dict() for result in self.results.each()],
        }

    def save(self, path: Path | str) -> Path:
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.artefact(), indent=2) + "\n", encoding="utf-8")
        return path


def _free_bytes() -> int:
    """What this process and its children may still take: of the machine, and of a container's limit."""
    import psutil

    gauge = MemoryGauge(memory_limit())
    free = min(psutil.virtual_memory().available, gauge.limit.bytes - gauge.used())
    return max(int(SHARE * free), LEAST_BYTES)
