"""A sample comes from a process of its own, with limits, and ends with whoever asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio
import pytest

from cloudwan_mcp.bench.suite.process import Limits, measure
from cloudwan_mcp.errors import CloudWanError, Exhausted
from cloudwan_mcp.performance.benchmarking_suite import (
    BenchmarkRunner,
    Probe,
)
from fakes import probes
from fakes.benchmarks import Pretend, comes_true
from project import ROOT

MIB = 1024 * 1024
LIMITS = Limits(seconds=60, data_bytes=1024 * MIB)
pytestmark = pytest.mark.anyio


async def test_a_sample_comes_from_a_process_without_the_callers_surroundings() -> None:
    probe = Probe("ours", probes.surroundings)
    one, other = await measure(probe, LIMITS), await measure(probe, LIMITS)
    assert one["hash"] == other["hash"]
    assert one["pid"] not in {other["pid"], os.getpid()}
    assert one["environment"] == ["CLOUDWAN_CONFIG", "PYTHONHASHSEED"]
    assert one["heavy"] == []
    assert 60 <= one["alarm_s"] <= 75


async def test_a_runaway_ends_in_a_memory_error_of_its_own() -> None:
    with pytest.raises(Exhausted, match="ours needs more than the 200 MiB"):
        await measure(Probe("ours", probes.takes, {"mib": 400}), Limits(60, 200 * MIB))
    assert await measure(Probe("ours", probes.takes, {"mib": 50}), Limits(60, 200 * MIB))


async def test_a_process_may_be_given_an_environment() -> None:
    sample = await measure(Probe("ours", probes.surroundings), LIMITS, {"CLOUDWAN_ALIAS": "net"})
    assert sample["environment"] == ["CLOUDWAN_ALIAS"]


async def test_a_thread_that_the_work_leaves_behind_is_waited_for_by_nobody() -> None:
    assert await measure(Probe("ours", probes.leaves_a_thread), LIMITS) == {"value": 1}


async def test_a_process_that_gives_no_answer_is_a_failure() -> None:
    with pytest.raises(CloudWanError, match="ours ended without an answer"):
        await measure(Probe("ours", probes.leaves), LIMITS)


def gone(file: Path) -> bool:
    """Whether the process has ended whose id the file holds; on a slow machine it has not even begun."""
    return not file.exists() or not Path(f"/proc/{file.read_text(encoding='utf-8')}").exists()


async def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with pytest.raises(Exhausted, match="more than 2 s"):
        await measure(Probe("ours", probes.sleeps, {"file": str(file)}), Limits(2, 1024 * MIB))
    assert gone(file)


async def test_a_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    code = f"""
import anyio
from fakes import probes
from cloudwan_mcp.bench.suite.benchmark import Probe
from cloudwan_mcp.bench.suite.process import Limits, measure
anyio.run(measure, Probe("ours", probes.sleeps, {{"file": {str(file)!r}}}), Limits(600, 1 << 30))
"""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    command, environ = [sys.executable, "-c", code], os.environ | {"PYTHONPATH": path}
    async with await anyio.open_process(command, env=environ) as parent:
        await comes_true(lambda: file.exists() and bool(file.read_text(encoding="utf-8")))
        parent.kill()
    await comes_true(lambda: gone(file))


async def test_cancelling_a_run_ends_its_process_and_keeps_what_is_done(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    runner = BenchmarkRunner()
    runner.add_benchmark(Pretend("done"))
    runner.add_benchmark(Pretend("endless", Probe("ours", probes.sleeps, {"file": str(file)})))
    async with anyio.create_task_group() as group:
        group.start_soon(runner.run_all_benchmarks, 1)
        await comes_true(lambda: file.exists() and bool(file.read_text(encoding="utf-8")))
        group.cancel_scope.cancel()
    assert gone(file)
    assert list(runner.results) == ["done"]


async def test_what_failed_says_its_last_words() -> None:
    with pytest.raises(CloudWanError, match="ours ended with code 1: ValueError: no such thing"):
        await measure(Probe("ours", probes.fails), LIMITS)
