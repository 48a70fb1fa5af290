"""explain_association: the segment an attachment gets, by which rule, and why by none before it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from cloudwan_mcp.policy.associate import associate
from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.listed_item import read_attachment
from cloudwan_mcp.policy.parse import parse
from cloudwan_mcp.simulator import Simulator
from conversation import conversation
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered
from tools.policy_documents import client, in_force, large, text

pytestmark = pytest.mark.anyio
TOOL = "explain_association"
SIZE = {"attachments": 120}


def listed(simulator: Simulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client(simulator).list_attachments(MaxResults=500)["Attachments"]
    simulator.calls.clear()
    return found


async def test_every_kind_of_attachment_is_placed_as_the_policy_room_places_it(
    discovered: Discovered,
) -> None:
    simulator = discovered(**SIZE)
    document, every = in_force(simulator), listed(simulator)
    async with conversation() as talk:
        for item in every[::8]:
            expected = associate(document, read_attachment(item))
            answer = await talk.page(TOOL, attachment=item["AttachmentId"])
            assert answer["because"] == expected.because
            assert answer["status"] == expected.placement.status
            assert answer.get("place", "") == expected.placement.place
            failed = [each for each in expected.trials if not each.matched]
            assert [row["because"] for row in answer["tried"]] == [each.because for each in failed]
            if item["State"] == "AVAILABLE" and expected.placement.segment:
                assert answer["installed"]["segment"] == item["SegmentName"]
    assert not simulator.calls


async def test_all_that_are_not_where_the_policy_puts_them_are_counted_by_cause(
    discovered: Discovered,
) -> None:
    simulator = discovered(**SIZE)
    document, every = in_force(simulator), listed(simulator)
    expected: Counter[str] = Counter()
    for item in every:
        placement = associate(document, read_attachment(item)).placement
        group = item.get("NetworkFunctionGroupName")
        there = f"nfg:{group}" if group else item.get("SegmentName") or ""
        if placement.status != "associated" or placement.place != there:
            expected[placement.status] += 1
    async with conversation() as talk:
        answer = await talk.page(TOOL)
    found: Counter[str] = Counter()
    for row in answer["causes"]:
        found[row["status"]] += row["count"]
    assert found == expected
    assert answer["attachments"] == len(every)
    assert expected["no-rule"] or expected["no-segment"]


async def test_an_imagined_attachment_needs_no_network() -> None:
    document = large()
    wanted = Attachment(type="vpc", tags={"segment": "tenant07production"}, region="region-3")
    async with conversation() as talk:
        answer = await talk.page(
            TOOL, policy=text(document), type="vpc", tags=["segment=tenant07production"], edge="region-3"
        )
        elsewhere = await talk.page(TOOL, policy=text(document), tags=["segment=x"], edge="nowhere")
        assert talk.app.discovery is None
    assert answer["because"] == associate(parse(text(document)), wanted).because
    assert answer["place"] == "tenant07production"
    assert answer["rule"]["number"] == 107
    assert answer["rule"]["later_rules_not_tried"] == 32
    assert len(answer["tried"]) == 7
    assert elsewhere["status"] == "no-rule"
    assert not elsewhere["complete"]
    assert "the last" in elsewhere["hint"]


async def test_a_contested_rule_is_an_assumption_and_not_a_choice() -> None:
    document = large(2)
    document["attachment-policies"][0]["conditions"] *= 2
    document["attachment-policies"][1]["conditions"][0]["operator"] = "not-equals"
    async with conversation() as talk:
        answer = await talk.page(TOOL, policy=text(document), type="vpc")
    names = {each["name"] for each in answer["assumptions"]}
    assert names == {"condition-logic-missing", "not-equals-without-tag"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"tags": ["segment"]}, ["tags", "'segment'", "key=value", "Write e.g."]),
        ({"tags": ["=x"]}, ["tags", "key=value"]),
        ({"attachment": "a", "type": "vpc"}, ["attachment goes without", "Name the attachment"]),
        ({"type": "subnet"}, ["type='subnet'", "Give one of", "vpc"]),
        ({"tags": ["a=b"] * 51}, ["tags", "50"]),
        ({"account": "12"}, ["account"]),
        ({"type": "vpc", "policy": "{"}, ["policy", "not JSON"]),
    ],
)
async def test_what_describes_no_attachment_is_refused_before_aws_is_asked(
    simulate: Discovered, arguments: dict[str, Any], words: list[str]
) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        message = await talk.refused(TOOL, **arguments)
    assert all(word in message for word in words), message
    assert not simulator.calls


async def test_what_is_no_attachment_or_not_there_is_said() -> None:
    fill([CORE, attachment(1)])
    async with conversation() as talk:
        assert "is a core-network" in await talk.refused(TOOL, attachment=CORE.id, policy=text(large(2)))
        assert "neither as an id" in await talk.refused(TOOL, attachment="nobody", policy=text(large(2)))
