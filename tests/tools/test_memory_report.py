"""memory_report: the numbers of a server at work, and what follows from them."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from cloudwan_mcp.simulator import Faults
from conversation import conversation
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024


async def test_it_tells_what_is_used_of_which_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", "4000")
    async with conversation() as talk:
        memory = (await talk.page("memory_report"))["memory"]
    assert (memory["limit"], memory["origin"]) == (4000 * MIB, "CLOUDWAN_MEMORY_THRESHOLD_MB")
    assert 10 * MIB < memory["used"] <= 4000 * MIB
    assert memory["peak_rss"] >= memory["rss"] > 10 * MIB
    assert memory["used_percent"] == pytest.approx(100 * memory["used"] / memory["limit"], abs=0.1)


async def test_it_tells_calls_by_tool_the_store_and_what_is_cached(discovered: Discovered) -> None:
    discovered(attachments=20)
    async with conversation() as talk:
        await talk.page(limit=5)
        await talk.page(limit=5)
        await talk.refused(cursor="nonsense")
        report = await talk.page("memory_report")
    calls = report["calls"]["by_tool"]["stream_topology"]
    assert (calls["calls"], calls["failed"]) == (3, 1)
    assert calls["longest_s"] >= calls["mean_s"] > 0
    assert report["calls"]["under_way"] == 1  # this one
    assert report["store"]["snapshots"] == 1
    assert report["store"]["bytes"] == report["store"]["newest_bytes"] > 0
    for name in ("store", "cache"):
        assert 0 < report["caches"][name]["held"] <= report["caches"][name]["most"]
    assert 0 < report["components"]["program"] <= 1.1 * report["memory"]["rss"]  # read one after the other
    assert all(held["held"] <= held["most"] for held in report["caches"].values())
    assert report["components"].keys() >= report["caches"].keys()


async def test_it_tells_every_limit_in_force_and_who_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MAX_CALLS", "7")
    async with conversation() as talk:
        report = await talk.page("memory_report")
    assert report["limits"]["max_calls"] == report["calls"]["most"] == 7
    assert report["limits"]["given"] == {"max_calls": "CLOUDWAN_MAX_CALLS"}
    assert report["sessions"] == {"open": 0, "most": 64}


async def test_its_history_is_as_long_as_asked_for_and_keeps_peaks() -> None:
    async with conversation() as talk:
        for _ in range(50):
            talk.app.monitor.sample()
        history = (await talk.page("memory_report", history_points=10))["history"]
        assert 5 <= len(history["ago_s"]) <= 10
        assert len(history["used_mib"]) == len(history["rss_mib"]) == len(history["ago_s"])
        highest = max(sample.rss for sample in talk.app.monitor.history()) / MIB
        assert max(history["rss_mib"]) == pytest.approx(highest, abs=0.1)
        assert (await talk.page("memory_report", history_points=0))["history"]["ago_s"] == []


async def test_it_answers_though_memory_is_short_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", "8")
    async with conversation() as talk:
        await talk.refused()
        report = await talk.page("memory_report")
    assert report["memory"]["used_percent"] > 100
    assert any("CLOUDWAN_MEMORY_THRESHOLD_MB" in each for each in report["recommendations"])


async def test_calls_that_were_turned_away_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MAX_CALLS", "1")
    async with conversation() as talk:
        talk.app.calls += 1
        await talk.refused("list_snapshots")
        talk.app.calls -= 1
        report = await talk.page("memory_report")
    assert report["calls"]["turned_away"] == 1
    assert any("CLOUDWAN_MAX_CALLS" in each for each in report["recommendations"])


async def test_a_discovery_under_way_shows_its_progress_and_its_memory(simulate: Discovered) -> None:
    simulate(attachments=600, faults=Faults(operations={"ListAttachments": {"latency": 1.0}}))
    async with conversation(page_size=50, first_page_wait_s=50) as talk:
        await talk.page(limit=1)
        discovery: dict[str, Any] = {}
        while "calls" not in discovery:
            discovery = (await talk.page("memory_report"))["discovery"]
    assert discovery["rss"] > 10 * MIB


async def test_profiles_are_in_it_where_profiling_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_PROFILING_ENABLED", "true")
    async with conversation() as talk:
        assert "profiles" in await talk.page("memory_report")


async def test_it_keeps_to_the_bytes_of_a_reply_with_all_there_is_to_tell(
    discovered: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDWAN_PROFILING_ENABLED", "true")
    discovered(attachments=20)
    async with conversation(reply_bytes=8192) as talk:
        for _ in range(200):
            talk.app.monitor.sample()
        for name in ("stream_topology", "list_snapshots", "memory_report"):
            await talk.page(name)
        text = json.dumps(await talk.page("memory_report", history_points=120), separators=(",", ":"))
    assert len(text) <= 8192


async def test_no_secret_and_no_path_of_the_user_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_TOKEN", "of-the-server")
    async with conversation() as talk:
        text = json.dumps(await talk.page("memory_report"))
    assert "of-the-server" not in text
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in text


@pytest.mark.parametrize("points", [-1, 121, "many"])
async def test_a_wrong_number_of_points_is_refused_by_name(points: object) -> None:
    async with conversation() as talk:
        assert "history_points" in await talk.refused("memory_report", history_points=points)
