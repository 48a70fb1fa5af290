"""Pages of AWS read and decoded: our source against boto3's own paginator, over the same HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cloudwan_mcp.bench.case import Rule
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
from cloudwan_mcp.bench.suite.probes import page_reading

ENOUGH = 5_000  # attachments from which on reading them outweighs what every run does once


class PageReadingBenchmark(Benchmark):
    """`attachment_count` attachments in pages of 500, which a simulator of their own serves each process."""

    family = "page_reading"
    measures = (
        Measure("items"),
        Measure("peak_mib", "MiB", "less"),
        Measure("cpu_s", "s", "less", timed=True),
        Measure("seconds", "s", "less"),
        Measure("items_per_s", "items/s", "more", timed=True),
        Measure("memory_reduction", "share", "more", side=BASELINE),
        Measure("speed_up", "times", "more", timed=True, side=BASELINE),
        Measure("same_items", "", "more", side=BASELINE),
        Measure("missing", "", "less"),
    )

    def __init__(self, attachment_count: int = 10_000) -> None:
        attachments = whole(attachment_count, "attachment_count")
        size = {"attachments": attachments}
        super().__init__(
            f"{self.family}_{attachments}a",
            f"{attachments:,} attachments read in pages: our source against boto3's paginator",
            [
                Probe(BASELINE, page_reading.paginator, size, package="boto3"),
                Probe(OURS, page_reading.source, size),
            ],
        )
        self._attachments = attachments
        faster = Rule("speed_up", ">=", 2, "times the items/s of boto3", timed=True)
        self.rules = (
            Rule("missing", "==", 0),
            Rule("same_items", "==", 1),
            *([faster, Rule("memory_reduction", ">=", 0.0, "of its peak")] if attachments >= ENOUGH else []),
        )

    @classmethod
    def named(cls, name: str) -> Benchmark | None:
        attachments = re.fullmatch(rf"{cls.family}_(\d{{1,9}})a", name)
        return cls(int(attachments[1])) if attachments else None

    def derived(self, samples: Mapping[str, Sample]) -> Figures:
        ours, theirs = samples[OURS], samples.get(BASELINE)
        figures: Figures = {"missing": abs(self._attachments - ours["items"])}
        if theirs:
            figures |= {
                "same_items": ours["checksum"] == theirs["checksum"],
                "speed_up": ours["items_per_s"] / theirs["items_per_s"],
                **reduction(ours["peak_mib"], theirs["peak_mib"]),
            }
        return figures
