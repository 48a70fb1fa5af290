"""The benchmark suite measures in fresh processes, judges by its rules, compares, and says what it found."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import psutil
import pytest

from cloudwan_mcp.bench.suite import command
from cloudwan_mcp.bench.suite.benchmark import Sample
from cloudwan_mcp.bench.suite.items import Items
from cloudwan_mcp.bench.suite.meter import Meter
from cloudwan_mcp.bench.suite.probes.streaming import Check
from cloudwan_mcp.bench.suite.process import Limits, measure
from cloudwan_mcp.bench.suite.result import BenchmarkResult, found
from cloudwan_mcp.bench.suite.summary import summarize
from cloudwan_mcp.bench.suite.table import comparison, table
from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, NotFound, TryAgain
from cloudwan_mcp.performance.benchmarking_suite import (
    Benchmark,
    BenchmarkResults,
    BenchmarkRunner,
    FamilyResult,
    Measure,
    Probe,
    Rule,
    Step,
    StreamingMemoryBenchmark,
    TopologyProcessingBenchmark,
    compare,
    main,
)
from fakes import probes

MIB = 1024 * 1024
LIMITS = Limits(seconds=60, data_bytes=1024 * MIB)


class Pretend(Benchmark):
    """Compares what its two probes tell."""

    family = "pretend"
    measures = (Measure("value", "MiB", "less"), Measure("time", "s", "less", timed=True))
    warm_ups = 0

    def __init__(
        self,
        name: str = "pretend_1",
        ours: Probe | None = None,
        rules: tuple[Rule, ...] = (),
        warm_ups: int = 0,
    ) -> None:
        probe = ours or Probe("ours", probes.tells, {"value": 1, "time": 2.0})
        super().__init__(name, "nothing", [Probe("baseline", probes.tells, {"value": 4}), probe])
        self.rules = rules
        self.warm_ups = warm_ups


def stats_of(*values: float) -> dict[str, float]:
    return summarize(values)


def verdict(rule: Rule, *values: float, busy: bool = False) -> str:
    benchmark = Pretend(rules=(rule,))
    samples: list[dict[str, Sample]] = [{"ours": {"value": each}, "baseline": {}} for each in values]
    return str(found(benchmark, samples, busy=busy).rules[0]["verdict"])


async def ran(*benchmarks: Benchmark, iterations: int = 1, **limits: Any) -> BenchmarkRunner:
    runner = BenchmarkRunner(**limits)
    for benchmark in benchmarks:
        runner.add_benchmark(benchmark)
    await runner.run_all_benchmarks(iterations)
    return runner


async def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        await anyio.sleep(0.02)
    raise AssertionError("it never came true")


# What several samples tell


def test_the_interval_of_a_median_says_what_it_covers() -> None:
    three = stats_of(5.0, 1.0, 2.0)
    assert (three["median"], three["low"], three["high"], three["confidence"]) == (2, 1, 5, 0.75)
    ten = stats_of(*range(10, 0, -1))
    assert (ten["low"], ten["high"], ten["n"]) == (2, 9, 10)
    assert ten["confidence"] == 0.9785
    assert stats_of(7.0)["confidence"] == 0


def test_one_outlier_moves_neither_the_median_nor_its_spread() -> None:
    disturbed = stats_of(10, 11, 12, 13, 999)
    assert (disturbed["median"], disturbed["mad"], disturbed["max"]) == (12, 1, 999)


# Rules


def test_memory_and_counts_are_judged_by_their_worst_sample() -> None:
    at_most, at_least = Rule("value", "<=", 10), Rule("value", ">=", 10)
    assert verdict(at_most, 8, 9, 10) == "kept"
    assert verdict(at_most, 8, 9, 10.5) == "broken"
    assert verdict(at_least, 12, 11, 9.5) == "broken"
    assert verdict(Rule("value", "==", 1), 1, 1, 0.999) == "broken"


def test_times_are_broken_only_when_all_of_their_interval_is_and_the_machine_is_quiet() -> None:
    rule = Rule("value", "<", 10, "s", timed=True)
    assert verdict(rule, 8, 9, 9) == "kept"
    assert verdict(rule, 8, 9, 12) == "noisy"
    assert verdict(rule, 11, 12, 13) == "broken"
    assert verdict(rule, 11, 12, 13, busy=True) == "noisy"
    assert verdict(Rule("value", "<", 10), 11, busy=True) == "broken"


def test_a_rule_about_what_was_not_measured_is_broken() -> None:
    assert verdict(Rule("other", ">=", 0), 1) == "broken"


# Processes


@pytest.mark.anyio
async def test_a_sample_comes_from_a_process_without_the_callers_surroundings() -> None:
    probe = Probe("ours", probes.surroundings)
    one, other = await measure(probe, LIMITS), await measure(probe, LIMITS)
    assert one["hash"] == other["hash"]
    assert one["pid"] not in {other["pid"], os.getpid()}
    assert one["environment"] == ["CLOUDWAN_CONFIG", "PYTHONHASHSEED"]
    assert one["heavy"] == []
    assert 60 <= one["alarm_s"] <= 75


@pytest.mark.anyio
async def test_a_runaway_ends_in_a_memory_error_of_its_own() -> None:
    with pytest.raises(Exhausted, match="ours needs more than the 200 MiB"):
        await measure(Probe("ours", probes.takes, {"mib": 400}), Limits(60, 200 * MIB))
    assert await measure(Probe("ours", probes.takes, {"mib": 50}), Limits(60, 200 * MIB))


def gone(file: Path) -> bool:
    """Whether the process has ended whose id the file holds; on a slow machine it has not even begun."""
    return not file.exists() or not Path(f"/proc/{file.read_text(encoding='utf-8')}").exists()


@pytest.mark.anyio
async def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with pytest.raises(Exhausted, match="more than 2 s"):
        await measure(Probe("ours", probes.sleeps, {"file": str(file)}), Limits(2, 1024 * MIB))
    assert gone(file)


@pytest.mark.anyio
async def test_cancelling_a_run_ends_its_process_and_keeps_what_is_done(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    runner = BenchmarkRunner()
    runner.add_benchmark(Pretend("done"))
    runner.add_benchmark(Pretend("endless", Probe("ours", probes.sleeps, {"file": str(file)})))
    async with anyio.create_task_group() as group:
        group.start_soon(runner.run_all_benchmarks, 1)
        await until(lambda: file.exists() and bool(file.read_text(encoding="utf-8")))
        group.cancel_scope.cancel()
    assert gone(file)
    assert list(runner.results) == ["done"]


@pytest.mark.anyio
async def test_what_failed_says_its_last_words() -> None:
    with pytest.raises(CloudWanError, match="ours ended with code 1: ValueError: no such thing"):
        await measure(Probe("ours", probes.fails), LIMITS)


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


@pytest.mark.anyio
@pytest.mark.skipif(not hasattr(psutil, "heap_trim"), reason="this C library gives nothing back on request")
async def test_free_memory_neither_hides_what_is_in_use_nor_counts_as_it() -> None:
    sample = await measure(Probe("ours", probes.again, {"mib": 32}), LIMITS)
    assert sample["held_mib"] > 30
    assert sample["left_mib"] < 4


# The runner


@pytest.mark.anyio
async def test_a_warm_up_counts_for_nothing(tmp_path: Path) -> None:
    work = Probe("ours", probes.counts, {"file": str(tmp_path / "calls"), "values": [100, 1, 3, 2]})
    runner = await ran(Pretend(ours=work, warm_ups=1), iterations=3)
    result = runner.results["pretend_1"]
    assert isinstance(result, BenchmarkResult)
    assert [sample["ours"]["value"] for sample in result.samples] == [1, 3, 2]
    assert result.summary_stats["value"]["median"] == 2
    assert result.summary_stats["value"]["n"] == 3
    assert result.baseline["value"]["median"] == 4


@pytest.mark.anyio
async def test_the_sides_take_turns_and_take_turns_in_beginning(tmp_path: Path) -> None:
    file = tmp_path / "turns"
    sides = [Probe(side, probes.turns, {"file": str(file), "side": side}) for side in ("baseline", "ours")]
    benchmark = Benchmark("turns", "nothing", sides)
    benchmark.warm_ups = 0
    await ran(benchmark, iterations=3)
    order = ["baseline", "ours", "ours", "baseline", "baseline", "ours"]
    assert file.read_text(encoding="utf-8").split() == order


@pytest.mark.anyio
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


@pytest.mark.anyio
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


@pytest.mark.anyio
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
    ]
    for make, field in wrong:
        with pytest.raises(BadRequest) as refused:
            make()
        assert refused.value.field == field


@pytest.mark.anyio
async def test_one_run_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    runner = BenchmarkRunner()
    runner.add_benchmark(Pretend(ours=Probe("ours", probes.sleeps, {"file": str(file)})))
    async with anyio.create_task_group() as group:
        group.start_soon(runner.run_all_benchmarks, 1)
        await until(file.exists)
        with pytest.raises(TryAgain, match="running"):
            await runner.run_all_benchmarks(1)
        group.cancel_scope.cancel()


@pytest.mark.anyio
@pytest.mark.parametrize("awaited", [False, True])
async def test_progress_counts_every_process_up_to_the_last(awaited: bool) -> None:
    steps: list[Step] = []

    async def later(step: Step) -> None:
        await anyio.lowlevel.checkpoint()
        steps.append(step)

    tell: Callable[[Step], Awaitable[None] | None] = later if awaited else steps.append
    runner = BenchmarkRunner()
    runner.add_benchmark(Pretend("failing", Probe("ours", probes.fails)))
    runner.add_benchmark(Pretend(warm_ups=1))
    await runner.run_all_benchmarks(2, on_progress=tell)
    assert {step.total for step in steps} == {10}
    assert [step.done for step in steps] == [0, 1, 4, 5, 6, 7, 8, 9, 10]
    assert [step.iteration for step in steps if step.benchmark == "pretend_1"] == [0, 0, 1, 1, 2, 2]
    assert steps[-1].side == ""


@pytest.mark.anyio
async def test_a_new_run_begins_without_the_results_of_the_last() -> None:
    runner = await ran(Pretend())
    assert len(runner.results) == 1
    seen: list[int] = []
    await runner.run_all_benchmarks(1, on_progress=lambda step: seen.append(len(runner.results)))
    assert seen == [0, 0, 1]


# Artefacts


def results(name: str = "pretend_1", **measures: list[float]) -> BenchmarkResults:
    samples: list[dict[str, Sample]] = [
        {"ours": dict(zip(measures, values, strict=True)), "baseline": {"value": 8.0}}
        for values in zip(*measures.values(), strict=True)
    ]
    return BenchmarkResults({name: found(Pretend(name), samples, busy=False)})


def artefact(name: str = "pretend_1", **measures: list[float]) -> dict[str, Any]:
    return {"schema": 1, "benchmarks": [each.to_dict() for each in results(name, **measures).each()]}


def changed(before: list[float], after: list[float], measure: str = "value") -> str:
    (change,) = compare(artefact(**{measure: before}), artefact(**{measure: after}))
    return change.verdict


def test_a_change_is_one_when_it_is_more_than_the_spread() -> None:
    assert changed([100, 101, 102], [80, 81, 82]) == "better"
    assert changed([100, 101, 102], [120, 121, 122]) == "worse"
    assert changed([100, 101, 102], [101, 80, 79]) == "same"  # the intervals meet
    assert changed([100, 100, 100], [102, 102, 102]) == "same"  # pages and arenas
    assert changed([100, 100, 100], [120, 120, 120], "time") == "same"
    assert changed([100, 100, 100], [130, 130, 130], "time") == "worse"
    assert changed([0, 0, 0], [1, 1, 1]) == "worse"
    assert changed([1, 1, 1], [2, 2, 2], "unknown") == "changed"


def test_what_only_one_of_two_runs_measured_is_said() -> None:
    changes = compare(artefact("old", value=[1]), artefact("new", value=[2]))
    assert [(each.benchmark, each.verdict) for each in changes] == [
        ("old", "only before"),
        ("new", "only after"),
    ]
    assert "only before" in comparison(changes)


@pytest.mark.anyio
async def test_an_artefact_holds_every_sample_and_is_compared_from_its_file(tmp_path: Path) -> None:
    runner = await ran(Pretend(rules=(Rule("value", "<", 2),)), iterations=2)
    path = runner.save(tmp_path / "new folder" / "run.json")
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["machine"]["processor"] == runner.get_summary_report()["machine"]["processor"]
    (result,) = kept["benchmarks"]
    assert result["passed"]
    assert [each["ours"]["value"] for each in result["samples"]] == [1, 1]
    assert {each.verdict for each in compare(path, runner.artefact())} == {"same"}


def test_only_an_artefact_can_be_compared(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    with pytest.raises(NotFound, match=r"other\.json cannot be read"):
        compare(other, artefact())
    for text in ("nonsense", "[]", '{"schema": 99, "benchmarks": []}'):
        other.write_text(text, encoding="utf-8")
        with pytest.raises(BadRequest, match="no artefact"):
            compare(artefact(), other)


def test_the_table_draws_each_side_to_one_scale() -> None:
    drawn = table(results(value=[2.0, 2.0, 2.0])).splitlines()
    ours = next(line for line in drawn if line.startswith("  value"))
    theirs = drawn[drawn.index(ours) + 1]
    assert "baseline" in theirs
    assert theirs.count("#") == 4 * ours.count("#") == 32
    assert "2 MiB" in ours
    assert drawn[-1] == "1 of 1 passed"


# The benchmarks themselves


def test_the_input_is_every_attachment_once_and_connections_between_them() -> None:
    items = Items(250, 501)
    listed = [item for page in items.element_pages() for item in page]
    assert [item["AttachmentId"] for item in listed] == [items.id(index) for index in range(250)]
    assert {"CoreNetworkArn", "SegmentName", "State", "Tags"} <= listed[0].keys()
    related = [item for page in items.connection_pages() for item in page]
    assert len(related) == 501
    known = {item["AttachmentId"] for item in listed}
    assert known == {each["From"] for each in related}
    assert known >= {each["To"] for each in related}


def test_what_is_lost_repeated_or_out_of_place_is_counted() -> None:
    items = Items(5, 5)
    whole = [0, 1, 2, 3, 4]
    for order, wrong in (
        (whole, 0),
        (whole[:4], 1),
        ([*whole[:4], 3], 1),
        ([0, 2, 1, 3, 4], 2),
        ([*whole, 5], 1),
    ):
        elements, connections = Check(items), Check(items)
        for index in whole:
            elements.connection(items.id(index))
            connections.element(items.id(index))
        for index in order:
            elements.element(items.id(index))
            connections.connection(items.id(index))
        assert (elements.wrong, connections.wrong) == (wrong, wrong)


def topology_samples(**ours: Any) -> dict[str, Sample]:
    same = {
        "elements": 10,
        "retained_mib": 10.0,
        "peak_mib": 12.0,
        "elements_per_s": 1e5,
        "answers": [1, 2, 3, 4],
    }
    return {"baseline": same, "ours": same | ours}


def test_a_topology_passes_when_it_is_smaller_and_answers_alike() -> None:
    benchmark = TopologyProcessingBenchmark(100_000)
    assert benchmark.name == "topology_processing_100000e_200000c"

    def judged(**ours: Any) -> BenchmarkResult:
        return found(benchmark, [topology_samples(**ours)] * 3, busy=False)

    assert judged(retained_mib=1.0).passed
    assert judged(retained_mib=1.0).summary_stats["memory_reduction"]["median"] == 0.9
    assert "answers" not in judged(retained_mib=1.0).samples[0]["ours"]
    assert not judged(retained_mib=6.0).passed
    assert not judged(retained_mib=1.5).passed
    assert not found(
        benchmark, [topology_samples() | {"baseline": topology_samples(retained_mib=0.0)["ours"]}], busy=False
    ).passed
    assert not judged(retained_mib=1.0, elements_per_s=99.0).passed
    assert not judged(retained_mib=1.0, peak_mib=5000.0).passed
    wrong = judged(retained_mib=1.0, answers=[1, 2, 3, 5])
    assert not wrong.passed
    assert wrong.summary_stats["success_rate"]["median"] == 0.75


def test_how_much_is_to_be_saved_goes_by_what_there_is() -> None:
    def saving(*size: int) -> str:
        return str(TopologyProcessingBenchmark(*size).rules[0])

    assert saving(1000).startswith("memory_reduction >= 0.5")
    assert saving(10_000).startswith("memory_reduction >= 0.8")
    assert saving(100_000).startswith("memory_reduction >= 0.9")
    assert saving(999).startswith("saved_mib >= -1")


def test_a_stream_passes_when_its_peak_does_not_follow_its_length() -> None:
    benchmark = StreamingMemoryBenchmark(chunk_count=50)
    assert benchmark.name == "streaming_memory_50chunks"

    def judged(longer: float, lost: int = 0) -> bool:
        sample = {"elements": 5000, "peak_mib": 2.0, "elements_per_s": 1e4, "lost_or_repeated": 0}
        sides = {"ours": sample, "baseline": sample | {"peak_mib": 15.0}}
        sides["longer"] = sample | {"peak_mib": longer, "lost_or_repeated": lost}
        return found(benchmark, [sides] * 3, busy=False).passed

    assert judged(2.4)
    assert not judged(2.6)
    assert not judged(2.0, lost=1)


# The command


def test_the_command_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    said = capsys.readouterr().out
    for benchmark in ("topology_processing_1000e_2000c", "streaming_memory_50chunks"):
        assert benchmark in said
    assert "memory_reduction >= " in said


def test_a_wrong_name_lists_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--benchmark", "topology_procesing"]) == 2
    said = capsys.readouterr().err
    assert "topology_procesing" in said
    assert "topology_processing_1000e_2000c" in said
    assert main(["--benchmark", "topology_processing_0e_0c"]) == 2
    assert main(["--iterations", "0"]) == 2


def test_a_name_is_a_benchmark_a_family_or_one_of_another_size(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["topology_processing", "topology_processing_1000e_2000c", "topology_processing_5000e_8000c"]
    assert main(["--list", "--benchmark", *names, "streaming_memory_7chunks"]) == 0
    said = capsys.readouterr().out
    assert said.count("topology_processing_1000e_2000c:") == 1
    for name in ("10000e_20000c", "5000e_8000c", "streaming_memory_7chunks"):
        assert f"{name}:" in said


def test_the_command_measures_keeps_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["topology_processing_60e_90c", "streaming_memory_2chunks"]
    kept = tmp_path / "run.json"
    assert main(["--benchmark", *names, "--iterations", "1", "--json", str(kept)]) == 0
    said = capsys.readouterr()
    assert "2 of 2 passed" in said.out
    assert all(f"{name}: passed (1 iteration" in said.out for name in names)
    assert all(f"] {name}\n" in said.err for name in names)
    results = {each["name"]: each for each in json.loads(kept.read_text(encoding="utf-8"))["benchmarks"]}
    topology, stream = (results[name]["summary_stats"] for name in names)
    assert topology["success_rate"]["median"] == 1
    assert (topology["elements"]["median"], topology["connections"]["median"]) == (60, 90)
    assert topology["retained_mib"]["median"] > 0
    assert stream["lost_or_repeated"]["median"] == 0
    assert stream["elements"]["median"] == 200
    assert main(["--benchmark", names[0], "--iterations", "1", "--compare", str(kept)]) == 0
    said = capsys.readouterr()
    assert f"since {kept}" in said.out
    assert names[0] in said.out
    assert names[1] not in said.out  # did not run this time


def test_the_command_says_by_its_code_that_a_benchmark_did_not_pass(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runner = BenchmarkRunner()
    runner.add_benchmark(Pretend())
    assert command.run(runner, 1) == 0
    runner.add_benchmark(Pretend("odd", rules=(Rule("value", "<", 1),)))
    assert command.run(runner, 1) == 1
    said = capsys.readouterr().out
    assert "odd: NOT PASSED (1 iteration" in said
    assert "broken value < 1" in said
    assert "1 of 2 passed" in said


def test_files_are_looked_at_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--compare", str(tmp_path / "none.json")]) == 6
    assert main(["--json", "/proc/none/run.json"]) == 2
    said = capsys.readouterr()
    assert "none.json" in said.err
    assert said.out == ""


def test_the_front_door_is_the_command() -> None:
    assert main is command.main
