"""How far a run is, for those who wait."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cloudwan_mcp.bench.suite.benchmark import Benchmark, Probe


@dataclass(slots=True, frozen=True)
class Step:
    """What is about to run: `done` of `total` processes have ended. Iteration 0 warms up.

    Both only ever grow: `total` does where times are not steady, and more iterations follow than the
    `iterations` asked for. After the last, `side` is empty and `done` is `total`.
    """

    benchmark: str
    side: str
    iteration: int
    iterations: int
    done: int
    total: int

    def __str__(self) -> str:
        if not self.side:
            return f"{self.done} of {self.total} processes have ended"
        turn = f"iteration {self.iteration}" if self.iteration else "warm-up"
        return f"{self.done} of {self.total} processes have ended; {self.benchmark}: {turn}, {self.side}"


OnProgress = Callable[[Step], Awaitable[None] | None]


class Teller:
    """Counts processes, for those who wait."""

    def __init__(
        self, benchmarks: tuple[Benchmark, ...], iterations: int, on_progress: OnProgress | None
    ) -> None:
        self._iterations = iterations
        self._on_progress = on_progress
        self._warm_ups = _warm_ups(benchmarks)
        self._ahead = {
            each.name: len(each.available) * iterations + len(self._warm_ups[each.name]) + bool(each.input)
            for each in benchmarks
        }
        self._total = sum(self._ahead.values())

    async def __call__(self, benchmark: Benchmark, probe: Probe, number: int) -> None:
        await self._tell(benchmark.name, probe.side, number)
        self._ahead[benchmark.name] -= 1

    def warm_ups(self, benchmark: Benchmark) -> tuple[Probe, ...]:
        return self._warm_ups[benchmark.name]

    def extend(self, benchmark: Benchmark) -> None:
        """One iteration more than was asked for."""
        more = len(benchmark.available)
        self._ahead[benchmark.name] += more
        self._total += more

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


def _warm_ups(benchmarks: tuple[Benchmark, ...]) -> dict[str, tuple[Probe, ...]]:
    """What warms up each benchmark: the probes whose work none before them has done in this run."""
    done: set[str] = set()
    found: dict[str, tuple[Probe, ...]] = {}
    for benchmark in benchmarks:
        new = (
            {probe.reference: probe for probe in reversed(benchmark.available)} if benchmark.warms_up else {}
        )
        found[benchmark.name] = tuple(probe for work, probe in reversed(new.items()) if work not in done)
        done |= {probe.reference for probe in benchmark.available}
    return found
