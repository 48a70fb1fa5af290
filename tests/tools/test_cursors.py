"""Cursors: where they lead, and every way in which one can be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudwan_mcp.settings import load
from cloudwan_mcp.store import Folder
from conversation import Conversation, conversation
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
START_AGAIN = "without cursor"


async def first_cursor(talk: Conversation, **arguments: object) -> str:
    page = await talk.page(limit=5, **arguments)
    return str(page["next_cursor"])


async def test_a_cursor_brings_its_filters_along(discovered: Discovered) -> None:
    discovered(attachments=300)
    async with conversation() as talk:
        cursor = await first_cursor(talk, element_types=["vpc-attachment"], state="available")
        alone = await talk.page(cursor=cursor)
        repeated = await talk.page(cursor=cursor, element_types=["vpc-attachment"], state="AVAILABLE")
    assert alone["items"] == repeated["items"]
    assert {(item["type"], item["state"]) for item in alone["items"]} == {("vpc-attachment", "AVAILABLE")}


async def test_a_cursor_with_other_filters_is_refused(discovered: Discovered) -> None:
    simulator = discovered(attachments=300)
    async with conversation() as talk:
        cursor = await first_cursor(talk, element_types=["vpc-attachment"])
        for other in ({"element_types": ["site"]}, {"segment": "prod"}, {"text": "x"}):
            message = await talk.refused(cursor=cursor, **other)
            assert "other filters" in message
            assert "cursor" in message
    assert not simulator.calls


async def test_what_this_server_did_not_sign_is_no_cursor(discovered: Discovered) -> None:
    simulator = discovered(attachments=300)
    async with conversation() as talk:
        cursor = await first_cursor(talk)
        middle = len(cursor) // 2
        forged = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
        for bad in (
            forged,
            cursor[:-4],
            cursor[:10],
            cursor + "AAAA",
            "x",
            "é",
            "../../etc/passwd",
            "%00",
            "=" * 9,
        ):
            message = await talk.refused(cursor=bad)
            assert "not one that this server gave out" in message
            assert START_AGAIN in message
        message = await talk.refused(cursor="A" * 2049)
        assert "cursor" in message
        assert "2048" in message
        assert len(message) < 1000
    assert not simulator.calls


async def test_another_folders_cursor_is_no_cursor_here(tmp_path: Path) -> None:
    fill([CORE, *(attachment(n) for n in range(9))])
    fill([CORE, *(attachment(n) for n in range(9))], data_dir=str(tmp_path / "other"))
    async with conversation(data_dir=str(tmp_path / "other")) as talk:
        cursor = await first_cursor(talk)
    async with conversation() as talk:
        assert START_AGAIN in await talk.refused(cursor=cursor)


async def test_a_pruned_snapshots_cursor_says_that_it_is_no_longer_kept() -> None:
    for _ in range(2):
        fill([CORE, *(attachment(n) for n in range(9))])
    async with conversation() as talk:
        cursor = await first_cursor(talk)
        for _ in range(3):
            fill([CORE, *(attachment(n) for n in range(9))])
        message = await talk.refused(cursor=cursor)
    assert "no longer kept" in message
    assert START_AGAIN in message


async def test_a_cursor_outlives_the_server_and_newer_snapshots(discovered: Discovered) -> None:
    discovered(attachments=300)
    async with conversation() as talk:
        whole = await talk.items(limit=500)
        page = await talk.page(limit=50)
    fill([CORE, attachment(1)])
    async with conversation() as talk:
        rest = await talk.items(cursor=page["next_cursor"], limit=50)
        newest = await talk.page(limit=1)
    assert page["items"] + rest == whole
    assert newest["snapshot"]["id"] != page["snapshot"]["id"]


async def test_cursors_hold_no_more_than_a_position(discovered: Discovered) -> None:
    discovered(attachments=300)
    async with conversation() as talk:
        cursor = await first_cursor(talk)
        page = await talk.page(limit=1)
    assert len(cursor) < 128
    read = Folder(load()).signer.read(cursor)
    assert read.snapshot == page["snapshot"]["id"]
    assert read.n == 5


async def test_the_longest_filters_fit_into_a_cursor_or_are_refused(discovered: Discovered) -> None:
    fill([CORE, *(attachment(n, segment="s" * 128, state="T" * 128) for n in range(9))])
    async with conversation() as talk:
        fitting = {"segment": "s" * 128, "state": "T" * 128, "element_types": ["vpc-attachment"] * 16}
        page = await talk.page(limit=5, **fitting)
        assert len(page["next_cursor"]) <= 2048
        assert (await talk.page(cursor=page["next_cursor"]))["count"] == 4
        message = await talk.refused(element_types=["é" * 128] * 16)
    assert "too long together" in message


async def test_a_page_is_the_same_however_often_it_is_asked_for(discovered: Discovered) -> None:
    discovered(attachments=300)
    async with conversation() as talk:
        cursor = await first_cursor(talk)
        pages = [await talk.page(cursor=cursor, limit=9) for _ in range(3)]
    assert len({json.dumps([page["items"], page["next_cursor"]]) for page in pages}) == 1
