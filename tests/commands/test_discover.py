"""discover and snapshots: progress for people and programs, and an exit code for each way to end."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.settings import load
from cloudwan_mcp.simulator import Faults
from cloudwan_mcp.store import Folder
from conversation import COMMAND, PATIENCE_S, interrupt, lines, run, started, until

SLOW = Faults(operations={"ListAttachments": {"latency": 0.3}})


def test_a_pipe_gets_plain_lines(simulate: Any) -> None:
    simulate(attachments=60)
    done = run("discover")
    assert done.returncode == 0
    assert re.fullmatch(r"Snapshot \S+: [\d,]+ elements, [\d,]+ connections, 0 gaps\.\n", done.stdout)
    assert "\r" not in done.stderr
    assert "\x1b" not in done.stderr
    assert "elements" in done.stderr


def test_a_program_gets_lines_of_json_from_start_to_end(simulate: Any) -> None:
    simulate(attachments=60)
    done = run("discover", "--json")
    events = lines(done.stdout)
    assert done.stderr == ""
    assert [events[0]["event"], events[-1]["event"]] == ["start", "end"]
    assert len({event["snapshot"] for event in events}) == 1
    assert events[-1]["elements"] > 60
    assert {event["event"] for event in events} <= {"start", "progress", "end"}


def test_a_terminal_sees_a_bar_that_fills(simulate: Any) -> None:
    simulate(attachments=600, faults=Faults(latency=0.05))
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "discover"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=os.environ | {"CLOUDWAN_PAGE_SIZE": "50"},
    ) as process:
        os.close(theirs)
        seen = b""
        with suppress(OSError):  # how Linux says that nobody writes to a terminal any more
            while part := os.read(ours, 4096):
                seen += part
        os.close(ours)
        assert process.wait(PATIENCE_S) == 0
    drawn = seen.decode().split("\r\x1b[2K")
    bars = [re.match(r"\[(#*) *\] +(\d+)% [\d,]+ elements, [\d,]+/s", line) for line in drawn]
    parts = [int(bar[2]) for bar in bars if bar]
    assert len(parts) >= 2
    assert parts == sorted(parts)
    assert seen.endswith(b"\n")


def test_route_tables_are_read_on_request(simulate: Any) -> None:
    simulator = simulate(attachments=60)
    plan = simulator.estate.networks[0].plan.segments[0]
    assert run("discover", f"--routes={plan.name}@{plan.edges[0]}").returncode == 0
    assert simulator.calls["GetNetworkRoutes"] == 1
    assert run("discover", "--routes=@").returncode == 0
    assert simulator.calls["GetNetworkRoutes"] > 2


def test_wrong_arguments_end_in_2(simulate: Any) -> None:
    simulator = simulate(attachments=20)
    for options, word in (
        (["--routes", "prod"], "SEGMENT@EDGE"),
        (["--concurrency", "0"], "--concurrency=0"),
    ):
        done = run("discover", *options)
        assert done.returncode == 2
        assert word in done.stderr
    assert not simulator.calls


def test_refusal_by_aws_ends_in_3(simulate: Any) -> None:
    simulate(attachments=20, faults=Faults(access_denied=1))
    done = run("discover")
    assert done.returncode == 3
    assert "networkmanager:" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_credentials_end_in_3_with_the_command_that_brings_them(
    simulate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(attachments=20)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = run("discover")
    assert done.returncode == 3
    assert "aws configure" in done.stderr
    (error,) = (event for event in lines(run("discover", "--json").stdout) if event["event"] == "error")
    assert error["error"] == "NotPermitted"
    assert "aws configure" in error["next_step"]


def test_another_discovery_under_way_ends_it_in_4(simulate: Any) -> None:
    simulate(attachments=20)
    folder = Folder(load())
    with folder.writing():
        done = run("discover")
    folder.close()
    assert done.returncode == 4
    assert "Another process" in done.stderr


def test_a_full_disk_ends_it_in_5_and_keeps_what_was_read(simulate: Any) -> None:
    simulate(attachments=5000)
    done = run("discover", env={"CLOUDWAN_DISK_MIB": "1"})
    assert done.returncode == 5
    assert "CLOUDWAN_DISK_MIB" in done.stderr
    assert "interrupted" in run("snapshots").stdout
    assert run("discover").returncode == 0


def test_ctrl_c_ends_it_in_130_after_its_page_and_the_next_one_goes_on(simulate: Any) -> None:
    simulator = simulate(attachments=600, faults=SLOW)
    with started("discover", "--json", env={"CLOUDWAN_PAGE_SIZE": "50"}) as process:
        until(lambda: simulator.answered["ListAttachments"] >= 2)
        interrupt(process)
        calls = simulator.calls["ListAttachments"]
        said, complaints = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130
    assert simulator.calls["ListAttachments"] <= calls + 2
    assert complaints == ""
    first = lines(said)[0]["snapshot"]
    simulator.faults = Faults()
    again = lines(run("discover", "--json").stdout)
    assert again[-1]["snapshot"] == first
    assert simulator.calls["DescribeGlobalNetworks"] == 1


def test_an_attended_discovery_ends_with_its_input(simulate: Any) -> None:
    simulator = simulate(attachments=600, faults=SLOW)
    with started("discover", "--json", "--attended", env={"CLOUDWAN_PAGE_SIZE": "50"}) as process:
        until(lambda: simulator.answered["ListAttachments"] >= 1)
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 130


def test_a_folder_that_cannot_be_written_is_said(simulate: Any, tmp_path: Path) -> None:
    simulate(attachments=20)
    (tmp_path / "file").write_text("in the way")
    done = run("discover", "--data-dir", str(tmp_path / "file" / "data"), env={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0
    assert "cannot be written" in done.stderr
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("cloudwan-mcp-")]


def test_snapshots_are_listed_and_all_but_the_newest_removed(simulate: Any) -> None:
    simulate(attachments=20)
    ids = [lines(run("discover", "--json").stdout)[-1]["snapshot"] for _ in range(2)]
    listed = lines(run("snapshots", "--json").stdout)
    assert [row["id"] for row in listed] == ids[::-1]
    assert all(row["state"] == "complete" and row["identity"]["account"] for row in listed)
    said = run("snapshots", "--prune").stdout
    assert f"removed {ids[0]}" in said
    assert re.search(rf"{ids[1]}  complete +[\d,]+ elements", said)
    assert [json.loads(line)["id"] for line in run("snapshots", "--json").stdout.splitlines()] == ids[1:]


def test_no_snapshots_are_no_error() -> None:
    done = run("snapshots")
    assert done.returncode == 0
    assert "0.0 MiB" in done.stdout
    assert run("snapshots", "--json").stdout == ""
