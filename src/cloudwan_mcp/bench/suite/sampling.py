"""One benchmark from its first process to its last: as many samples as it takes, within bounds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from cloudwan_mcp.bench import machine
from cloudwan_mcp.bench.suite import origin
from cloudwan_mcp.bench.suite.benchmark import Benchmark, Probe, Sample
from cloudwan_mcp.bench.suite.process import Limits, measure
from cloudwan_mcp.bench.suite.result import BenchmarkResult, found
from cloudwan_mcp.bench.suite.step import Teller
from cloudwan_mcp.bench.suite.summary import half_width
from cloudwan_mcp.errors import CloudWanError

STEADY = 0.05  # of the median: half the width of its interval
MOST = 100  # samples, however fast they come


@dataclass(slots=True, frozen=True)
class Effort:
    """At least `iterations` samples of each side, then more until they are steady or `steady_s` have gone."""

    iterations: int
    steady_s: float


async def sampled(benchmark: Benchmark, effort: Effort, limits: Limits, tell: Teller) -> BenchmarkResult:
    """What the benchmark found, or why it failed: its own failure ends nothing else."""
    load, busy = origin.load(), machine.busy()
    try:
        with TemporaryDirectory(prefix="cloudwan-mcp-bench-") as folder:
            samples = await _samples(benchmark, effort, limits, tell, folder)
    except CloudWanError as error:
        tell.skip(benchmark)
        result = BenchmarkResult(benchmark.name, benchmark.family, benchmark.purpose, busy=busy)
        result.failure = str(error)
    else:
        result = found(benchmark, samples, busy=busy or machine.busy())
    result.left_out, result.load = benchmark.left_out, [load, origin.load()]
    return result


async def _samples(
    benchmark: Benchmark, effort: Effort, limits: Limits, tell: Teller, folder: str
) -> list[dict[str, Sample]]:
    """The sides take turns, and each turn begins with another: what drifts drifts for all."""
    given = {"folder": folder} if benchmark.input else {}
    if benchmark.input:
        await tell(benchmark, benchmark.input, 0)
        await measure(benchmark.input.given(**given), limits)
    for probe in tell.warm_ups(benchmark):
        await tell(benchmark, probe, 0)
        await measure(probe.given(**given), limits)
    samples: list[dict[str, Sample]] = []
    patience = Patience(effort)
    while patience.more(benchmark, samples):
        number = len(samples) + 1
        if number > effort.iterations:
            tell.extend(benchmark)
        sample: dict[str, Sample] = {}
        for probe in _in_turn(benchmark.available, number):
            await tell(benchmark, probe, number)
            sample[probe.side] = await measure(probe.given(**given), limits)
        samples.append(sample)
    return samples


class Patience:
    """Whether there is to be another iteration: more than were asked for have to fit into their time."""

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self._began = time.monotonic()

    def more(self, benchmark: Benchmark, samples: Sequence[dict[str, Sample]]) -> bool:
        count, asked = len(samples), self._effort.iterations
        if count < asked:
            return True
        each_s = (time.monotonic() - self._began) / count
        fits = (count + 1 - asked) * each_s <= self._effort.steady_s
        return fits and count < MOST and not _steady(benchmark, samples)


def _steady(benchmark: Benchmark, samples: Sequence[dict[str, Sample]]) -> bool:
    timed = {measure.name for measure in benchmark.measures if measure.timed}
    figures = [benchmark.figures(sample) for sample in samples]
    measured = timed.intersection(*figures)
    return all(half_width([each[name] for each in figures]) <= STEADY for name in measured)


def _in_turn(probes: tuple[Probe, ...], number: int) -> Iterator[Probe]:
    return iter(probes if number % 2 else reversed(probes))
