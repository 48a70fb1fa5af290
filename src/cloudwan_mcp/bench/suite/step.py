"""How far a run is, for those who wait."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cloudwan_mcp.bench.suite.benchmark import Benchmark, Probe


@dataclass(slots=True, frozen=True)
class Step:
    """What is about to run: `done` of `total` processes have ended. Iteration 0 warms up.

    After the last, `side` is empty and `done` is `total`.
    """

    benchmark: str
    side: str
    iteration: int
    iterations: int
    done: int
    total: int


OnProgress = Callable[[Step], Awaitable[None] | None]


class Teller:
    """Counts processes, for those who wait."""

    def __init__(
        self, benchmarks: tuple[Benchmark, ...], iterations: int, on_progress: OnProgress | None
    ) -> None:
        self._iterations = iterations
        self._on_progress = on_progress
        self._ahead = {b.name: len(b.probes) * (iterations + b.warm_ups) for b in benchmarks}
        self._total = sum(self._ahead.values())

    async def __call__(self, benchmark: Benchmark, probe: Probe, number: int) -> None:
        await self._tell(benchmark.name, probe.side, max(number, 0))
        self._ahead[benchmark.name] -= 1

    def skip(self, benchmark: Benchmark) -> None:
        self._ahead[benchmark.name] = 0

    async def end(self) -> None:
        await self._tell("", "", self._iterations)

    async def _tell(self, benchmark: str, side: str, iteration: int) -> None:
        if self._on_progress:
            done = self._total - sum(self._ahead.values())
            step = Step(benchmark, side, iteration, self._iterations, done, self._total)
            outcome = self._on_progress(step)
            if inspect.isawaitable(outcome):
                await outcome
