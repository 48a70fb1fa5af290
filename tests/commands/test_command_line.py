"""The command line: every command teaches, wrong words are told apart, and no pipe makes it stumble."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.cli import main
from cloudwan_mcp.commands import COMMANDS
from conversation import COMMAND, PATIENCE_S, family, gone, interrupt, run, started, until
from project import VERSION, cli_help

NAMES = [command.name for command in COMMANDS if command.name != "bench"]


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_says_what_it_does_and_what_its_end_means(name: str) -> None:
    said = " ".join(cli_help(name).split())
    command = next(each for each in COMMANDS if each.name == name)
    assert " ".join(command.description.split()) in said
    assert "exit codes: 0 done" in said
    for option in ("--data-dir", "--profile", "--log-level"):
        assert option in said


def test_the_help_of_all_shows_how_to_begin() -> None:
    said = cli_help()
    assert "claude mcp add" in said
    assert "cloudwan-mcp demo" in said
    assert "exit codes" in said
    assert all(name in said for name in NAMES)


def test_the_version_is_the_projects() -> None:
    assert run("--version").stdout.strip() == VERSION


@pytest.mark.parametrize("words", [["dicsover"], ["discover", "--jsno"], ["serve", "--transport", "pigeon"]])
def test_an_unknown_word_is_told_the_known_ones(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert words[-1] in done.stderr
    assert "usage:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cloudwan_mcp", "config", "--json"],
        capture_output=True,
        check=True,
        timeout=PATIENCE_S,
    )
    assert json.loads(done.stdout)["page_limit"] == {"value": 100, "origin": "default"}


def test_config_gives_each_value_with_its_origin_and_masks_the_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOUDWAN_TOKEN", "sesame")
    monkeypatch.setenv("CLOUDWAN_PAGE_LIMIT", "7")
    assert main(["config", "--json", "--profile", "net"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["token"] == {"value": "***", "origin": "CLOUDWAN_TOKEN"}
    assert values["page_limit"] == {"value": 7, "origin": "CLOUDWAN_PAGE_LIMIT"}
    assert values["profile"] == {"value": "net", "origin": "--profile"}
    assert values["concurrency"]["origin"] == "default"
    assert main(["config"]) == 0
    said = capsys.readouterr().out
    assert "sesame" not in said
    assert "snapshots are kept in" in said
    assert any(line.split() == ["page_limit", "7", "CLOUDWAN_PAGE_LIMIT"] for line in said.splitlines())


def test_a_wrong_setting_ends_every_command_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOUDWAN_PAGE_LIMIT", "0")
    for command in ("serve", "discover", "snapshots", "config"):
        assert main([command]) == 2
        said = capsys.readouterr()
        assert not said.out
        assert said.err.startswith("cloudwan-mcp: CLOUDWAN_PAGE_LIMIT=0 is outside 1..500.")
        assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("command", ["config", "snapshots --json", "discover --json"])
def test_a_reader_that_has_seen_enough_is_no_error(simulate: Any, command: str) -> None:
    simulate(attachments=20)
    done = subprocess.run(
        f"{COMMAND} {command} | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_simulator_that_is_attended_ends_with_its_input() -> None:
    with started("simulate", "--attended", "--json", "--attachments", "5") as process:
        assert json.loads(process.stdout.readline())["attachments"] == 5
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr.read() == ""


def test_demo_sums_up_a_network_and_shows_how_to_add_the_server() -> None:
    done = run("demo", "--attachments", "60", env={"AWS_PROFILE": "nobody"})
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert "(simulated)" in said
    assert "Needs attention" in said
    assert "claude mcp add" in said
    table = next(line for line in said.splitlines() if line.startswith("attachments"))
    assert table.endswith("total")


def test_demo_gives_its_facts_to_programs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run("demo", "--attachments", "60", "--json", env={"TMPDIR": str(tmp_path)})
    facts = json.loads(done.stdout)
    assert sum(sum(row.values()) for row in facts["attachments"].values()) == 60
    assert facts["elements"] == sum(facts["types"].values())
    assert facts["gaps"] == []
    assert facts["connections"] > 0
    assert not list(tmp_path.iterdir())


def test_a_demo_of_no_network_says_why_in_words() -> None:
    done = run("demo", "--attachments", "-1")
    assert done.returncode == 5
    assert "attachments" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_a_demo_and_its_simulator() -> None:
    with started("demo", "--attachments", "20000") as process:
        until(lambda: len(family(process.pid)) > 1)
        children = family(process.pid)[1:]
        interrupt(process)
        assert process.wait(PATIENCE_S) == 130
        assert "Traceback" not in process.stderr.read()
        until(lambda: all(map(gone, children)))
