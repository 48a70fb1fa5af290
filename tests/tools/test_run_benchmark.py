"""run_benchmark: measured in processes of their own, so that the server's own memory stays as it is."""

from __future__ import annotations

from functools import partial

import anyio
import psutil
import pytest

from conversation import conversation, gone, soon, stdio

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]

MIB = 1024 * 1024
PATIENCE_S = 60


async def test_a_server_of_160_mib_is_as_large_after_a_benchmark_as_before() -> None:
    told: list[tuple[float, float | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total))

    async with stdio(CLOUDWAN_MEMORY_THRESHOLD_MB="160", mode="legacy") as talk:
        before = (await talk.page("memory_report"))["memory"]["rss"]
        result = await talk.client.call_tool("run_benchmark", {}, progress_callback=note)
        after = (await talk.page("memory_report"))["memory"]["rss"]
    report = result.structured_content
    assert report["passed"], report
    assert report["benchmark"] == "topology_processing_1000e_2000c"
    assert {rule["verdict"] for rule in report["rules"]} <= {"kept", "noisy"}
    assert report["ours"]["memory_reduction"]["median"] > 0.5
    assert report["ours"]["retained_mib"]["median"] < report["baseline"]["retained_mib"]["median"]
    assert after - before < 8 * MIB
    assert report["server_rss_growth_bytes"] < 8 * MIB
    steps = [progress for progress, _ in told]
    assert len(steps) >= 4
    assert steps == sorted(steps)
    assert told[-1][0] == told[-1][1]


async def test_a_benchmark_that_is_given_up_ends_its_process() -> None:
    async with conversation() as talk:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(talk.page, "run_benchmark", iterations=5))
            children = await soon(psutil.Process().children, PATIENCE_S)
            tasks.cancel_scope.cancel()
        await soon(lambda: all(map(gone, children)), PATIENCE_S)
        assert talk.app.measuring == ""
        assert talk.app.memory.budget.reserved == 0


async def test_a_benchmark_that_finds_no_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rss = psutil.Process().memory_info().rss // MIB
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", str(int((rss + 60) / 0.85)))
    async with conversation() as talk:
        message = await talk.refused("run_benchmark", benchmark="topology_processing_10000e_20000c")
    assert "96 MiB" in message
    assert "smaller" in message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"benchmark": "rm -rf"}, ["benchmark", "streaming_memory_50chunks"]),
        ({"iterations": 0}, ["iterations"]),
        ({"iterations": 6}, ["iterations"]),
    ],
)
async def test_what_cannot_be_run_is_refused_by_name(arguments: dict[str, object], words: list[str]) -> None:
    async with conversation() as talk:
        message = await talk.refused("run_benchmark", **arguments)
    for word in words:
        assert word in message
