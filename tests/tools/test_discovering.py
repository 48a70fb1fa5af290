"""Calls that discover: one at a time, in a process of its own, and followed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import anyio
import pytest

from cloudwan_mcp import live
from cloudwan_mcp.model import Identity, Scope
from cloudwan_mcp.settings import load
from cloudwan_mcp.simulator import Faults
from cloudwan_mcp.store import Folder
from conversation import ERAS, PATIENCE_S, conversation, discoveries, gone, soon, started
from tools.by_hand import CORE
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
SIZE = {"attachments": 600}
SMALL_PAGES: dict[str, Any] = {"page_size": 50}


def slow(seconds: float = 0.3, **everywhere: float) -> Faults:
    """The attachments come slowly, what precedes them at once."""
    return Faults(operations={"ListAttachments": {"latency": seconds}}, **everywhere)


async def test_two_first_calls_at_once_start_one_discovery(simulate: Discovered) -> None:
    simulator = simulate(**SIZE)
    pages: list[dict[str, Any]] = []
    async with conversation() as talk:

        async def ask() -> None:
            pages.append(await talk.page())

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(ask)
        await talk.items(limit=500)
    assert simulator.calls["DescribeGlobalNetworks"] == 1
    assert len({page["snapshot"]["id"] for page in pages}) == 1


async def test_refresh_says_whether_aws_is_asked(simulate: Discovered) -> None:
    simulator = simulate(attachments=60)
    async with conversation() as talk:
        assert "refresh='auto'" in await talk.refused(refresh="never")
        assert not simulator.calls
        first = [page async for page in talk.pages(limit=500)][-1]
        assert simulator.calls["DescribeGlobalNetworks"] == 1
        for refresh in ("auto", "never"):
            assert (await talk.page(refresh=refresh))["snapshot"]["id"] == first["snapshot"]["id"]
        assert simulator.calls["DescribeGlobalNetworks"] == 1
        again = await talk.page(refresh="always")
        assert again["snapshot"]["id"] != first["snapshot"]["id"]
    assert simulator.calls["DescribeGlobalNetworks"] == 2


async def test_a_reader_keeps_its_snapshot_while_refreshes_publish_others(simulate: Discovered) -> None:
    simulate(attachments=120)
    async with conversation(keep_snapshots=9) as talk:
        whole = await talk.items(limit=500)
        first = await talk.page(limit=20)
        read, seen = list(first["items"]), {first["snapshot"]["id"]}
        cursor, states = first.get("next_cursor"), Counter[str]()
        for _ in range(3):
            await talk.page(refresh="always", limit=1)
            while cursor and talk.app.discovery:
                page = await talk.page(cursor=cursor, limit=3)
                read += page["items"]
                seen.add(page["snapshot"]["id"])
                states[page["snapshot"]["state"]] += 1
                cursor = page.get("next_cursor")
        while cursor:
            page = await talk.page(cursor=cursor, limit=50)
            read += page["items"]
            seen.add(page["snapshot"]["id"])
            cursor = page.get("next_cursor")
    assert seen == {first["snapshot"]["id"]}
    assert set(states) == {"complete"}
    assert Counter(item["id"] for item in read) == Counter(item["id"] for item in whole)


@pytest.mark.parametrize("mode", ERAS)
async def test_progress_increases_while_a_slow_discovery_runs(simulate: Discovered, mode: str) -> None:
    simulate(faults=Faults(latency=0.15), **SIZE)
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async with conversation(mode, **SMALL_PAGES) as talk:
        first = await talk.page(limit=500)
        cursor = first["next_cursor"]
        for _ in range(3):
            result = await talk.client.call_tool(
                "stream_topology", {"cursor": cursor, "limit": 500}, progress_callback=hear
            )
            cursor = result.structured_content["next_cursor"]
    assert heard
    assert [each[0] for each in heard] == sorted(each[0] for each in heard)
    assert all(total is None or total >= done for done, total, _ in heard)
    assert "elements discovered" in str(heard[-1][2])


async def test_a_first_call_that_waits_in_vain_says_to_call_again(simulate: Discovered) -> None:
    simulate(faults=Faults(latency=1.5), attachments=20)
    async with conversation(first_page_wait_s=0.3) as talk:
        message = await talk.refused()
        assert "0.3 s" in message
        assert "call again" in message
        with anyio.fail_after(PATIENCE_S):
            while (await talk.call()).is_error:
                pass


async def test_another_process_that_discovers_is_followed(simulate: Discovered) -> None:
    simulator = simulate(faults=slow(3), **SIZE)
    with started("discover", "--json", env={"CLOUDWAN_PAGE_SIZE": "50"}):
        await soon(lambda: simulator.answered["ListAttachments"] >= 1)
        async with conversation(**SMALL_PAGES) as talk:
            assert (await talk.page(limit=1))["items"]
            simulator.faults = Faults()  # it was under way, and may end
            items = await talk.items(limit=500)
            (row,) = (await talk.call("list_snapshots")).structured_content["items"]
    assert simulator.calls["DescribeGlobalNetworks"] == 1
    assert row["elements"] == len(items) == len({item["id"] for item in items})


async def test_a_discovery_that_ends_while_its_snapshot_is_looked_at_is_not_made_again(
    simulate: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator = simulate(faults=slow(1), **SIZE)
    async with conversation(**SMALL_PAGES) as talk:
        page = await talk.page(limit=1)
        read = talk.app.read

        async def ended_meanwhile(snapshot: str, question: Any) -> Any:
            found = await read(snapshot, question)
            simulator.faults = Faults()
            await soon(lambda: talk.app.discovery is None)
            return found

        monkeypatch.setattr(talk.app, "read", ended_meanwhile)
        discovery = await live.resumed(talk.app, page["snapshot"]["id"])
        assert discovery
        assert discovery.ended
        assert talk.app.discovery is None
    assert simulator.calls["DescribeGlobalNetworks"] == 1


async def test_what_another_process_published_a_moment_ago_is_the_answer(simulate: Discovered) -> None:
    simulator = simulate(attachments=20)
    folder, answers = Folder(load()), list[dict[str, Any]]()
    async with conversation() as talk, anyio.create_task_group() as tasks:
        with folder.writing():

            async def ask() -> None:
                answers.append(await talk.page())

            tasks.start_soon(ask)
            child = (await soon(discoveries))[0]
            await soon(lambda: gone(child))  # it found the lock taken, and no snapshot
            assert not answers
            with folder.stage(Identity("111122223333")) as staging:
                staging.add_steps([("site", Scope("global-network-1"))])
                staging.commit(staging.steps()[0], [CORE], token=None)
            published = folder.publish(staging)
    folder.close()
    (page,) = answers
    assert page["snapshot"]["id"] == published.id
    assert [item["id"] for item in page["items"]] == [CORE.id]
    assert not simulator.calls["DescribeGlobalNetworks"]


async def test_route_tables_are_never_left_out_without_a_word(simulate: Discovered) -> None:
    simulator = simulate(faults=slow(), **SIZE)
    async with conversation(**SMALL_PAGES) as talk:
        await talk.page(limit=1)
        message = await talk.refused(routes="@")
        assert "leaves these route tables out" in message
        assert "Call again with routes" in message
        simulator.faults = Faults()
        await talk.items(limit=500)
        assert await talk.items(routes="@", element_types=["route"], limit=500)
    folder = Folder(load())
    with folder.writing():
        async with conversation(**SMALL_PAGES) as talk:
            assert "leaves these route tables out" in await talk.refused(routes="@")
    folder.close()


async def test_route_tables_asked_for_late_are_read_by_the_discovery_that_goes_on(
    simulate: Discovered,
) -> None:
    simulator = simulate(faults=slow(), **SIZE)
    async with conversation(**SMALL_PAGES) as talk:
        first = await talk.page(limit=1)
        await soon(lambda: simulator.answered["ListAttachments"] >= 1)
    simulator.faults = Faults()
    async with conversation(**SMALL_PAGES) as talk:
        items = await talk.items(routes="@", limit=500)
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
    assert row["snapshot"]["id"] == first["snapshot"]["id"]
    assert "route" in {item["type"] for item in items}
    assert len({item["id"] for item in items}) == len(items)


async def test_route_tables_are_read_where_they_are_asked_for(simulate: Discovered) -> None:
    simulator = simulate(attachments=60)
    plan = simulator.estate.networks[0].plan.segments[0]
    async with conversation() as talk:
        await talk.items(limit=500)
        assert not simulator.calls["GetNetworkRoutes"]
        items = await talk.items(routes=f"{plan.name}@{plan.edges[0]}", element_types=["route"])
    assert items
    assert {(item.get("segment"), item.get("edge")) for item in items} == {(plan.name, plan.edges[0])}
    assert simulator.calls["GetNetworkRoutes"] == 1
