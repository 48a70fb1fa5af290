"""diff_snapshots: what changed between two readings of a network, counted, then told element by element."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import anyio
import pytest

from cloudwan_mcp import live
from cloudwan_mcp.model import Gap
from cloudwan_mcp.simulator import Estate, Faults
from cloudwan_mcp.simulator.respond import Responder
from cloudwan_mcp.tools import diff_snapshots as tool
from conversation import Conversation, conversation, soon
from tools.by_hand import CORE, IDENTITY, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "diff_snapshots"
REFUSED = Gap("ListAttachments", "core-network-1", "AccessDeniedException", action="networkmanager:L")


async def changes(talk: Conversation, **arguments: Any) -> list[dict[str, Any]]:
    page = await talk.page(TOOL, **arguments)
    items = page["items"]
    while page.get("next_cursor"):
        page = await talk.page(TOOL, cursor=page["next_cursor"], limit=arguments.get("limit"))
        assert "summary" not in page
        items += page["items"]
    assert page["complete"]
    return items


def told(items: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((item["change"], item["id"]) for item in items)


@pytest.fixture
def two_days() -> Iterator[tuple[str, str]]:
    """Of twenty attachments three go, three come and one fails."""
    before = fill([CORE, *(attachment(n) for n in range(20))]).id
    later = [attachment(n) for n in range(3, 23)]
    errors = json.dumps({"LastModificationErrors": [{"Code": "VPC_NOT_FOUND"}], "UpdatedAt": 1})
    later[7] = replace(later[7], state="FAILED", attributes=errors)
    later[8] = replace(later[8], attributes=json.dumps({"UpdatedAt": 5}))
    return before, fill([CORE, *later]).id


async def test_a_network_that_grew_has_what_came_and_nothing_else(simulate: Discovered) -> None:
    simulator = simulate(attachments=60)
    served = simulator.responder
    async with conversation() as talk:
        try:
            await talk.items(limit=500)
            simulator.responder = Responder(Estate(attachments=64))
            async for _ in talk.pages(refresh="always", limit=500):
                pass
        finally:
            simulator.responder = served
        page = await talk.page(TOOL, limit=500)
        attached = await changes(talk, element_types=["attachment"], change="added")
        same = await talk.page(
            TOOL, before=page["after"]["snapshot"]["id"], after=page["before"]["snapshot"]["id"]
        )
    expected = set(Estate(attachments=64).ids("ListAttachments")) - set(
        Estate(attachments=60).ids("ListAttachments")
    )
    assert {item["id"] for item in attached} == expected
    assert {item["change"] for item in attached} == {"added"}
    counts = page["summary"]
    assert counts["added"] == sum(item["change"] == "added" for item in page["items"])
    assert counts["removed"] == same["summary"]["added"]
    assert "newer" in same["hint"]
    assert page["identity"]["account"].isdigit()
    assert counts["connections"][1] > counts["connections"][0]


async def test_the_first_page_counts_and_all_pages_tell_each_change_once(two_days: tuple[str, str]) -> None:
    async with conversation() as talk:
        page = await talk.page(TOOL)
        items = await changes(talk, limit=2)
    counts = page["summary"]
    assert {name: counts[name] for name in ("added", "removed", "changed", "same", "only_times")} == {
        "added": 3,
        "removed": 3,
        "changed": 1,
        "same": 16,
        "only_times": 1,
    }
    assert counts["by_type"] == [{"type": "vpc-attachment", "added": 3, "removed": 3, "changed": 1}]
    assert counts["fields"] == {"state": 1, "LastModificationErrors": 1, "UpdatedAt": 1}
    assert told(items) == told(page["items"])
    assert set(told(items).values()) == {1}
    (changed,) = [item for item in items if item["change"] == "changed"]
    assert changed["fields"]["state"] == ["AVAILABLE", "FAILED"]
    assert changed["fields"]["LastModificationErrors"] == [None, '[{"Code":"VPC_NOT_FOUND"}]']
    assert (page["before"]["snapshot"]["id"], page["after"]["snapshot"]["id"]) == two_days
    assert "only_times" in page["hint"]
    assert "not compared" in page["hint"]


@pytest.mark.parametrize(("change", "count"), [("added", 3), ("removed", 3), ("changed", 1)])
async def test_one_kind_of_change_can_be_asked_for(
    two_days: tuple[str, str], change: str, count: int
) -> None:
    async with conversation() as talk:
        items = await changes(talk, change=change, limit=2)
        none = await talk.page(TOOL, change=change, element_types=["site"])
        full = await talk.page(TOOL, change=change, detail="full")
    assert [item["change"] for item in items] == [change] * count
    assert none["items"] == []
    assert none["summary"]["same"] == 0
    assert full["items"][0]["edge"] == "eu-west-1"


async def test_what_was_refused_is_neither_gone_nor_new() -> None:
    fill([CORE, *(attachment(n) for n in range(5))])
    fill([CORE], gaps=[REFUSED])
    async with conversation() as talk:
        page = await talk.page(TOOL)
    assert page["items"] == []
    assert (page["summary"]["unread"], page["summary"]["removed"]) == (5, 0)
    assert page["after"]["gaps"][0]["action"] == "networkmanager:L"
    assert page["before"]["gaps"] == []
    assert "unread" in page["hint"]


@pytest.mark.parametrize("kept", [0, 1])
async def test_with_fewer_than_two_snapshots_the_way_to_another_is_named(kept: int) -> None:
    for _ in range(kept):
        fill([CORE])
    async with conversation() as talk:
        said = await talk.refused(TOOL)
    assert "refresh='always'" in said
    assert "CLOUDWAN_KEEP_SNAPSHOTS" in said


async def test_snapshots_that_are_not_there_are_refused_with_those_that_are(
    two_days: tuple[str, str],
) -> None:
    growing = fill([CORE], publish=False).id
    async with conversation() as talk:
        unknown = await talk.refused(TOOL, before="20200101T000000-00000000")
        unfinished = await talk.refused(TOOL, after=growing)
        twice = await talk.refused(TOOL, before=two_days[0], after=two_days[0])
    assert f"{two_days[1]}, {two_days[0]}" in unknown
    assert "not complete yet" in unfinished
    assert "same snapshot" in twice


async def test_a_named_snapshot_is_held_against_the_nearest_one(two_days: tuple[str, str]) -> None:
    third = fill([CORE]).id
    async with conversation() as talk:
        for asked, expected in (
            ({}, (two_days[1], third)),
            ({"before": two_days[0]}, (two_days[0], third)),
            ({"after": two_days[1]}, two_days),
        ):
            page = await talk.page(TOOL, **asked)
            assert (page["before"]["snapshot"]["id"], page["after"]["snapshot"]["id"]) == expected


async def test_a_cursor_goes_on_with_its_own_question_alone(two_days: tuple[str, str]) -> None:
    async with conversation() as talk:
        cursor = (await talk.page(TOOL, limit=1))["next_cursor"]
        fill([CORE])  # a newer one changes nothing for those who read on
        alone = await talk.page(TOOL, cursor=cursor, limit=1)
        assert (alone["before"]["snapshot"]["id"], alone["after"]["snapshot"]["id"]) == two_days
        for other in ({"change": "added"}, {"element_types": ["site"]}, {"before": two_days[1]}):
            assert "cursor belongs to another" in await talk.refused(TOOL, cursor=cursor, **other)
        streamed = (await talk.page(limit=1))["next_cursor"]
        assert "not one of diff_snapshots" in await talk.refused(TOOL, cursor=streamed)
        assert "without cursor" in await talk.refused(cursor=cursor)


async def test_answers_keep_to_their_bytes_and_give_names_as_data() -> None:
    hostile = "<b>\x1b[2J\u202e" + "語" * 500
    wide = {f"{hostile}{n}": [hostile] * 20 for n in range(50)}
    gaps = [replace(REFUSED, operation=f"Get{n}", message="語" * 400) for n in range(20)]
    fill([CORE, *(attachment(n, type=f"t{n}-{hostile}") for n in range(12))], gaps=gaps)
    changed = [
        attachment(n, type=f"t{n}-{hostile}", name=hostile, attributes=json.dumps(wide)) for n in range(12)
    ]
    fill([CORE, *changed], gaps=gaps)
    async with conversation(reply_bytes=8 * 1024) as talk:
        for detail in ("concise", "full"):
            page = await talk.page(TOOL, detail=detail)
            while True:
                assert len(json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode()) <= 8 * 1024
                assert page["items"]
                if not page.get("next_cursor"):
                    break
                page = await talk.page(TOOL, cursor=page["next_cursor"], detail=detail)


async def test_progress_is_told_and_giving_up_ends_the_work(
    two_days: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    ended: list[BaseException] = []

    def slow(before: Any, after: Any, start: Any, asked: Any, step: Any) -> Any:
        try:
            while True:
                steps.append(len(steps))
                step(len(steps))
        except BaseException as error:
            ended.append(error)
            raise

    monkeypatch.setattr(tool, "diff_snapshots", slow)
    monkeypatch.setattr(live, "TELL_S", 0.01)
    heard: list[tuple[float, float | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total))

    async with conversation() as talk, anyio.create_task_group() as tasks:

        async def ask() -> None:
            await talk.client.call_tool(TOOL, {}, progress_callback=hear)

        tasks.start_soon(ask)
        await soon(lambda: len(heard) > 2)
        assert await talk.page("list_snapshots")
        tasks.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await soon(lambda: ended)
            await soon(lambda: not talk.app.calls)
    assert heard[-1][0] > heard[0][0]
    assert heard[0][1] == 21


async def test_another_account_may_see_other_things(monkeypatch: pytest.MonkeyPatch) -> None:
    fill([CORE])
    monkeypatch.setattr("tools.by_hand.IDENTITY", replace(IDENTITY, account="444455556666"))
    fill([CORE])
    async with conversation() as talk:
        assert "different accounts" in (await talk.page(TOOL))["hint"]


async def test_no_call_goes_to_aws(discovered: Discovered) -> None:
    simulator = discovered(attachments=60)
    simulator.faults = Faults()
    async with conversation() as talk:
        assert "Only one complete snapshot" in await talk.refused(TOOL)
    assert not simulator.calls
