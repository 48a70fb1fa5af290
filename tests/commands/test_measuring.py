"""leaks, profile and bench: what they find is said, kept as JSON, and told by their end."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.cli import main
from conversation import family, gone, interrupt, started, until
from fakes import targets
from project import ROOT

KEEPS = "fakes.targets:keeps"
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def targets_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}")


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(inspect.getsource(targets).splitlines(), 1) if text in line)


def test_a_leak_ends_it_with_1_and_names_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "found.json"
    assert main(["leaks", KEEPS, "--seconds", "4", "--json", str(kept)]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"{KEEPS}: leak: ")
    assert f"targets.py:{line_of('leaks here')}" in said
    (verdict,) = json.loads(kept.read_text(encoding="utf-8"))["targets"].values()
    assert verdict["kind"] == "leak"
    assert verdict["line"].endswith(f"targets.py:{line_of('leaks here')}")


def test_without_blame_no_line_is_looked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaks", KEEPS, "--seconds", "2", "--no-blame", "--json", "-"]) == 1
    verdict = json.loads(capsys.readouterr().out)["targets"][KEEPS]
    assert (verdict["kind"], verdict["blame"]) == ("leak", None)


def test_what_fails_is_said_and_told_by_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaks", "fakes.targets:raises", "fakes.targets:nothing", "--seconds", "1"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("fakes.targets:raises: failed: fakes.targets:raises raised RuntimeError")
    assert lines[1].startswith("fakes.targets:nothing: failed: There is no 'fakes.targets:nothing'")


def test_a_profile_is_a_table_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # --profile is the AWS profile, with this command as with every other
    options = ["--calls", "3", "--seconds", "2", "--profile", "net"]
    kept = tmp_path / "profile.json"
    assert main(["profile", "fakes.targets:holds", *options, "--json", str(kept)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("fakes.targets:holds: 3 calls")
    assert f"targets.py:{line_of('the height of a call')}" in said
    assert json.loads(kept.read_text(encoding="utf-8"))["calls"] == 3
    assert main(["profile", "cache_bytes", *options, "--no-trace", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["target"] == "cache_bytes"
    assert "tracing" not in found


@pytest.mark.parametrize("command", ["leaks", "profile"])
def test_a_wrong_name_lists_the_right_ones(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "proces_topology"]) == 6
    said = capsys.readouterr()
    assert said.out == ""
    assert "'proces_topology'" in said.err
    assert "Name one of process_topology, " in said.err


@pytest.mark.parametrize("command", ["leaks", "profile"])
def test_the_names_are_listed(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--list"]) == 0
    said = capsys.readouterr().out
    assert {"process_topology", "parse_page", "stream_topology"} <= {
        line.split()[0] for line in said.splitlines()
    }


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["profile"], "TARGET"),
        (["profile", "os:getcwd", "--seconds", "0.1"], "seconds"),
        (["profile", "os:getcwd", "--calls", "0"], "calls"),
        (["leaks", "os:getcwd", "--seconds", "1000"], "seconds"),
        (["leaks", "os:getcwd", "--time-limit-s", "0"], "time_limit_s"),
        (["leaks", "os:getcwd", "--memory-limit-mb", "0"], "memory_limit_mb"),
        (["leaks", "os:getcwd", "--json", "/proc/none/found.json"], "/proc/none/found.json"),
        (["bench", "--benchmark", "nothing"], "nothing"),
        (["bench", "--case", "memory", "--compare", "none.json"], "compare"),
        (["bench", "--benchmark", "streaming_memory_2chunks", "--iterations", "0"], "iterations"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_measured(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert named in said.err
    assert said.err.endswith(".\n")


def test_ctrl_c_ends_a_profile_and_its_process(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    with started("profile", "fakes.targets:hangs", env={"PIDS": str(pids)}) as process:
        until(pids.exists, PATIENCE_S)
        children = family(process.pid)[1:]
        assert children
        interrupt(process)
        assert process.wait(PATIENCE_S) == 130
        assert "Traceback" not in process.stderr.read()
        until(lambda: all(map(gone, children)), PATIENCE_S)


# bench


def test_bench_lists_cases_and_suite(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--list"]) == 0
    said = capsys.readouterr().out
    for name in ("startup", "profiling", "topology_processing_1000e_2000c:", "page_reading_10000a:"):
        assert f"\n{name}" in f"\n{said}"
    assert main(["bench", "--list", "--case", "startup"]) == 0
    assert "topology_processing" not in capsys.readouterr().out
    assert main(["bench", "--list", "--benchmark", "streaming_memory"]) == 0
    assert "startup" not in capsys.readouterr().out


def test_bench_runs_benchmarks_of_the_suite_and_compares_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = str(tmp_path / "run.json")
    words = ["bench", "--benchmark", "streaming_memory_2chunks", "--iterations", "1"]
    assert main([*words, "--json", kept]) == 0
    assert "1 of 1 passed" in capsys.readouterr().out
    found: dict[str, Any] = json.loads(Path(kept).read_text(encoding="utf-8"))
    assert [each["name"] for each in found["benchmarks"]] == ["streaming_memory_2chunks"]
    assert found["cases"] == []
    assert main([*words, "--compare", kept]) == 0
    assert f"since {kept}" in capsys.readouterr().out


def test_bench_runs_a_case_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "run.json"
    assert main(["bench", "--case", "profiling", "--quick", "--json", str(kept)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("profiling: ")
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert [each["case"] for each in found["cases"]] == ["profiling"]
    assert found["benchmarks"] == []
