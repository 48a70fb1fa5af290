"""Samples: how many there are, in which order, of which sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudwan_mcp.bench.suite.result import BenchmarkResult
from cloudwan_mcp.bench.suite.table import table
from cloudwan_mcp.performance.benchmarking_suite import (
    Benchmark,
    BenchmarkRunner,
    Measure,
    Probe,
    Rule,
    Step,
)
from fakes import probes
from fakes.benchmarks import Pretend, ran

pytestmark = pytest.mark.anyio


async def test_a_warm_up_counts_for_nothing(tmp_path: Path) -> None:
    work = Probe("ours", probes.counts, {"file": str(tmp_path / "calls"), "values": [100, 1, 3, 2]})
    runner = await ran(Pretend(ours=work, warms_up=True), iterations=3)
    result = runner.results["pretend_1"]
    assert isinstance(result, BenchmarkResult)
    assert [sample["ours"]["value"] for sample in result.samples] == [1, 3, 2]
    assert result.summary_stats["value"]["median"] == 2
    assert result.summary_stats["value"]["n"] == 3
    assert result.baseline["value"]["median"] == 4


def timed(file: Path, *values: float) -> Pretend:
    return Pretend(ours=Probe("ours", probes.counts, {"file": str(file), "values": values, "name": "time"}))


async def test_times_that_are_not_steady_are_measured_again_until_they_are(tmp_path: Path) -> None:
    steps: list[Step] = []
    runner = BenchmarkRunner(steady_s=600)
    runner.add_benchmark(timed(tmp_path / "calls", 2, 9, *[4] * 40))
    await runner.run_all_benchmarks(2, on_progress=steps.append)
    stats = runner.results["pretend"].summary_stats["time"]
    assert 2 < stats["n"] < 20
    assert stats["half_width"] <= 0.05
    assert steps[-1].done == steps[-1].total == 2 * stats["n"]
    assert sorted(step.total for step in steps) == [step.total for step in steps]
    assert sorted(step.done for step in steps) == [step.done for step in steps]


async def test_times_have_a_bound_within_which_to_become_steady(tmp_path: Path) -> None:
    runner = await ran(timed(tmp_path / "calls", *range(1, 50)), iterations=2, steady_s=0)
    assert runner.results["pretend"].summary_stats["time"]["n"] == 2


async def test_a_side_whose_package_is_not_installed_is_left_out_and_said_to_be() -> None:
    benchmark = Pretend(rules=(Rule("value", "==", 1), Rule("saved", ">=", 0.5)))
    benchmark.probes += (Probe("graph", probes.tells, package="no_such_package", compared=True),)
    benchmark.measures += (Measure("saved", "share", "more", side="graph"),)
    runner = await ran(benchmark)
    result = runner.results["pretend"]
    assert isinstance(result, BenchmarkResult)
    assert [rule["verdict"] for rule in result.rules] == ["kept", "left out"]
    assert result.passed
    assert result.to_dict()["left_out"] == {"graph": "no_such_package is not installed"}
    assert "  graph was left out: no_such_package is not installed" in table(runner.results).splitlines()


async def test_a_side_that_is_compared_stands_beside_the_baseline() -> None:
    benchmark = Pretend()
    benchmark.probes += (Probe("graph", probes.tells, {"value": 8}, package="psutil", compared=True),)
    runner = await ran(benchmark)
    result = runner.results["pretend"]
    assert isinstance(result, BenchmarkResult)
    assert result.others["graph"]["value"]["median"] == 8
    bars = {line.split()[0]: line.count("#") for line in table(runner.results).splitlines() if "#" in line}
    assert bars == {"value": 4, "baseline": 16, "graph": 32}


def gone_folder(folder: str) -> bool:
    return not Path(folder).exists()


async def test_the_input_is_written_once_read_by_every_side_and_gone_at_the_end(tmp_path: Path) -> None:
    sides = [Probe(side, probes.reads) for side in ("baseline", "ours")]
    benchmark = Benchmark("input", "nothing", sides)
    benchmark.input = Probe("input", probes.writes, {"log": str(tmp_path / "log")})
    await ran(benchmark, iterations=2)
    (folder,) = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert (tmp_path / "log.read").read_text(encoding="utf-8").split() == [folder] * 5  # one to warm up
    assert gone_folder(folder)


async def test_the_sides_take_turns_and_take_turns_in_beginning(tmp_path: Path) -> None:
    file = tmp_path / "turns"
    sides = [Probe(side, probes.turns, {"file": str(file), "side": side}) for side in ("baseline", "ours")]
    benchmark = Benchmark("turns", "nothing", sides)
    benchmark.warms_up = False
    await ran(benchmark, iterations=3)
    order = ["baseline", "ours", "ours", "baseline", "baseline", "ours"]
    assert file.read_text(encoding="utf-8").split() == order
