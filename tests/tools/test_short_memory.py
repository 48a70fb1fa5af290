"""A server that is short of memory refuses new work before it touches AWS, and says what to do."""

from __future__ import annotations

import pytest

from conversation import conversation
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio


@pytest.fixture
def less_than_this_process_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", "8")


@pytest.mark.usefixtures("less_than_this_process_has")
async def test_without_memory_a_call_is_refused_before_aws_is_asked(simulate: Discovered) -> None:
    simulator = simulate(attachments=20)
    async with conversation() as talk:
        message = await talk.refused()
    assert "memory" in message
    assert "CLOUDWAN_MEMORY_THRESHOLD_MB" in message
    assert not simulator.calls


@pytest.mark.usefixtures("less_than_this_process_has")
async def test_with_the_guard_off_the_same_call_is_answered(
    discovered: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDWAN_MEMORY_OPTIMIZATION_ENABLED", "false")
    discovered(attachments=20)
    async with conversation() as talk:
        assert await talk.items(limit=500)


async def test_a_served_call_leaves_nothing_reserved(discovered: Discovered) -> None:
    discovered(attachments=20)
    async with conversation() as talk:
        await talk.items(limit=500)
        report = talk.app.memory.report()
        assert (report["reserved"], report["waiting"]) == (0, 0)
        assert report["budget"]["most_reserved"] >= talk.app.settings.reply_bytes
        assert talk.app.monitor.history()


async def test_with_profiling_each_tool_is_profiled_by_its_name(
    discovered: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDWAN_PROFILING_ENABLED", "true")
    discovered(attachments=20)
    async with conversation() as talk:
        await talk.page()
        assert talk.app.profiler
        assert talk.app.profiler.get_memory_report()["profiles"]["stream_topology"]["calls"] == 1


async def test_without_profiling_there_is_no_profiler(discovered: Discovered) -> None:
    discovered(attachments=20)
    async with conversation() as talk:
        await talk.page()
        assert talk.app.profiler is None


async def test_without_monitoring_no_history_is_kept(
    discovered: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDWAN_MONITORING_ENABLED", "false")
    discovered(attachments=20)
    async with conversation() as talk:
        await talk.items(limit=500)
        assert talk.app.monitor.history() == []
