"""One guard for a process: what it finds, what it lets in, and what it says about it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.limit import MIB, MemoryLimit
from cloudwan_mcp.settings import Settings, load
from conversation import python

LIMIT = 200 * MIB
GROUP = "sys/fs/cgroup/app"


class Machine:
    """A control group of 200 MiB, and the guard of a process in it."""

    def __init__(self, root: Path, **options: bool) -> None:
        self.folder = root / GROUP
        self.folder.mkdir(parents=True)
        self.uses(50 * MIB)
        self.waits(0.0)
        gauge = MemoryGauge(MemoryLimit(LIMIT, f"/{GROUP}/memory.max"), root=root)
        self.guard = MemoryGuard(gauge, critical_percent=85, **options)

    def uses(self, size: int) -> None:
        (self.folder / "memory.current").write_text(f"{size}\n", encoding="ascii")
        (self.folder / "memory.stat").write_text("anon 1\ninactive_file 0\n", encoding="ascii")

    def waits(self, percent: float) -> None:
        line = f"some avg10={percent:.2f} avg60=0.00 avg300=0.00 total=0\n"
        (self.folder / "memory.pressure").write_text(line, encoding="ascii")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_budget_and_breaker_go_by_the_limit_that_was_found(machine: Machine) -> None:
    guard = machine.guard
    assert guard.budget.limit_bytes == LIMIT
    assert guard.budget.available == 170 * MIB - 50 * MIB
    assert guard.breaker.threshold_bytes == 170 * MIB
    with pytest.raises(Exhausted), guard.budget.reserve(171 * MIB):
        pass


def test_a_calm_machine_keeps_the_whole_budget(machine: Machine) -> None:
    assert not machine.guard.sample()
    assert machine.guard.budget.ceiling == 0.85


def test_a_machine_that_waits_for_memory_lowers_the_ceiling_until_it_no_longer_does(machine: Machine) -> None:
    machine.waits(10.0)
    assert not machine.guard.sample()
    lowered = machine.guard.budget.ceiling
    assert lowered < 0.85
    machine.waits(9.9)
    machine.guard.sample()
    assert lowered < machine.guard.budget.ceiling < 0.85


def test_more_in_use_than_is_critical_lowers_the_ceiling_and_breaks(machine: Machine) -> None:
    machine.uses(171 * MIB)
    assert machine.guard.sample()
    assert machine.guard.budget.ceiling < 0.85
    for _ in range(4):
        machine.guard.sample()
    assert machine.guard.breaker.state == "open"


def test_a_configured_limit_is_critical_before_it_breaks() -> None:
    gauge = MemoryGauge(MemoryLimit(1, "CLOUDWAN_MEMORY_THRESHOLD_MB"))
    size = int(gauge.rss() / 0.9)
    guard = MemoryGuard(MemoryGauge(MemoryLimit(size, "CLOUDWAN_MEMORY_THRESHOLD_MB")), critical_percent=85)
    assert not guard.sample()
    assert guard.budget.ceiling < 0.8


def test_switched_off_it_lets_everything_in_and_goes_on_telling(tmp_path: Path) -> None:
    machine = Machine(tmp_path, enabled=False)
    machine.uses(199 * MIB)
    assert not machine.guard.sample()
    with machine.guard.budget.reserve(10 * LIMIT), machine.guard.breaker.permit():
        pass
    report = machine.guard.report()
    assert (report["enabled"], report["used"], report["breaker"]["state"]) == (False, 199 * MIB, "disabled")


def test_its_report_is_plain_json_with_the_limit_and_where_it_comes_from(machine: Machine) -> None:
    with machine.guard.budget.reserve(7 * MIB):
        report = json.loads(json.dumps(machine.guard.report()))
    assert (report["limit"], report["origin"]) == (LIMIT, f"/{GROUP}/memory.max")
    assert (report["used"], report["reserved"], report["waiting"]) == (50 * MIB, 7 * MIB, 0)
    assert report["rss"] > 0
    assert report["pressure"] == 0.0
    assert report["breaker"]["state"] == "closed"
    assert report["budget"]["available"] == 113 * MIB


def test_garbage_is_collected_before_anything_is_refused(machine: Machine) -> None:
    """A cycle that holds a file's worth of memory: it is gone, and the use with it, once it is collected."""

    class Cycle:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            machine.uses(50 * MIB)

    machine.uses(169 * MIB)
    Cycle()
    with machine.guard.budget.reserve(100 * MIB):
        pass


def test_a_process_has_one_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", "4321")
    found: list[MemoryGuard] = []
    threads = [threading.Thread(target=lambda: found.append(MemoryGuard.of(load()))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({id(each) for each in found}) == 1
    assert MemoryGuard.of(Settings(memory_threshold_mb=4321)) is found[0]
    assert MemoryGuard.of(Settings(memory_threshold_mb=4322)) is not found[0]


def test_the_guard_of_the_settings_keeps_to_them() -> None:
    given = Settings(memory_threshold_mb=64, critical_threshold_percent=75.0, alert_threshold_percent=50.0)
    guard = MemoryGuard.of(given)
    assert guard.gauge.limit == MemoryLimit(64 * MIB, "CLOUDWAN_MEMORY_THRESHOLD_MB")
    assert guard.budget.ceiling == 0.75
    assert guard.breaker.threshold_bytes == 64 * MIB
    assert not MemoryGuard.of(Settings(memory_optimization_enabled=False)).enabled


def test_to_guard_memory_costs_little_of_it() -> None:
    code = """
import sys
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.settings import load
guard = MemoryGuard.of(load())
guard.sample()
with guard.budget.reserve(1), guard.breaker.permit():
    guard.report()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    done = python(code)
    assert done.returncode == 0, done.stderr
    heavy = {"anyio", "asyncio", "pydantic", "mcp", "botocore", "psutil", "json"}
    assert not heavy.intersection(done.stdout.split())
