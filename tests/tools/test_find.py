"""find: whatever is known of an element leads to it, and an empty answer says what was looked at."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp import live
from cloudwan_mcp.model import Connection, Element
from conversation import conversation
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "find"


def named(number: int, name: str, **attributes: Any) -> Element:
    return attachment(number, name=name, attributes=json.dumps(attributes))


def ids(answer: dict[str, Any]) -> list[str]:
    return [item["id"] for item in answer["items"]]


def index_file(snapshot: str) -> Path:
    return next(Path(os.environ["CLOUDWAN_DATA_DIR"]).rglob(f"index-{snapshot}.db"))


async def found(query: str, **arguments: Any) -> dict[str, Any]:
    async with conversation() as talk:
        return await talk.page(TOOL, query=query, **arguments)


async def test_every_way_to_name_an_attachment_leads_to_it(discovered: Discovered) -> None:
    discovered(attachments=300)
    async with conversation() as talk:
        items = await talk.items(element_types=["attachment"], detail="full", limit=500)
        wanted = next(item for item in items if item.get("name"))
        arn = f"arn:aws:networkmanager::111122223333:attachment/{wanted['id']}"
        tag = next(each for each in wanted["attributes"]["Tags"] if each["Key"] == "Environment")
        same_tag = {item["id"] for item in items if tag in item["attributes"].get("Tags", [])}
        for query in (wanted["id"], arn, wanted["name"], wanted["name"].upper()):
            assert ids(await talk.page(TOOL, query=query))[0] == wanted["id"]
        by_account = await talk.page(TOOL, query=wanted["account"], element_types=["attachment"], limit=50)
        assert set(ids(by_account)) == {i["id"] for i in items if i["account"] == wanted["account"]}
        by_tag = await talk.page(
            TOOL, query=f"Environment={tag['Value']}", element_types=["attachment"], limit=50
        )
        assert set(ids(by_tag)) <= same_tag
        assert by_tag["more"] == (len(same_tag) > 50)
        assert len(ids(by_tag)) == min(50, len(same_tag))


async def test_a_vpc_is_found_by_what_is_attached_of_it_however_large_the_network() -> None:
    arn = "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0abc"
    other = named(9002, "of another core network", ResourceArn=arn)
    many = [named(n, f"vpc-{n}", ResourceArn=f"{arn}{n}") for n in range(3000)]
    fill([CORE, *many, named(9001, "wanted", ResourceArn=arn), other])
    async with conversation() as talk:
        for query in ("vpc-0abc", arn):
            answer = await talk.page(TOOL, query=query)
            assert [item["name"] for item in answer["items"]] == ["wanted", "of another core network"]
            assert {item["by"] for item in answer["items"]} == {"resource"}
            assert answer["complete"]
        one = await talk.page("describe", id="vpc-0abc7")
        several = await talk.refused("describe", id="vpc-0abc")
    assert one["element"]["name"] == "vpc-7"
    assert "2 elements" in several


async def test_an_exact_name_comes_before_longer_ones() -> None:
    fill(
        [CORE, named(1, "my-prod-vpc"), named(2, "prod-vpc-2"), named(3, "Prod-VPC"), named(4, "reprod-vpc")]
    )
    answer = await found("prod-vpc")
    assert [item["name"] for item in answer["items"]] == [
        "Prod-VPC",
        "prod-vpc-2",
        "my-prod-vpc",
        "reprod-vpc",
    ]
    assert answer["complete"]
    assert not answer["more"]


async def test_an_address_leads_to_the_longest_prefix_and_its_owner() -> None:
    prefixes = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16"]
    routes = [
        Element(
            f"r/{each}", "route", each, segment="prod", attributes=json.dumps({"DestinationCidrBlock": each})
        )
        for each in prefixes
    ]
    owner = attachment(7)
    fill([CORE, owner, *routes, Connection("r/10.1.2.0/24", owner.id, "next-hop")])
    answer = await found("10.1.2.3")
    assert [item["prefix"] for item in answer["items"]] == ["10.1.2.0/24", "10.1.0.0/16", "10.0.0.0/8"]
    assert [each["id"] for each in answer["items"][0]["owners"]] == [owner.id]
    inside = await found("10.1.0.0/16")
    assert [(item["by"], item["prefix"]) for item in inside["items"]] == [
        ("prefix", "10.1.0.0/16"),
        ("prefix", "10.0.0.0/8"),
        ("inside", "10.1.2.0/24"),
    ]
    nowhere = await found("192.168.0.1")
    assert nowhere["items"] == []
    assert "4 prefixes" in nowhere["searched"][-1]
    assert nowhere["complete"]


async def test_without_route_tables_nobody_is_said_to_own_an_address() -> None:
    fill([CORE, attachment(1)])
    answer = await found("10.1.2.3")
    assert answer["items"] == []
    assert not answer["complete"]
    assert "list_routes" in answer["hint"]


async def test_a_misspelt_name_is_answered_with_names_that_are_alike() -> None:
    fill([CORE, named(1, "payments-prod"), named(2, "payments-dev"), named(3, "orders")])
    answer = await found("paymets-prod")
    assert answer["items"] == []
    assert answer["close"][0] == "payments-prod"
    assert "Nothing was found" in answer["hint"]
    assert answer["complete"]


async def test_what_is_neither_a_name_nor_a_tag_is_looked_for_in_the_text() -> None:
    fill([CORE, named(1, "one", Description="the Frankfurt firewall"), named(2, "two")])
    answer = await found("frankfurt")
    assert [(item["by"], item["name"]) for item in answer["items"]] == [("text", "one")]


async def test_filters_narrow_what_is_found() -> None:
    fill([CORE, named(1, "vpc-one"), attachment(2, name="vpc-two", segment="dev", edge="us-east-1")])
    assert [i["name"] for i in (await found("vpc", segment="dev"))["items"]] == ["vpc-two"]
    assert [i["name"] for i in (await found("vpc", edge="eu-west-1"))["items"]] == ["vpc-one"]
    assert (await found("vpc", element_types=["site"]))["items"] == []


async def test_more_matches_than_rows_are_told() -> None:
    fill([CORE, *(named(n, f"vpc-{n}") for n in range(30))])
    answer = await found("vpc", limit=10)
    assert len(answer["items"]) == 10
    assert answer["more"]
    assert not answer["complete"]
    assert "narrow" in answer["hint"]


async def test_hostile_queries_find_nothing_and_break_nothing() -> None:
    fill([CORE, named(1, 'a" OR "b')])
    async with conversation() as talk:
        for query in (
            '"',
            "' OR 1=1 --",
            '" AND "',
            "a*",
            "NEAR(",
            "\x00\x01\x02",
            "=",
            "=x",
            "%",
            "💥💥💥",
            "1.2.3.4/99",
            "::1",
            "é" * 100,
        ):
            answer = await talk.page(TOOL, query=query)
            assert not answer["more"], query
        assert ids(await talk.page(TOOL, query='" OR "'))


async def test_an_empty_query_is_refused() -> None:
    fill([CORE])
    async with conversation() as talk:
        for query in ("", "  "):
            assert "query is empty" in await talk.refused(TOOL, query=query)


async def test_while_a_large_snapshot_is_indexed_an_older_one_answers_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "SMALL", 1)
    names = iter(("00000001", "00000002"))
    monkeypatch.setattr("cloudwan_mcp.store.folder.secrets.token_hex", lambda _: next(names))
    older = fill([CORE, named(1, "wanted")])
    newer = fill([CORE, named(1, "wanted"), named(2, "wanted as well")])
    index = index_file(newer.id)
    index.rename(aside := index.with_suffix(".aside"))
    async with conversation() as talk:
        meanwhile = await talk.page(TOOL, query="wanted")
        aside.rename(index)
        after = await talk.page(TOOL, query="wanted")
    assert meanwhile["snapshot"]["id"] == older.id
    assert "A newer snapshot is complete" in meanwhile["hint"]
    assert after["snapshot"]["id"] == newer.id
    assert "newer" not in after["hint"]
