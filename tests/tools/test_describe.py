"""describe: one element whole, its surroundings, and what AWS says of it now."""

from __future__ import annotations

import json

import psutil
import pytest

from cloudwan_mcp import lookup
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.simulator import Faults
from conversation import conversation, gone, running, soon
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "describe"
KINDS = (
    "vpc-attachment",
    "connect-attachment",
    "site-to-site-vpn-attachment",
    "direct-connect-gateway-attachment",
    "transit-gateway-route-table-attachment",
    "connect-peer",
    "transit-gateway-peering",
    "policy-version",
)


def readers() -> list[psutil.Process]:
    return running("lookup")


async def test_without_a_name_it_is_the_core_network(discovered: Discovered) -> None:
    discovered(attachments=100)
    async with conversation() as talk:
        answer = await talk.page(TOOL)
    assert answer["element"]["type"] == "core-network"
    assert answer["element"]["attributes"]
    assert {each["connection"] for each in answer["connections"]} >= {"part-of"}


async def test_an_attachment_is_shown_with_its_segment_its_edge_and_its_attributes(
    discovered: Discovered,
) -> None:
    discovered(attachments=100)
    async with conversation() as talk:
        items = await talk.items(element_types=["vpc-attachment"], limit=500)
        one = next(item for item in items if item.get("segment", "nfg:").startswith("nfg:") is False)
        for name in (one["id"], f"arn:aws:networkmanager::1:attachment/{one['id']}", one["name"]):
            answer = await talk.page(TOOL, id=name)
            assert answer["element"]["id"] == one["id"]
        kinds = {each["connection"]: each["name"] for each in answer["connections"]}
        assert kinds["segment-association"] == one["segment"]
        assert kinds["edge-location"] == one["edge"]
        assert answer["element"]["attributes"]["AttachmentId"] == one["id"]
        assert answer["complete"]
        near = await talk.page(TOOL, id=one["id"], hops=2)
        assert {each["hops"] for each in near["near"]} == {2}
        assert one["id"] not in [each["id"] for each in near["near"]]


async def test_of_a_segment_the_members_are_counted_and_some_shown(discovered: Discovered) -> None:
    discovered(attachments=300)
    async with conversation() as talk:
        counted = await talk.page("summarize_topology", group_by=["segment"], element_types=["attachment"])
        segment = next(g["segment"] for g in counted["groups"] if g["segment"][:4] not in ("nfg:", "(non"))
        element = (await talk.page("find", query=segment, element_types=["segment"]))["items"][0]
        answer = await talk.page(TOOL, id=element["id"])
        members = await talk.items(segment=segment, element_types=["attachment"], limit=500)
    of_attachments = sum(m["count"] for m in answer["members"] if m["type"].endswith("-attachment"))
    assert of_attachments == len(members)
    assert len(answer["connections"]) <= 40


async def test_only_the_fields_that_were_named_are_shown() -> None:
    attributes = {"CreatedAt": 0, "Options": {"Deep": {"Mtu": 9001}}, "Tags": [{"Key": "a", "Value": "b"}]}
    fill([CORE, attachment(1, attributes=json.dumps(attributes))])
    async with conversation() as talk:
        answer = await talk.page(TOOL, id=attachment(1).id, fields=["Mtu", "CreatedAt", "state", "nothing"])
    assert answer["element"] == {
        "id": attachment(1).id,
        "type": "vpc-attachment",
        "state": "AVAILABLE",
        "Mtu": 9001,
        "CreatedAt": "1970-01-01T00:00:00Z",
    }


async def test_several_of_one_name_are_listed_and_none_is_said() -> None:
    fill([CORE, attachment(1, name="the same"), attachment(2, name="the same")])
    async with conversation() as talk:
        message = await talk.refused(TOOL, id="the same")
        assert attachment(1).id in message
        assert attachment(2).id in message
        assert "find" in await talk.refused(TOOL, id="nothing like it")


async def test_what_is_too_large_is_cut_and_said() -> None:
    big = json.dumps({"Document": "x" * 100_000})
    others = [Element(f"site-{n}", "site", "s" * 200, attributes="{}") for n in range(60)]
    links = [Connection(attachment(1).id, each.id, "near") for each in others]
    fill([CORE, attachment(1, attributes=big), *others, *links])
    async with conversation(reply_bytes=8192) as talk:
        answer = await talk.page(TOOL, id=attachment(1).id, hops=2)
    assert "omitted" in answer["element"]
    assert not answer["complete"]
    assert "fields" in answer["hint"] or "part" in answer["hint"]


@pytest.mark.parametrize("hops", [1, 2])
@pytest.mark.parametrize("kind", ["core-network-edge", "segment", "network-function-group"])
async def test_a_place_with_all_of_its_network_around_it_is_folded_into_two_thousand_tokens(
    kind: str, hops: int
) -> None:
    """However its neighbours are named: those alike are named together, and it is said."""
    place = attachment(0, id="place", type=kind)
    named = [attachment(n, name=f"{n} {'ü' * 200}") for n in range(60)]
    sites = [Element(f"site-{n}", "site", f"site {n}", attributes="{}") for n in range(3)]
    links = [Connection(each.id, place.id, "edge-location") for each in (*sites, *named)]
    fill([CORE, place, *sites, *named, *links])
    async with conversation() as talk:
        answer = await talk.page(TOOL, id=place.id, hops=hops)
    assert len(json.dumps(answer, ensure_ascii=False, separators=(",", ":"))) <= 8_000
    rows = answer["connections"]
    assert {each["id"] for each in rows if each["type"] == "site"} == {each.id for each in sites}
    (fold,) = (each for each in rows if "folded" in each)
    assert fold["type"] == "vpc-attachment"
    assert fold["folded"] == len(fold["others"]) == 40 - len(rows) + 1
    assert len(set(fold["others"])) == fold["folded"]
    assert "folded" in answer["hint"]
    assert not answer["complete"]
    assert {each["count"] for each in answer["members"]} >= {60}


async def test_a_place_with_room_for_all_around_it_is_not_folded() -> None:
    place = attachment(0, id="place", type="core-network-edge")
    some = [attachment(n) for n in range(6)]
    fill([CORE, place, *some, *(Connection(each.id, place.id, "edge-location") for each in some)])
    async with conversation() as talk:
        answer = await talk.page(TOOL, id=place.id)
    assert {each["id"] for each in answer["connections"]} == {each.id for each in some}
    assert answer["complete"]
    assert answer["hint"] == ""


@pytest.mark.parametrize("kind", KINDS)
async def test_aws_is_asked_for_what_no_listing_says(discovered: Discovered, kind: str) -> None:
    simulator = discovered(attachments=300)
    async with conversation() as talk:
        (one, *_) = await talk.items(element_types=[kind], limit=5)
        answer = await talk.page(TOOL, id=one["id"], live=True)
        assert "error" not in answer["live"], answer["live"]
        assert len(answer["live"]) > 1
        called = sum(simulator.calls.values())
        assert called == 1
        again = await talk.page(TOOL, id=one["id"], live=True)
        assert again["live"] == answer["live"]
        assert sum(simulator.calls.values()) == called
        report = (await talk.page("memory_report"))["lookups"]
        assert 0 < report["kept"]["held"] <= report["kept"]["most"]
        assert report["under_way"] == 0
        assert report["rss"] > 0
        (child,) = readers()
    await soon(lambda: gone(child))


async def test_a_refusal_is_said_beside_what_is_known(discovered: Discovered) -> None:
    simulator = discovered(attachments=100)
    simulator.faults = Faults(operations={"GetVpcAttachment": {"access_denied": 1}})
    async with conversation() as talk:
        (one, *_) = await talk.items(element_types=["vpc-attachment"], limit=1)
        answer = await talk.page(TOOL, id=one["id"], live=True)
        segment = (await talk.items(element_types=["segment"], limit=1))[0]
        nothing = await talk.page(TOOL, id=segment["id"], live=True)
    assert "networkmanager:GetVpcAttachment" in answer["live"]["error"]
    assert answer["element"]["id"] == one["id"]
    assert "no more to say" in nothing["live"]["error"]


async def test_the_reading_process_ends_when_it_is_idle_and_starts_anew(
    discovered: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "IDLE_S", 0.3)
    discovered(attachments=100)
    async with conversation() as talk:
        first, second = (await talk.items(element_types=["vpc-attachment"], limit=2))[:2]
        assert "SubnetArns" in (await talk.page(TOOL, id=first["id"], live=True))["live"]
        await soon(lambda: not readers())
        assert "SubnetArns" in (await talk.page(TOOL, id=second["id"], live=True))["live"]
        (child,) = await soon(readers)
        child.kill()
        await soon(lambda: not readers())
        third = (await talk.items(element_types=["vpc-attachment"], limit=3))[2]
        assert "SubnetArns" in (await talk.page(TOOL, id=third["id"], live=True))["live"]
