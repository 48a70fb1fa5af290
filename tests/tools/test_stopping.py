"""Discoveries that are given up, killed or left: they stop within a page, and the next call goes on."""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import anyio
import pytest

from cloudwan_mcp.simulator import Faults
from conversation import ERAS, Conversation, conversation, discoveries, gone, soon
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
SIZE = {"attachments": 600}
SMALL_PAGES: dict[str, Any] = {"page_size": 50}


def slow(seconds: float = 0.3, **everywhere: float) -> Faults:
    """The attachments come slowly, what precedes them at once."""
    return Faults(operations={"ListAttachments": {"latency": seconds}}, **everywhere)


async def cancelled_call(talk: Conversation, waiters: int = 1) -> None:
    """Ask for what only the end of the discovery can answer, and give up once that many calls wait for it."""
    discovery = talk.app.discovery
    assert discovery
    async with anyio.create_task_group() as tasks:

        async def ask() -> None:
            await talk.call(text="nothing has it")

        tasks.start_soon(ask)
        await soon(lambda: discovery.waiters == waiters)
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("mode", ERAS)
async def test_giving_up_the_only_waiting_call_stops_the_discovery_within_a_page_and_a_later_call_goes_on(
    simulate: Discovered, mode: str
) -> None:
    simulator = simulate(faults=slow(1.0), **SIZE)
    async with conversation(mode, **SMALL_PAGES) as talk:
        await talk.page(limit=1)
        await soon(lambda: simulator.answered["ListAttachments"] >= 1)
        (child,) = discoveries()
        await cancelled_call(talk)
        before = simulator.calls["ListAttachments"]
        await soon(lambda: gone(child))
        assert simulator.calls["ListAttachments"] <= before + 2
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
        assert row["snapshot"]["state"] == "interrupted"
        simulator.faults = Faults()
        items = await talk.items(limit=500)
        (after,) = (await talk.call("list_snapshots")).structured_content["items"]
    assert after["snapshot"]["id"] == row["snapshot"]["id"]
    assert after["snapshot"]["state"] == "complete"
    assert simulator.calls["DescribeGlobalNetworks"] == 1
    assert set(simulator.estate.ids("ListAttachments")) <= {item["id"] for item in items}


async def caught_up(talk: Conversation) -> str:
    """The cursor after everything that is discovered before the attachments."""
    cursor = ""
    while True:
        page = await talk.page(cursor=cursor, limit=500)
        cursor = page["next_cursor"]
        if page["applied_limits"]["stopped_by"] == "growing":
            return cursor


async def test_giving_up_one_of_two_waiting_calls_lets_the_discovery_run(simulate: Discovered) -> None:
    simulator = simulate(faults=slow(1.0), **SIZE)
    async with conversation(**SMALL_PAGES) as talk:
        await talk.page(limit=1)
        answers: list[dict[str, Any]] = []

        async def wait() -> None:
            answers.append(await talk.page(segment="nowhere"))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait)
            await cancelled_call(talk, waiters=2)
            (child,) = discoveries()
            simulator.faults = Faults()
    assert answers[0]["complete"]
    assert answers[0]["snapshot"]["state"] == "complete"
    await soon(lambda: gone(child))


async def test_a_call_right_after_one_that_was_given_up_waits_for_its_end_and_goes_on(
    simulate: Discovered,
) -> None:
    simulator = simulate(faults=slow(1.0), **SIZE)
    async with conversation(**SMALL_PAGES) as talk:
        await talk.page(limit=1)
        cursor = await caught_up(talk)
        await cancelled_call(talk)
        page = await talk.page(cursor=cursor)
        simulator.faults = Faults()
        items = await talk.items(limit=500)
    assert page["items"]
    assert len({item["id"] for item in items}) == len(items)
    assert simulator.calls["DescribeGlobalNetworks"] == 1


async def test_a_killed_discovery_is_gone_on_with_by_the_next_call(simulate: Discovered) -> None:
    simulator = simulate(faults=slow(), **SIZE)
    async with conversation(**SMALL_PAGES) as talk:
        await talk.page(limit=1)
        await soon(lambda: simulator.answered["ListAttachments"] >= 3)
        (child,) = discoveries()
        child.send_signal(signal.SIGKILL)
        await soon(lambda: talk.app.discovery is None)
        simulator.faults = Faults()
        items = await talk.items(limit=500)
    assert simulator.calls["DescribeGlobalNetworks"] == 1
    ids = Counter(item["id"] for item in items)
    assert max(ids.values()) == 1
    assert set(simulator.estate.ids("ListAttachments")) <= ids.keys()


async def test_a_discovery_killed_before_its_first_page_is_told_as_worth_another_try(
    simulate: Discovered,
) -> None:
    simulator = simulate(faults=Faults(latency=2), attachments=20)
    async with conversation() as talk, anyio.create_task_group() as tasks:

        async def kill() -> None:
            (child,) = await soon(discoveries)
            await soon(lambda: simulator.calls)
            child.kill()

        tasks.start_soon(kill)
        message = await talk.refused()
        assert "Call again" in message
        simulator.faults = Faults()
        assert (await talk.page())["items"]


async def test_leaving_the_server_stops_its_discovery(simulate: Discovered) -> None:
    simulator = simulate(faults=slow(), **SIZE)
    async with conversation(**SMALL_PAGES) as talk:
        await talk.page(limit=1)
        await soon(lambda: simulator.answered["ListAttachments"] >= 1)
        (child,) = discoveries()
    assert gone(child)
    assert simulator.answered["ListAttachments"] < SIZE["attachments"] / SMALL_PAGES["page_size"]
