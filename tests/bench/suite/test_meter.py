"""Probes, and the meter that they measure with."""

from __future__ import annotations

import psutil
import pytest

from cloudwan_mcp.bench.suite.benchmark import Sample
from cloudwan_mcp.bench.suite.meter import Meter
from cloudwan_mcp.bench.suite.process import Limits, measure
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.performance.benchmarking_suite import (
    Benchmark,
    Probe,
)
from fakes import probes

MIB = 1024 * 1024
LIMITS = Limits(seconds=60, data_bytes=1024 * MIB)
pytestmark = pytest.mark.anyio


def test_a_probe_is_something_that_another_process_can_import() -> None:
    def local() -> Sample:
        return {}

    for work in (local, lambda: {}):
        with pytest.raises(BadRequest, match="cannot import") as refused:
            Probe("ours", work)
        assert refused.value.field == "work"


def test_a_benchmark_has_one_probe_for_each_side() -> None:
    ours = Probe("ours", probes.tells)
    for sides in ([], [Probe("baseline", probes.tells)], [ours, ours]):
        with pytest.raises(BadRequest, match="has the sides"):
            Benchmark("odd", "nothing", sides)


def test_the_meter_sees_what_has_gone_and_counts_its_own_time_only() -> None:
    high = Meter()
    held = bytearray(64 * MIB)
    held[::4096] = b"x" * len(held[::4096])
    del held
    assert high.peak_mib() > 60
    assert high.retained_mib() < 30
    assert Meter().peak_mib() < 30  # starts anew
    meter = Meter()
    sum(range(1_000_000))
    assert meter.cpu_s == 0
    with meter.timed():
        sum(range(1_000_000))
    assert meter.cpu_s > 0


@pytest.mark.skipif(not hasattr(psutil, "heap_trim"), reason="this C library gives nothing back on request")
async def test_free_memory_neither_hides_what_is_in_use_nor_counts_as_it() -> None:
    sample = await measure(Probe("ours", probes.again, {"mib": 32}), LIMITS)
    assert sample["held_mib"] > 30
    assert sample["left_mib"] < 4
