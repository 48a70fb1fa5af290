"""A discovery killed at any moment and started again ends with what one never interrupted finds."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cloudwan_mcp import settings
from cloudwan_mcp.model import Element
from cloudwan_mcp.simulator import Faults, Simulator
from cloudwan_mcp.store import Filters, Folder
from fakes.snapshots import all_connections, read_all

TESTS = Path(__file__).parents[1]
KILLS = 5


def discoverer(data: Path) -> subprocess.Popen[str]:
    environ = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path]),
        "CLOUDWAN_DATA_DIR": str(data),
        "CLOUDWAN_PAGE_SIZE": "20",
    }
    command = [sys.executable, "-m", "fakes.discoverer"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=TESTS)


def found(data: Path) -> tuple[dict[str, Element], set[tuple[str, str, str]]]:
    folder = Folder(settings.load({"data_dir": str(data)}))
    try:
        (info,) = folder.snapshots()
        assert info.complete
        assert info.gaps == ()
        with folder.reader(info.id) as reader:
            rows = [e for _, e in read_all(reader, limit=500)]
            ends = [(c.source, c.type, c.target) for c in all_connections(reader, Filters(), 1000)]
    finally:
        folder.close()
    assert len({e.id for e in rows}) == len(rows)
    assert len(set(ends)) == len(ends)
    return {e.id: e for e in rows}, set(ends)


def test_a_discovery_killed_five_times_finds_exactly_what_one_never_killed_finds(
    simulate: Callable[..., Simulator], tmp_path: Path
) -> None:
    simulator = simulate(attachments=700, faults=Faults(latency=0.005))
    with discoverer(tmp_path / "whole") as process:
        assert process.stdout
        assert process.stdout.readline()
        assert process.wait() == 0
    calls, moments, resumed = simulator.calls.total(), random.Random(5), set()
    for _ in range(KILLS):
        with discoverer(tmp_path / "killed") as process:
            assert process.stdout
            resumed.add(process.stdout.readline())
            enough = simulator.calls.total() + calls / KILLS * moments.uniform(0.2, 0.8)
            while simulator.calls.total() < enough:
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
    with discoverer(tmp_path / "killed") as process:
        assert process.stdout
        resumed.add(process.stdout.readline())
        assert process.wait() == 0
    assert len(resumed) == 1
    assert found(tmp_path / "killed") == found(tmp_path / "whole")
