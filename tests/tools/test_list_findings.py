"""list_findings: what needs attention is counted, listed once, and what cannot be judged is said."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

import pytest

from cloudwan_mcp.finding import Examiner
from cloudwan_mcp.findings import FINDINGS
from cloudwan_mcp.model import Connection, Element, Gap
from conversation import Conversation, conversation
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "list_findings"
TAGGED = json.dumps({"Tags": [{"Key": "a", "Value": "b"}]})
UNTAGGED = json.dumps({"Tags": []})
DAY_S = 86_400


def tagged(number: int, **members: Any) -> Element:
    return attachment(number, **{"attributes": TAGGED, **members})


async def all_items(talk: Conversation, **arguments: Any) -> list[dict[str, Any]]:
    page = await talk.page(TOOL, **arguments)
    items = page["items"]
    while "next_cursor" in page:
        assert not page["complete"]
        page = await talk.page(TOOL, cursor=page["next_cursor"], limit=arguments.get("limit", 20))
        items += page["items"]
    assert page["complete"]
    return items


async def test_what_is_found_at_elements_is_what_examining_each_of_them_finds(discovered: Discovered) -> None:
    discovered(attachments=400)
    async with conversation() as talk:
        rows = await talk.items(detail="full", limit=500)
        items = await all_items(talk, limit=37)
        counts = (await talk.page(TOOL, limit=0))["counts"]
    examiner = Examiner(FINDINGS)
    old = time.time() - DAY_S
    naive = Counter()
    for row in rows:
        element = Element(
            **{
                k: v
                for k, v in row.items()
                if k in ("id", "type", "name", "segment", "edge", "account", "state")
            },
            attributes=json.dumps(row["attributes"]),
        )
        for finding, evidence in examiner.examine(element):
            if not finding.patience_s or evidence.since is None or evidence.since <= old:
                naive[finding.name, evidence.severity or finding.severity, element.id] += 1
    local = {finding.name for finding in FINDINGS if finding.examine and not finding.patience_s}
    listed = Counter(
        (item["finding"], item["severity"], item["element"]["id"])
        for item in items
        if item["finding"] in local
    )
    assert listed == Counter({key: n for key, n in naive.items() if key[0] in local})
    assert {item["finding"] for item in items} >= {"failed", "no_segment"}
    for count in counts:
        matching = [
            i for i in items if (i["finding"], i["severity"]) == (count["finding"], count["severity"])
        ]
        assert len(matching) == count["count"]
    assert sum(count["count"] for count in counts) == len(items)


async def test_evidence_fix_and_documentation_come_with_each() -> None:
    errors = [{"Code": "SUBNET_NOT_FOUND", "Message": "<b>gone</b>"}]
    broken = tagged(
        1, state="FAILED", attributes=json.dumps({"LastModificationErrors": errors, "Tags": [{}]})
    )
    fill([CORE, broken, tagged(2)])
    async with conversation() as talk:
        answer = await talk.page(TOOL, findings=["failed"])
    (item,) = answer["items"]
    assert item["element"]["id"] == broken.id
    assert "SUBNET_NOT_FOUND" in item["evidence"]
    assert item["fix"]
    assert item["documentation"].startswith("https://docs.aws.amazon.com/")
    assert answer["counts"][0]["count"] == 1


async def test_what_waits_counts_after_a_day_and_not_before() -> None:
    now = time.time()
    waiting = [
        tagged(
            n,
            state="PENDING_ATTACHMENT_ACCEPTANCE",
            attributes=json.dumps({"CreatedAt": now - hours * 3600, "Tags": [{}]}),
        )
        for n, hours in enumerate((1, 23, 25, 100))
    ]
    fill([CORE, *waiting])
    async with conversation() as talk:
        answer = await talk.page(TOOL, findings=["pending"])
    assert [item["element"]["id"] for item in answer["items"]] == [each.id for each in waiting[2:]]
    assert [count["count"] for count in answer["counts"]] == [2]


async def test_overlapping_prefixes_are_found_in_the_route_tables_that_were_read() -> None:
    def route(prefix: str, owner: Element, segment: str) -> Element:
        attributes = {
            "DestinationCidrBlock": prefix,
            "Type": "PROPAGATED",
            "State": "ACTIVE",
            "Destinations": [{"CoreNetworkAttachmentId": owner.id}],
        }
        return Element(
            f"core-network-1/{segment}/eu-west-1/route/PROPAGATED/{prefix}",
            "route",
            prefix,
            core_network="core-network-1",
            segment=segment,
            edge="eu-west-1",
            state="ACTIVE",
            attributes=json.dumps(attributes),
        )

    one, two = tagged(1), tagged(2)
    routes = [route("10.0.0.0/16", one, "prod"), route("10.0.1.0/24", two, "prod")]
    ends = [Connection(each.id, owner.id, "next-hop") for each, owner in zip(routes, (one, two), strict=True)]
    fill([CORE, one, two, *routes, *ends])
    async with conversation() as talk:
        answer = await talk.page(TOOL, findings=["overlapping_prefixes"])
    assert {item["element"]["id"] for item in answer["items"]} == {two.id}
    assert "10.0.0.0/16" in answer["items"][0]["evidence"]
    assert "unsure" not in answer


async def test_silence_about_what_was_not_read_is_said() -> None:
    fill(
        [CORE, tagged(1)],
        [Gap("GetLinks", "global-network-1", "AccessDenied", "no", "networkmanager:GetLinks")],
    )
    async with conversation() as talk:
        answer = await talk.page(TOOL)
    assert {"blackhole", "overlapping_prefixes", "link_down"} <= set(answer["unsure"])
    assert "pending" not in answer["unsure"]
    assert "list_routes" in answer["hint"]
    assert answer["gaps"]


async def test_severities_and_kinds_narrow_and_a_cursor_keeps_to_them() -> None:
    fill(
        [
            CORE,
            *(
                attachment(n, state="FAILED" if n % 2 else "AVAILABLE", name="", attributes=UNTAGGED)
                for n in range(30)
            ),
        ]
    )
    async with conversation() as talk:
        low = await all_items(talk, severities=["low"], limit=7)
        failed = await all_items(talk, findings=["failed"], limit=4)
        page = await talk.page(TOOL, findings=["failed"], limit=4)
        message = await talk.refused(TOOL, cursor=page["next_cursor"], findings=["pending"])
        stream = await talk.page("stream_topology", limit=1)
        foreign = await talk.refused(TOOL, cursor=stream["next_cursor"])
        wrong = await talk.refused(TOOL, findings=["nonsense"])
    assert {item["severity"] for item in low} == {"low"}
    assert len(failed) == len({item["element"]["id"] for item in failed}) == 15
    assert "cursor belongs to other findings" in message
    assert "another tool" in foreign
    assert "untagged" in wrong


async def test_replies_keep_to_their_bytes_and_lose_nothing() -> None:
    fill([CORE, *(attachment(n, name="", edge="e" * 100, attributes=UNTAGGED) for n in range(120))])
    async with conversation(reply_bytes=8192) as talk:
        items = await all_items(talk, findings=["untagged"], limit=100)
        raw = await talk.call(TOOL, findings=["untagged"], limit=100)
    assert len({item["element"]["id"] for item in items}) == len(items) == 120
    assert len(raw.content[0].text.encode()) <= 8192


async def test_an_answer_is_brief_unless_more_rows_are_asked_for() -> None:
    fill([CORE, *(attachment(n, name="", attributes=UNTAGGED) for n in range(60))])
    async with conversation() as talk:
        brief = await talk.page(TOOL)
        more = await talk.page(TOOL, limit=20)
        rest = await talk.page(TOOL, cursor=brief["next_cursor"])
    assert len(json.dumps(brief, ensure_ascii=False, separators=(",", ":"))) <= 8_000
    assert 5 <= len(brief["items"]) < len(more["items"]) == 20
    assert rest["items"][0] == more["items"][len(brief["items"])]
