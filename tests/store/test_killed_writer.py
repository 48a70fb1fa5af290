"""A writer killed at any moment leaves a whole file, and whoever goes on ends with the same elements."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.store import Filters, Folder
from fakes.snapshots import all_connections, read_all, vpcs
from fakes.writer import PAGE

TESTS = Path(__file__).parents[1]
OpenFolder = Callable[..., Folder]


@contextmanager
def writer(data: Path, pages: int, what: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "fakes.writer", str(data), str(pages), what]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=TESTS) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def check_integrity(folder: Folder) -> None:
    for path in folder.path.glob("s*-*.db"):
        with sqlite3.connect(path) as db:  # as any reader would, it rolls back what a killed writer left
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.close()


@pytest.mark.parametrize("what", ["commit", "publish"])
def test_a_writer_killed_again_and_again_ends_with_the_elements_of_one_never_killed(
    tmp_path: Path, open_folder: OpenFolder, what: str
) -> None:
    pages, random_moment = 150, random.Random(what)
    folder = open_folder(data_dir=str(tmp_path / "data"))
    killed = 0
    for _ in range(5):
        with writer(tmp_path / "data", pages, what) as process:
            if said(process) == "ready":
                time.sleep(random_moment.random() * (0.06 if what == "commit" else 0.05))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
        check_integrity(folder)
        latest = folder.latest()
        if latest is not None:
            break
    else:
        with writer(tmp_path / "data", pages, "finish") as process:
            assert said(process) == "published"
        latest = folder.latest()
    assert killed
    assert latest is not None
    expected = vpcs((pages + 1) * PAGE // 2)
    with folder.reader(latest.id) as reader:
        assert [e for _, e in read_all(reader, limit=500)] == expected
        ends = [(c.source, c.target) for c in all_connections(reader, Filters(), limit=1000)]
    assert len(ends) == len(set(ends)) == pages * PAGE == latest.connections
    assert (latest.elements, latest.unresolved) == (len(expected), 0)
    assert {path.name for path in folder.path.iterdir()} == {f"snapshot-{latest.id}.db", "lock.db"}


def test_the_right_to_write_is_given_back_by_death(tmp_path: Path, open_folder: OpenFolder) -> None:
    folder = open_folder(data_dir=str(tmp_path / "data"))
    with writer(tmp_path / "data", 1, "hold") as process:
        assert said(process) == "ready"
        assert folder.busy()
        with pytest.raises(TryAgain) as refused, folder.writing(patience_s=0.2):
            pass
        assert (refused.value.code, refused.value.retry_after > 0) == ("DiscoveryRunning", True)
        growing = folder.unfinished()
        assert growing is not None
        assert growing.state == "growing"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with folder.writing(patience_s=0):
        interrupted = folder.snapshots()
    assert [info.state for info in interrupted] == ["growing"]  # it is this process now that may write
    assert [info.state for info in folder.snapshots()] == ["interrupted"]
