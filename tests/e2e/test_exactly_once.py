"""All pages through the stdio server are what botocore lists, each element once, whatever goes wrong."""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import botocore.session
import pytest
from mcp import MCPError

from cloudwan_mcp.simulator import Faults, Simulator
from conversation import Conversation, discoveries, family, soon, stdio

pytestmark = pytest.mark.anyio
SIZE = {"attachments": 3000, "seed": 3}


def listed(simulator: Simulator) -> list[str]:
    """The ids as botocore's own paginator lists them."""
    session = botocore.session.Session()
    client = session.create_client("networkmanager", region_name="us-west-2", endpoint_url=simulator.url)
    try:
        pages = client.get_paginator("list_attachments").paginate(PaginationConfig={"PageSize": 500})
        return [item["AttachmentId"] for page in pages for item in _attachments(page)]
    finally:
        client.close()


def _attachments(page: Any) -> list[dict[str, Any]]:
    return [each.get("Attachment", each) for each in page["Attachments"]]


def once(items: list[dict[str, Any]], expected: list[str]) -> None:
    ids = Counter(item["id"] for item in items)
    assert max(ids.values()) == 1
    attachments = [item["id"] for item in items if item["type"].endswith("-attachment")]
    assert Counter(each for each in attachments if each.startswith("attachment-")) == Counter(expected)


async def test_every_page_of_a_healthy_network(simulate: Any) -> None:
    simulator = simulate(**SIZE)
    async with stdio() as talk:
        once(await talk.items(limit=500), listed(simulator))


async def test_every_page_though_aws_throttles_fails_cuts_answers_off_and_hangs_up(simulate: Any) -> None:
    expected = listed(simulate(**SIZE))
    faults = Faults(seed=5, throttle=0.05, internal=0.02, truncate=0.01, reset=0.01)
    simulate(faults=faults, **SIZE)
    async with stdio(CLOUDWAN_PAGE_SIZE="100") as talk:
        items = await talk.items(limit=500)
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
    once(items, expected)
    assert row["gaps"] == []
    assert sum(faults.struck.values()) > 5


async def killed_and_started_anew(seed: int, kills: int) -> list[dict[str, Any]]:
    """Read page after page; now and then the server is killed, and the last cursor taken to a new one."""
    chance = random.Random(seed)
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        last = chance.randint(2, 6) if kills else 10**6
        kills -= 1
        async with AsyncExitStack() as stack:
            talk = await stack.enter_async_context(stdio(CLOUDWAN_PAGE_SIZE="50"))
            for _ in range(last):
                page = await talk.page(cursor=cursor, limit=500)
                items += page["items"]
                cursor = page.get("next_cursor")
                if cursor is None:
                    break
            if cursor is not None:
                await kill_while_asked(talk, cursor)
    return items


async def kill_while_asked(talk: Conversation, cursor: str) -> None:
    (server,) = (each for each in family(os.getpid()) if "serve" in each.cmdline())
    server.kill()
    with pytest.raises(MCPError):
        await talk.page(cursor=cursor)
    await soon(lambda: not discoveries())


async def test_every_page_though_the_server_is_killed_three_times_while_it_is_read(simulate: Any) -> None:
    simulator = simulate(**SIZE, faults=Faults(operations={"ListAttachments": {"latency": 0.05}}))
    expected = listed(simulator)
    simulator.calls.clear()
    items = await killed_and_started_anew(seed=7, kills=3)
    once(items, expected)
    assert simulator.calls["DescribeGlobalNetworks"] <= 1
