"""A benchmark that measures nothing, and how tests run one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio

from cloudwan_mcp.performance.benchmarking_suite import (
    Benchmark,
    BenchmarkRunner,
    Measure,
    Probe,
    Rule,
)
from fakes import probes


class Pretend(Benchmark):
    """Compares what its two probes tell."""

    family = "pretend"
    measures = (Measure("value", "MiB", "less"), Measure("time", "s", "less", timed=True))

    def __init__(
        self,
        name: str = "pretend_1",
        ours: Probe | None = None,
        rules: tuple[Rule, ...] = (),
        warms_up: bool = False,
    ) -> None:
        probe = ours or Probe("ours", probes.tells, {"value": 1, "time": 2.0})
        super().__init__(name, "nothing", [Probe("baseline", probes.tells, {"value": 4}), probe])
        self.rules = rules
        self.warms_up = warms_up


async def ran(*benchmarks: Benchmark, iterations: int = 1, **limits: Any) -> BenchmarkRunner:
    runner = BenchmarkRunner(**limits)
    for benchmark in benchmarks:
        runner.add_benchmark(benchmark)
    await runner.run_all_benchmarks(iterations)
    return runner


async def comes_true(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        await anyio.sleep(0.02)
    raise AssertionError("it never came true")
