"""A topology read in chunks: memory that does not depend on how many there are, against collecting them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cloudwan_mcp.bench.case import Rule
from cloudwan_mcp.bench.suite import items
from cloudwan_mcp.bench.suite.benchmark import (
    BASELINE,
    OURS,
    Benchmark,
    Figures,
    Measure,
    Probe,
    Sample,
    reduction,
    whole,
)
from cloudwan_mcp.bench.suite.probes import streaming

LONGER = "longer"
TIMES = 4
ROOM_MIB = 0.5  # 0.01 was measured for 15,000 elements more; to keep only their ids would take over 1
ENOUGH = 20  # chunks from which on those that a list keeps outweigh the one or two of a stream by far
THROUGHPUT = 100  # what the library was asked for


class StreamingMemoryBenchmark(Benchmark):
    """`chunk_count` chunks of 100 elements, and in the same run four times as many."""

    family = "streaming_memory"
    measures = (
        Measure("elements"),
        Measure("connections"),
        Measure("peak_mib", "MiB", "less"),
        Measure("longer_peak_mib", "MiB", "less"),
        Measure("growth_mib", "MiB", "less"),
        Measure("memory_reduction", "share", "more"),
        Measure("cpu_s", "s", "less", timed=True),
        Measure("elements_per_s", "elements/s", "more", timed=True),
        Measure("lost_or_repeated", "", "less"),
    )

    def __init__(self, chunk_count: int = 50) -> None:
        chunks = whole(chunk_count, "chunk_count")
        super().__init__(
            f"{self.family}_{chunks}chunks",
            f"{chunks:,} chunks of {streaming.CHUNK} elements: streamed against collected in a list",
            [
                Probe(BASELINE, streaming.collected, {"chunks": chunks}),
                Probe(OURS, streaming.streamed, {"chunks": chunks}),
                Probe(LONGER, streaming.streamed, {"chunks": TIMES * chunks}),
            ],
        )
        longest = TIMES * chunks * streaming.CHUNK
        self.input = Probe("input", items.write, {"elements": longest, "connections": longest})
        saving = Rule("memory_reduction", ">=", 0.5, "of the peak of the list")  # 94 % for 50 chunks
        self.rules = (
            Rule("growth_mib", "<=", ROOM_MIB, f"MiB of peak for {TIMES} times the chunks"),
            *([saving] if chunks >= ENOUGH else []),
            Rule("elements_per_s", ">=", THROUGHPUT, "elements/s", timed=True),
            Rule("lost_or_repeated", "==", 0),
        )

    @classmethod
    def named(cls, name: str) -> Benchmark | None:
        chunks = re.fullmatch(rf"{cls.family}_(\d{{1,9}})chunks", name)
        return cls(int(chunks[1])) if chunks else None

    def derived(self, samples: Mapping[str, Sample]) -> Figures:
        ours, longer, theirs = samples[OURS], samples[LONGER], samples[BASELINE]
        return {
            "longer_peak_mib": longer["peak_mib"],
            "growth_mib": longer["peak_mib"] - ours["peak_mib"],
            **reduction(ours["peak_mib"], theirs["peak_mib"]),
            "lost_or_repeated": ours["lost_or_repeated"] + longer["lost_or_repeated"],
        }
