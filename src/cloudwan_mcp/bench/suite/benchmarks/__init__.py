"""Every benchmark of the suite; a new one is its file and its line here."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.bench.suite.benchmark import Benchmark
from cloudwan_mcp.bench.suite.benchmarks.page_reading import PageReadingBenchmark
from cloudwan_mcp.bench.suite.benchmarks.streaming_memory import StreamingMemoryBenchmark
from cloudwan_mcp.bench.suite.benchmarks.topology_processing import TopologyProcessingBenchmark
from cloudwan_mcp.errors import BadRequest

FAMILIES: tuple[type[Benchmark], ...] = (
    TopologyProcessingBenchmark,
    StreamingMemoryBenchmark,
    PageReadingBenchmark,
)


def standard() -> list[Benchmark]:
    """The standard suite: made for less than half a minute on a small machine."""
    return [
        TopologyProcessingBenchmark(1_000),
        TopologyProcessingBenchmark(10_000),
        StreamingMemoryBenchmark(50),
    ]


def every() -> list[Benchmark]:
    """The standard suite, and what takes longer or needs what only developers have."""
    return [*standard(), PageReadingBenchmark(10_000)]


def named(names: Iterable[str]) -> list[Benchmark]:
    """The benchmarks of these names, each once: of those there are, a whole family, or of another size.

    Raises `BadRequest` that lists the names for one that is none.
    """
    found: dict[str, Benchmark] = {}
    for name in names:
        for benchmark in _matching(name):
            found.setdefault(benchmark.name, benchmark)
    return list(found.values())


def _matching(name: str) -> list[Benchmark]:
    known = every()
    chosen = [each for each in known if name in {each.name, each.family}]
    if chosen:
        return chosen
    for family in FAMILIES:
        if benchmark := family.named(name):
            return [benchmark]
    raise BadRequest(
        f"There is no benchmark {name}.",
        next_step=f"There are {', '.join(each.name for each in known)}, and these with other numbers.",
        field="benchmark",
    )
