"""A profile comes from a process of its own: what it tells, what it says of failures, and how it ends."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

import anyio
import pytest

from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, NotFound
from cloudwan_mcp.workloads.profiling import profile_in_child
from cloudwan_mcp.workloads.table import table
from cloudwan_mcp.workloads.tracing import TOO_LONG, traced
from conversation import soon
from fakes import targets

pytestmark = pytest.mark.anyio
MIB = 1024 * 1024
PATIENCE_S = 30.0


async def profile(name: str, **options: Any) -> dict[str, Any]:
    given = {"calls": 5, "seconds": 5.0, "trace": False, "time_limit_s": 200.0} | options
    return await profile_in_child(f"fakes.targets:{name}", **given)


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(inspect.getsource(targets).splitlines(), 1) if text in line)


async def test_a_profile_names_the_line_that_holds_memory_at_the_height_of_a_call() -> None:
    found = await profile("holds", trace=True)
    assert found["calls"] == 5
    assert found["seconds"]["min"] <= found["seconds"]["median"] <= found["seconds"]["max"]
    assert found["blocks_kept_per_call"] < 20  # what counting keeps is shared by five calls only
    tracing = found["tracing"]
    assert 8 * MIB <= tracing["peak_bytes"] < 10 * MIB
    assert tracing["factor"] > 0
    first = tracing["lines"][0]
    assert first["line"] == f"fakes/targets.py:{line_of('the height of a call')}"
    assert first["share"] > 0.9
    assert first["bytes"] > 7 * MIB
    assert "bytes(MIB)" in first["source"]


async def test_what_calls_keep_is_counted_for_each() -> None:
    found = await profile("keeps", calls=200)
    assert found["calls"] == 200
    assert found["warm_up_calls"] > 0
    assert 10 <= found["blocks_kept_per_call"] < 15
    assert "tracing" not in found
    assert found["rss"]["before_bytes"] > MIB
    assert found["overhead_s"] > 0
    assert found["machine"]["python"]


async def test_an_async_function_is_awaited() -> None:
    assert 0.9 <= (await profile("awaits", calls=300))["blocks_kept_per_call"] < 3


async def test_a_workload_is_profiled_by_its_name() -> None:
    found = await profile_in_child("cache_bytes", calls=3, seconds=1, trace=False)
    assert (found["target"], found["reference"]) == (
        "cache_bytes",
        "cloudwan_mcp.workloads.memory:cache_bytes",
    )


async def test_the_environment_is_the_callers_or_the_one_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await profile("alias", environ=os.environ | {"CLOUDWAN_ALIAS": "net"}))["calls"] == 5
    with pytest.raises(BadRequest, match="another environment"):
        await profile("alias")
    monkeypatch.setenv("CLOUDWAN_ALIAS", "net")
    assert (await profile("alias"))["calls"] == 5


@pytest.mark.parametrize("name", ["says", "starts_threads"])
async def test_what_a_callable_says_or_leaves_running_is_nobodys_business(name: str) -> None:
    assert (await profile(name))["calls"] == 5


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("nothing", NotFound, "fakes.targets:nothing"),
        ("MIB", NotFound, "cannot be called"),
        ("raises", BadRequest, "raised RuntimeError: no such thing"),
        ("exits", BadRequest, "raised SystemExit: 3"),
        ("leaves", CloudWanError, "ended without an answer"),
    ],
)
async def test_what_cannot_be_profiled_says_why(name: str, kind: type[CloudWanError], said: str) -> None:
    with pytest.raises(kind) as refused:
        await profile(name)
    assert said in str(refused.value)
    assert refused.value.next_step


async def test_memory_has_a_bound() -> None:
    with pytest.raises(Exhausted, match="takes takes more memory"):
        await profile("takes", memory_limit_mb=400)


def gone(pids: Path) -> bool:
    return all(not running(pid) for pid in pids.read_text(encoding="utf-8").split())


def running(pid: str) -> bool:
    stat = Path("/proc", pid, "stat")
    return stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


async def test_time_has_a_bound_and_its_end_is_that_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIDS", str(tmp_path / "pids"))
    with pytest.raises(Exhausted, match="took more than 4 s"):
        await profile("hangs", time_limit_s=4)
    if (tmp_path / "pids").exists():  # else it was too slow to begin
        await soon(lambda: gone(tmp_path / "pids"), PATIENCE_S)


async def test_a_profile_that_is_cancelled_ends_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    monkeypatch.setenv("PIDS", str(pids))
    async with anyio.create_task_group() as group:
        group.start_soon(profile, "hangs")
        await soon(pids.exists, PATIENCE_S)
        group.cancel_scope.cancel()
    await soon(lambda: gone(pids), PATIENCE_S)


@pytest.mark.parametrize(
    ("field", "value"),
    [("calls", 0), ("calls", 10**9), ("seconds", 0.1), ("time_limit_s", 0), ("memory_limit_mb", 0)],
)
async def test_options_have_bounds(field: str, value: float) -> None:
    with pytest.raises(BadRequest) as refused:
        await profile("holds", **{field: value})
    assert refused.value.field == field


def test_a_call_that_takes_too_long_is_not_traced() -> None:
    made: list[int] = []
    assert traced(made.append, call_s=100, seconds=1) == {"calls": 0, "note": TOO_LONG}
    assert not made


async def test_the_table_says_it_all() -> None:
    found = await profile("holds", trace=True)
    drawn = table(found)
    assert drawn.startswith("fakes.targets:holds: 5 calls after ")
    for part in ("median ", "more at the height of a call", "blocks kept", "collections", "times as long"):
        assert part in drawn
    assert drawn.splitlines()[-len(found["tracing"]["lines"])].endswith(
        found["tracing"]["lines"][0]["source"][:60]
    )


def test_the_table_says_what_the_system_does_not_tell_and_what_was_not_looked_for() -> None:
    seconds = {"min": 2.0, "median": 3e-6, "p90": 0.25, "max": 40.0}
    rss = {"before_bytes": 10 * MIB, "growth_bytes": -MIB, "peak_growth_bytes": None}
    counted = {"target": "x", "calls": 1, "warm_up_calls": 3, "seconds": seconds, "rss": rss}
    counted |= {"blocks_kept_per_call": 0.5, "collections": 1200, "overhead_s": 0.00012}
    drawn = table(counted | {"tracing": {"calls": 0, "note": TOO_LONG}})
    assert "x: 1 call after 3 to warm up" in drawn
    assert "median 3 us (min 2 s, p90 250 ms, max 40 s)" in drawn
    assert "10 MiB before, -1 MiB more after" in drawn
    assert "not told by this system" in drawn
    assert drawn.endswith(TOO_LONG)
