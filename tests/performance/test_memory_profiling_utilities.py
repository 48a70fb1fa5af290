"""The commands of the profiling utilities, as the library's description names them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cloudwan_mcp.performance import memory_profiling_utilities
from cloudwan_mcp.performance.memory_profiling_utilities import main
from cloudwan_mcp.workloads import LIBRARY, command
from project import ROOT

MODULE = (sys.executable, "-m", "cloudwan_mcp.performance.memory_profiling_utilities")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MODULE, *words],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests'}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=280,
        check=False,
    )


def test_leaks_are_looked_for_in_all_of_the_library(tmp_path: Path) -> None:
    kept = tmp_path / "found.json"
    done = run("--detect-leaks", "--seconds", "0.5", "--no-blame", "--json", str(kept))
    verdicts = json.loads(kept.read_text(encoding="utf-8"))["targets"]
    assert list(verdicts) == list(LIBRARY)
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == list(LIBRARY)
    assert done.returncode == any(each["kind"] == "leak" for each in verdicts.values())
    assert done.stderr == ""


def test_one_target_is_looked_at_for_leaks() -> None:
    done = run("--detect-leaks", "fakes.targets:keeps", "--seconds", "2", "--no-blame")
    assert done.returncode == 1
    assert done.stdout.startswith("fakes.targets:keeps: leak: ")


def test_a_function_is_profiled_by_its_name() -> None:
    done = run("--profile", "process_topology", "--calls", "2", "--seconds", "0.5", "--no-trace")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("process_topology: ")
    assert "time of a call" in done.stdout


def test_a_wrong_name_lists_the_right_ones_and_ends_in_6(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--profile", "proces_topology"], ["--detect-leaks", "parse_page", "proces_topology"]):
        assert main(words) == 6
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("memory_profiling_utilities: There is no workload 'proces_topology'.")
        assert "process_topology, " in said.err


def test_options_that_say_nothing_about_it_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words, option in (
        (["--detect-leaks", "parse_page", "--calls", "3"], "--calls"),
        (["--detect-leaks", "parse_page", "--no-trace"], "--no-trace"),
        (["--profile", "parse_page", "--no-blame"], "--no-blame"),
    ):
        assert main(words) == 2
        assert option in capsys.readouterr().err


def test_one_of_the_two_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["--profile", "parse_page", "--detect-leaks"]):
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert ended.value.code == 2
    assert "--detect-leaks" in capsys.readouterr().err


def test_the_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert set(LIBRARY) < {line.split()[0] for line in capsys.readouterr().out.splitlines()}


def test_the_front_door_is_the_command() -> None:
    assert main is command.main
    assert all(hasattr(memory_profiling_utilities, name) for name in memory_profiling_utilities.__all__)
