"""The command of the benchmark suite, as the library's description names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudwan_mcp.bench.suite import command
from cloudwan_mcp.performance.benchmarking_suite import (
    BenchmarkRunner,
    Rule,
    main,
)
from fakes.benchmarks import Pretend


def test_pages_read_in_both_ways_bring_the_same_items(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--benchmark", "page_reading_700a", "--iterations", "1", "--json", "-"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["benchmarks"]
    stats = result["summary_stats"]
    assert [stats[name]["median"] for name in ("items", "missing", "same_items")] == [700, 0, 1]
    assert stats["speed_up"]["median"] > 0


def test_the_command_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    said = capsys.readouterr().out
    for benchmark in ("topology_processing_1000e_2000c", "streaming_memory_50chunks", "page_reading_10000a"):
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
    assert "broken   value < 1" in said
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
