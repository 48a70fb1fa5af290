"""config: aligned for people, JSON for programs, and a word on variables that set nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudwan_mcp.cli import main
from cloudwan_mcp.settings import FILE_NAME, SETTINGS
from conversation import run

FILE = """\
# what this project may use

memory_optimization:
  streaming:
    chunk_size: 50
    memory_threshold_mb: 500
"""


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_a_value_from_the_file_is_shown_with_its_line(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / FILE_NAME).write_text(FILE)
    assert main(["config", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["streaming_chunk_size"] == {"value": 50, "origin": f"{FILE_NAME}:5"}
    assert values["memory_threshold_mb"] == {"value": 500, "origin": f"{FILE_NAME}:6"}
    assert values["config"] == {"value": FILE_NAME, "origin": "found in the working directory"}
    assert values["max_pool_size"] == {"value": 1000, "origin": "default"}


def test_every_command_takes_the_path_of_a_file(work: Path) -> None:
    (work / "other.yml").write_text("nonsense: 1\n")
    for command in ("serve", "discover", "demo", "simulate", "snapshots", "config"):
        done = run(command, "--config", "other.yml")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("cloudwan-mcp: other.yml:1: 'nonsense' is not a key.")
        assert len(done.stderr.splitlines()) == 1


def test_a_file_that_is_not_there_ends_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--config", "nosuch.yml"]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith("cloudwan-mcp: 'nosuch.yml' cannot be read: No such file or directory.")
    assert len(said.err.splitlines()) == 1


def test_the_columns_stand_in_line_whatever_the_length_of_a_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOUDWAN_ALIAS", "net")
    monkeypatch.setenv("CLOUDWAN_DATA_DIR", "/" + "long/" * 20)
    assert main(["config"]) == 0
    *rows, _ = capsys.readouterr().out.splitlines()
    assert len(rows) == len(SETTINGS)
    ends = ("default", "CLOUDWAN_ALIAS")
    starts = {row.rindex(end) for row in rows for end in ends if row.endswith(f" {end}")}
    assert len(starts) == 1
    assert max(len(each.name) for each in SETTINGS) < starts.pop() < 80


def test_a_variable_that_is_no_setting_is_told_the_nearest_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOUDWAN_CHUNCK_SIZE", "sesame")
    monkeypatch.setenv("CLOUDWAN_QQQ", "sesame")
    for options in ([], ["--json"]):
        assert main(["config", *options]) == 0
        said = capsys.readouterr()
        assert said.err.splitlines() == [
            "cloudwan-mcp: CLOUDWAN_CHUNCK_SIZE is not a setting; "
            "did you mean CLOUDWAN_STREAMING_CHUNK_SIZE?",
            "cloudwan-mcp: CLOUDWAN_QQQ is not a setting.",
        ]
        assert "sesame" not in said.out + said.err
    assert json.loads(said.out)


def test_without_such_a_variable_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config"]) == 0
    assert capsys.readouterr().err == ""
