"""Profiles measure their own work: nested, failing, at once in tasks and threads, and before there is any."""

from __future__ import annotations

import asyncio
import json
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.leaks.counters import heap
from cloudwan_mcp.memory.limit import MemoryLimit
from cloudwan_mcp.memory.peaks import NoPeaks, ResetPeaks, SampledPeaks, kernel_peaks
from cloudwan_mcp.memory.profiler import MOST_NAMES, OTHER, MemoryProfiler, create_topology_profiler

MIB = 1024 * 1024
GAUGE = MemoryGauge(MemoryLimit(1024 * MIB, "test"))


@pytest.fixture
def profiler() -> MemoryProfiler:
    return MemoryProfiler(gauge=GAUGE)


@pytest.fixture
def tracing() -> Iterator[MemoryProfiler]:
    with closing(MemoryProfiler(trace=True, gauge=GAUGE)) as profiler:
        yield profiler


def test_a_report_is_json_before_anything_was_profiled(profiler: MemoryProfiler) -> None:
    report = json.loads(json.dumps(profiler.get_memory_report()))
    assert report["process"]["rss_bytes"] > MIB
    assert report["process"]["limit_origin"] == "test"
    assert report["process"]["allocated_blocks"] > 0
    assert report["profiles"] == {}
    assert report["tracing"] is None
    assert report["overhead"]["microseconds_per_profile"] > 0


def test_a_profile_tells_what_stays_and_what_it_took_at_its_highest(profiler: MemoryProfiler) -> None:
    with profiler.profile("work") as profile:
        large = bytearray(40 * MIB)
        large[::4096] = bytes(len(large[::4096]))
        del large
        kept = [object() for _ in range(20_000)]
    assert len(kept) == 20_000
    assert profile.result is not None
    assert 20_000 <= profile.result.blocks_growth < 21_000
    assert profile.result.rss_growth < 30 * MIB
    if not isinstance(kernel_peaks(), NoPeaks):
        assert profile.result.peak_growth is not None
        assert profile.result.peak_growth >= 39 * MIB


def test_memory_of_c_counts_as_heap(profiler: MemoryProfiler) -> None:
    if heap() is None:
        pytest.skip("this platform does not tell the size of its heap")
    with profiler.profile("work") as profile:
        kept = [bytearray(10_000) for _ in range(100)]
    assert kept
    assert profile.result is not None
    assert profile.result.heap_growth is not None
    assert 1_000_000 <= profile.result.heap_growth < 1_200_000


def test_profiles_of_one_name_add_up_to_last_mean_and_highest(profiler: MemoryProfiler) -> None:
    kept = []
    for count in (3000, 1000, 2000):
        with profiler.profile("work"):
            kept.append([object() for _ in range(count)])
    found = profiler.get_memory_report()["profiles"]["work"]
    assert found["calls"] == 3
    grown = found["blocks_growth"]
    assert [round(grown[each], -2) for each in ("last", "mean", "max")] == [2000, 2000, 3000]
    assert found["seconds"]["max"] >= found["seconds"]["mean"] > 0


def test_a_profile_within_another_says_so_and_does_not_overlap_it(profiler: MemoryProfiler) -> None:
    with profiler.profile("outer") as outer:
        with profiler.profile("inner") as inner, profiler.profile("innermost"):
            assert inner.outer is outer
        with profiler.profile("second"):
            pass
    profiles = profiler.get_memory_report()["profiles"]
    within = {name: each.get("within") for name, each in profiles.items()}
    assert within == {"outer": None, "inner": "outer", "innermost": "inner", "second": "outer"}
    assert not any(each["overlapped"] for each in profiles.values())
    assert inner.outer is None


def test_what_raises_is_measured_and_counted_as_failed(profiler: MemoryProfiler) -> None:
    with pytest.raises(KeyError), profiler.profile("work"):
        raise KeyError
    with profiler.profile("after"):
        pass
    profiles = profiler.get_memory_report()["profiles"]
    assert (profiles["work"]["calls"], profiles["work"]["failed"]) == (1, 1)
    assert "within" not in profiles["after"]


async def _both(profiler: MemoryProfiler) -> None:
    one_open, two_done = asyncio.Event(), asyncio.Event()

    async def one() -> None:
        async with profiler.profile("one"):
            one_open.set()
            await two_done.wait()
            with profiler.profile("part of one"):
                pass

    async def two() -> None:
        await one_open.wait()
        async with profiler.profile("two"):
            await asyncio.sleep(0)
        two_done.set()

    await asyncio.gather(one(), two())


def test_tasks_at_once_do_not_mix_and_are_told_to_overlap(profiler: MemoryProfiler) -> None:
    asyncio.run(_both(profiler))
    profiles = profiler.get_memory_report()["profiles"]
    assert {name: each.get("within") for name, each in profiles.items()} == {
        "one": None,
        "two": None,
        "part of one": "one",
    }
    assert {name for name, each in profiles.items() if each["overlapped"]} == {"one", "two"}


def test_a_task_begun_within_a_profile_outlives_it_without_keeping_it(profiler: MemoryProfiler) -> None:
    async def begin() -> None:
        async with profiler.profile("request"):
            task = asyncio.create_task(background())
        await task

    async def background() -> None:
        await asyncio.sleep(0.01)
        async with profiler.profile("background") as profile:
            assert profile.outer is None

    asyncio.run(begin())
    assert "within" not in profiler.get_memory_report()["profiles"]["background"]


def test_threads_do_not_mix(profiler: MemoryProfiler) -> None:
    meet = threading.Barrier(4)

    def work(name: str) -> None:
        for _ in range(50):
            with profiler.profile(name):
                meet.wait(60)
                with profiler.profile(f"{name} part"):
                    meet.wait(60)

    threads = [threading.Thread(target=work, args=(f"thread {n}",)) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    profiles = profiler.get_memory_report()["profiles"]
    for number in range(4):
        assert profiles[f"thread {number}"]["calls"] == 50
        assert profiles[f"thread {number}"]["overlapped"] == 50
        assert profiles[f"thread {number} part"]["within"] == f"thread {number}"


def test_names_are_bounded_in_number_and_in_length(profiler: MemoryProfiler) -> None:
    for number in range(MOST_NAMES + 50):
        with profiler.profile(f"{number:03}" + "x" * 1000):
            pass
    with profiler.profile("000" + "x" * 1000):
        pass
    profiles = profiler.get_memory_report()["profiles"]
    assert len(profiles) == MOST_NAMES + 1
    assert profiles[OTHER]["calls"] == 50
    assert max(map(len, profiles)) == 120
    assert profiles["000" + "x" * 117]["calls"] == 2


def test_disabled_it_measures_nothing_and_runs_the_work() -> None:
    profiler = MemoryProfiler(enabled=False, gauge=GAUGE)
    with profiler.profile("work") as profile:
        done = True
    assert done
    assert profile.result is None
    assert profiler.get_memory_report()["profiles"] == {}


def test_only_what_leaves_it_to_the_settings_follows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MemoryProfiler(gauge=GAUGE).enabled
    assert not MemoryProfiler(enabled=None, gauge=GAUGE).enabled
    monkeypatch.setenv("CLOUDWAN_PROFILING_ENABLED", "true")
    assert MemoryProfiler(enabled=None, gauge=GAUGE).enabled


def test_the_interval_of_samples_is_the_settings_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_PROFILING_SNAPSHOT_INTERVAL", "0.25")
    assert MemoryProfiler(sample=True, gauge=GAUGE).get_memory_report()["peaks"] == "sampled every 0.25 s"
    with pytest.raises(BadRequest) as caught:
        MemoryProfiler(interval_s=0)
    assert caught.value.field == "interval_s"


def test_a_sampler_sees_the_peak_within_a_profile(profiler: MemoryProfiler) -> None:
    values, seen = iter([10, 90, 20]), threading.Event()

    def read() -> int:
        value = next(values, 20)
        if value == 20:
            seen.set()
        return value

    peaks = SampledPeaks(read, 0.001)
    peaks.begin("span")
    assert seen.wait(60)
    assert peaks.end("span") == 90


def test_a_mark_that_is_set_back_still_counts_for_those_who_were_open() -> None:
    mark = [200]
    peaks = ResetPeaks(lambda: mark[0], lambda: mark.__setitem__(0, 5), "test")
    peaks.begin("outer")
    mark[0] = max(mark[0], 80)
    peaks.begin("inner")
    mark[0] = max(mark[0], 30)
    assert peaks.end("inner") == 30
    assert peaks.end("outer") == 80


def test_where_no_peak_is_told_the_report_says_so() -> None:
    peaks = NoPeaks()
    peaks.begin("span")
    assert peaks.end("span") is None
    assert "sample=True" in peaks.source


def test_tracing_names_the_lines_that_keep_most_and_ends_with_the_profiler(tracing: MemoryProfiler) -> None:
    with tracing.profile("work") as profile:
        kept = [bytes(1000) for _ in range(2000)]
    assert kept
    report = json.loads(json.dumps(tracing.get_memory_report()))
    assert report["tracing"]["top_lines"][0]["line"].startswith(str(Path(__file__)))
    assert report["tracing"]["top_lines"][0]["bytes"] > 2_000_000
    assert report["overhead"]["tracing_factor"] > 1
    assert profile.result is not None
    assert profile.result.traced_peak is not None
    assert profile.result.traced_peak > 2_000_000
    tracing.close()
    assert not tracemalloc.is_tracing()


def test_tracing_that_somebody_else_began_goes_on() -> None:
    tracemalloc.start()
    try:
        MemoryProfiler(trace=True, gauge=GAUGE).close()
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


class Manager:
    def __init__(self) -> None:
        self.chunks = 7

    def statistics(self) -> dict[str, object]:
        return {"chunks": self.chunks, "bytes": 1000.5, "paused": False, "reason": "none", "parts": {"a": 1}}


def test_a_topology_is_profiled_with_what_its_manager_did_meanwhile() -> None:
    manager = Manager()
    topologies = create_topology_profiler(manager, MemoryProfiler(gauge=GAUGE))

    async def process() -> None:
        for _ in range(2):
            async with topologies.profile_topology_processing("core-network-1"):
                manager.chunks += 3

    asyncio.run(process())
    found = topologies.get_memory_report()["profiles"]["core-network-1"]
    assert found["calls"] == 2
    assert found["work"] == {"chunks": 6, "bytes": 0}


@pytest.mark.parametrize("manager", [None, object()])
def test_a_manager_without_statistics_is_profiled_without_them(manager: object) -> None:
    topologies = create_topology_profiler(manager)

    async def process() -> None:
        async with topologies.profile_topology_processing("core-network-1"):
            pass

    asyncio.run(process())
    assert "work" not in topologies.get_memory_report()["profiles"]["core-network-1"]
