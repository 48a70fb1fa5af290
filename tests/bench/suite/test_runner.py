"""The runner: its benchmarks, its results, and how far it is."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from cloudwan_mcp.bench.suite.table import table
from cloudwan_mcp.errors import BadRequest, TryAgain
from cloudwan_mcp.performance.benchmarking_suite import (
    BenchmarkRunner,
    FamilyResult,
    PageReadingBenchmark,
    Probe,
    Rule,
    Step,
    StreamingMemoryBenchmark,
    TopologyProcessingBenchmark,
)
from fakes import probes
from fakes.benchmarks import Pretend, comes_true, ran

pytestmark = pytest.mark.anyio


async def test_a_failure_ends_its_own_benchmark_and_is_not_a_pass() -> None:
    failing = Pretend("failing", Probe("ours", probes.fails))
    runner = await ran(failing, Pretend("sound", rules=(Rule("value", "<", 2),)))
    assert not runner.results["failing"].passed
    assert runner.results["sound"].passed
    report = runner.get_summary_report()
    assert report["overall_pass_rate"] == 0.5
    assert "no such thing" in report["benchmarks"]["failing"]["line"]
    assert report["machine"]["python"]
    assert json.loads(json.dumps(report)) == report


async def test_results_are_found_by_name_and_by_family() -> None:
    broken = Pretend("pretend_2", rules=(Rule("value", "<", 1),))
    results = (await ran(Pretend(rules=(Rule("value", "==", 1),)))).results
    assert results["pretend"] is results["pretend_1"]
    results = (await ran(Pretend(rules=(Rule("value", "==", 1),)), broken)).results
    family = results["pretend"]
    assert isinstance(family, FamilyResult)
    assert results["pretend_1"].passed
    assert not family.passed
    assert list(family.summary_stats) == ["pretend_1", "pretend_2"]
    assert family.summary_stats["pretend_2"]["value"]["median"] == 1
    assert list(results) == ["pretend_1", "pretend_2"]
    with pytest.raises(KeyError, match=r"no result 'other'; there are: pretend_1, pretend_2, pretend\."):
        results["other"]


def test_before_a_run_there_is_a_report_that_says_so() -> None:
    runner = BenchmarkRunner()
    report = runner.get_summary_report()
    assert (report["overall_pass_rate"], report["status"]) == (0.0, "nothing has run")
    assert f"{report['overall_pass_rate']:.2%}" == "0.00%"
    assert table(runner.results) == "nothing has run"
    with pytest.raises(KeyError, match="none yet"):
        runner.results["topology_processing"]


def test_a_name_is_given_once_and_the_standard_suite_adds_what_is_missing() -> None:
    runner = BenchmarkRunner()
    own = TopologyProcessingBenchmark(element_count=1000)
    runner.add_benchmark(own)
    with pytest.raises(BadRequest, match="topology_processing_1000e_2000c already") as refused:
        runner.add_benchmark(TopologyProcessingBenchmark())
    assert refused.value.field == "name"
    runner.add_standard_benchmarks()
    runner.add_standard_benchmarks()
    assert [each.name for each in runner.benchmarks] == [
        "topology_processing_1000e_2000c",
        "topology_processing_10000e_20000c",
        "streaming_memory_50chunks",
    ]
    assert runner.benchmarks[0] is own


@pytest.mark.parametrize("iterations", [0, -1, 1.5, True, "3"])
async def test_iterations_are_counted_in_whole_numbers(iterations: Any) -> None:
    with pytest.raises(BadRequest) as refused:
        await BenchmarkRunner().run_all_benchmarks(iterations)
    assert refused.value.field == "iterations"


def test_limits_and_sizes_have_bounds() -> None:
    wrong: list[tuple[Callable[[], Any], str]] = [
        (lambda: BenchmarkRunner(time_limit_s=0), "time_limit_s"),
        (lambda: BenchmarkRunner(data_limit_bytes=0), "data_limit_bytes"),
        (lambda: TopologyProcessingBenchmark(0), "element_count"),
        (lambda: TopologyProcessingBenchmark(10, -1), "connection_count"),
        (lambda: StreamingMemoryBenchmark(0), "chunk_count"),
        (lambda: PageReadingBenchmark(0), "attachment_count"),
        (lambda: BenchmarkRunner(steady_s=-1), "steady_s"),
    ]
    for make, field in wrong:
        with pytest.raises(BadRequest) as refused:
            make()
        assert refused.value.field == field


async def test_one_run_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    runner = BenchmarkRunner()
    runner.add_benchmark(Pretend(ours=Probe("ours", probes.sleeps, {"file": str(file)})))
    async with anyio.create_task_group() as group:
        group.start_soon(runner.run_all_benchmarks, 1)
        await comes_true(file.exists)
        with pytest.raises(TryAgain, match="running"):
            await runner.run_all_benchmarks(1)
        group.cancel_scope.cancel()


@pytest.mark.parametrize("awaited", [False, True])
async def test_progress_counts_every_process_up_to_the_last(awaited: bool) -> None:
    steps: list[Step] = []

    async def later(step: Step) -> None:
        await anyio.lowlevel.checkpoint()
        steps.append(step)

    tell: Callable[[Step], Awaitable[None] | None] = later if awaited else steps.append
    runner = BenchmarkRunner()
    runner.add_benchmark(Pretend("failing", Probe("ours", probes.fails)))
    runner.add_benchmark(Pretend(ours=Probe("ours", probes.surroundings), warms_up=True))
    await runner.run_all_benchmarks(2, on_progress=tell)
    assert {step.total for step in steps} == {9}
    assert [step.done for step in steps] == [0, 1, 4, 5, 6, 7, 8, 9]
    assert [step.iteration for step in steps if step.benchmark == "pretend_1"] == [0, 1, 1, 2, 2]
    assert str(steps[2]) == "4 of 9 processes have ended; pretend_1: warm-up, ours"
    assert str(steps[3]) == "5 of 9 processes have ended; pretend_1: iteration 1, baseline"
    assert steps[-1].side == ""
    assert str(steps[-1]) == "9 of 9 processes have ended"


async def test_a_new_run_begins_without_the_results_of_the_last() -> None:
    runner = await ran(Pretend())
    assert len(runner.results) == 1
    seen: list[int] = []
    await runner.run_all_benchmarks(1, on_progress=lambda step: seen.append(len(runner.results)))
    assert seen == [0, 0, 1]
