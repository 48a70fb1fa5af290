"""summarize_topology: any number of elements counted in one bounded answer."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from cloudwan_mcp.simulator import Faults
from conversation import conversation
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "summarize_topology"


def counted(items: list[dict[str, Any]], *fields: str) -> dict[tuple[str, ...], int]:
    return Counter(tuple(item.get(field, "(none)") for field in fields) for item in items)


def shown(answer: dict[str, Any], *fields: str) -> dict[tuple[str, ...], int]:
    assert all(row.keys() == {*fields, "count"} for row in answer["groups"])
    return {tuple(row[field] for field in fields): row["count"] for row in answer["groups"]}


@pytest.mark.parametrize(
    "fields", [["type"], ["segment", "edge"], ["state"], ["account", "type"], ["type", "segment", "state"]]
)
async def test_groups_are_those_of_all_the_elements(discovered: Discovered, fields: list[str]) -> None:
    simulator = discovered(attachments=300)
    async with conversation() as talk:
        answer = await talk.page(TOOL, group_by=fields, top=100)
        items = await talk.items(limit=500)
    assert answer["total"] == len(items)
    assert shown(answer, *fields).items() <= counted(items, *fields).items()
    folded = answer.get("folded", {"count": 0, "groups": 0})
    assert sum(row["count"] for row in answer["groups"]) + folded["count"] == answer["total"]
    assert len(answer["groups"]) + folded["groups"] == len(counted(items, *fields))
    assert answer["complete"]
    assert answer["identity"]["account"].isdigit()
    assert not simulator.calls


async def test_filters_are_those_of_stream_topology(discovered: Discovered) -> None:
    discovered(attachments=300)
    asked = {"element_types": ["attachment"], "segment": "prod"}
    async with conversation() as talk:
        places = shown(await talk.page(TOOL, group_by=["segment"], element_types=["attachment"]), "segment")
        asked = {"element_types": ["attachment"], "segment": next(iter(places))[0]}
        answer = await talk.page(TOOL, group_by=["edge"], **asked)
        items = await talk.items(**asked, limit=500)
    assert shown(answer, "edge") == counted(items, "edge")


async def test_tags_group_as_well() -> None:
    tagged = [{"Tags": [{"Key": "env", "Value": value}]} for value in ("prod", "prod", "<b>dev</b>")]
    fill(
        [CORE, *(attachment(n, attributes=json.dumps(each)) for n, each in enumerate(tagged)), attachment(9)]
    )
    async with conversation() as talk:
        answer = await talk.page(TOOL, group_by=["tag:env"], element_types=["attachment"])
    assert shown(answer, "tag:env") == {("prod",): 2, ("<b>dev</b>",): 1, ("(none)",): 1}


async def test_what_is_folded_is_said() -> None:
    fill([CORE, *(attachment(n, segment=f"segment {n % 7}") for n in range(20))])
    async with conversation() as talk:
        answer = await talk.page(TOOL, group_by=["segment"], element_types=["attachment"], top=3)
    assert [row["count"] for row in answer["groups"]] == [3, 3, 3]
    assert answer["folded"] == {"groups": 4, "count": 11}
    assert "4 smaller groups are folded" in answer["hint"]


async def test_an_answer_keeps_to_its_bytes_whatever_the_names() -> None:
    fill([CORE, *(attachment(n, segment=f"{n:03d}" + "語" * 250) for n in range(100))])
    async with conversation(reply_bytes=8 * 1024) as talk:
        answer = await talk.page(TOOL, group_by=["segment"], element_types=["attachment"], top=100)
    assert len(json.dumps(answer, ensure_ascii=False).encode()) <= 8 * 1024
    assert answer["folded"]["count"] + len(answer["groups"]) == answer["total"] == 100


async def test_nothing_found_says_what_there_is() -> None:
    fill([CORE, *(attachment(n) for n in range(3))])
    async with conversation() as talk:
        answer = await talk.page(TOOL, segment="prdo", state="failed")
    assert (answer["total"], answer["groups"]) == (0, [])
    assert "No segment 'prdo'; there is prod." in answer["hint"]
    assert "No state 'FAILED'; there is AVAILABLE." in answer["hint"]


@pytest.mark.parametrize("fields", [["nothing"], ["type", "type"], ["tag:"], ["Segment"]])
async def test_wrong_fields_are_refused_with_the_right_ones(fields: list[str]) -> None:
    fill([CORE])
    async with conversation() as talk:
        said = await talk.refused(TOOL, group_by=fields)
    assert "group_by=" in said
    assert "segment, edge" in said
    assert "tag:KEY" in said


async def test_the_first_call_discovers_and_waits_for_the_whole(simulate: Discovered) -> None:
    simulator = simulate(attachments=60)
    async with conversation() as talk:
        answer = await talk.page(TOOL, group_by=["type"], element_types=["attachment"])
    assert answer["complete"]
    assert answer["total"] == len(set(simulator.estate.ids("ListAttachments")))


async def test_what_is_not_whole_yet_says_so(simulate: Discovered) -> None:
    simulate(attachments=600, faults=Faults(operations={"ListAttachments": {"latency": 2.0}}))
    async with conversation(page_size=50, first_page_wait_s=3) as talk:
        while (await talk.call(TOOL)).is_error:  # nothing is there yet
            pass
        answer = await talk.page(TOOL)
    assert not answer["complete"]
    assert answer["snapshot"]["state"] == "growing"
    assert "so far" in answer["hint"]


async def test_a_network_that_is_not_there_is_refused() -> None:
    fill([CORE])
    async with conversation() as talk:
        said = await talk.refused(TOOL, core_network_id="core-network-9")
    assert "core-network-1" in said
