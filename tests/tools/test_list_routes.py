"""list_routes: where a prefix goes from every table, each route told once, each table asked or named."""

from __future__ import annotations

import json
from ipaddress import ip_address, ip_network
from typing import Any

import boto3
import pytest

from cloudwan_mcp.queries import list_routes as query
from cloudwan_mcp.simulator import Faults, Simulator
from conversation import Conversation, conversation
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "list_routes"
SIZE = {"attachments": 80}


def client(simulator: Simulator) -> Any:
    return boto3.client(
        "networkmanager",
        endpoint_url=simulator.url,
        region_name="us-west-2",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


async def tables(talk: Conversation) -> list[tuple[str, str, str, str]]:
    lanes = await talk.items(element_types=["segment", "network-function-group"], detail="full", limit=500)
    return [
        (lane["global_network"], lane["core_network"], lane["segment"], edge)
        for lane in lanes
        for edge in lane["attributes"]["EdgeLocations"]
    ]


def dumped(
    simulator: Simulator, places: list[tuple[str, str, str, str]]
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Every table whole, as AWS gives it."""
    found, asked = {}, client(simulator)
    for network, core, segment, edge in places:
        place = {"CoreNetworkId": core, "EdgeLocation": edge}
        name = segment.removeprefix("nfg:")
        table = (
            {"CoreNetworkSegmentEdge": {**place, "SegmentName": name}}
            if name == segment
            else {"CoreNetworkNetworkFunctionGroup": {**place, "NetworkFunctionGroupName": name}}
        )
        answer = asked.get_network_routes(GlobalNetworkId=network, RouteTableIdentifier=table)
        found[segment, edge] = answer["NetworkRoutes"]
    simulator.calls.clear()
    return found


def named(places: dict[str, list[str]], every: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """The tables that an answer names by segment."""
    return {
        (segment, edge)
        for segment, edges in places.items()
        for each, edge in every
        if each == segment and (edges[0].startswith("all ") or edge in edges)
    }


def spread(answer: dict[str, Any], every: list[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
    """The prefixes of each table that an answer names."""
    found: dict[tuple[str, str], set[str]] = {}
    for route in answer["routes"]:
        for segment, edges in route["tables"].items():
            if edges[0].startswith("all "):
                edges = [edge for each, edge in every if each == segment]
                assert len(edges) == int(route["tables"][segment][0].split()[1])
            for edge in edges:
                found.setdefault((segment, edge), set()).add(route["prefix"])
    return found


@pytest.mark.parametrize("read", [False, True], ids=["asked", "in the snapshot"])
@pytest.mark.parametrize("match", ["longest", "exact", "within", "covering"])
async def test_each_table_answers_as_its_dump_does(simulate: Discovered, match: str, *, read: bool) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        if read:
            await talk.items(routes="@", refresh="always", limit=500)
        places = await tables(talk)
        whole = dumped(simulator, places)
        prefix = next(
            r["DestinationCidrBlock"] for rows in whole.values() for r in rows if r["Type"] == "PROPAGATED"
        )
        wanted = (
            str(ip_address(int(ip_network(prefix).network_address) + 5)) if match == "longest" else prefix
        )
        if match == "within":
            wanted = str(ip_network(prefix).supernet(new_prefix=8))
        answer = await talk.page(TOOL, prefix=wanted, match=match, limit=500)
        assert answer["complete"], answer["hint"]
        assert bool(simulator.calls["GetNetworkRoutes"]) is not read
    net = ip_network(wanted)
    expected = {}
    for place, rows in whole.items():
        nets = {ip_network(row["DestinationCidrBlock"]) for row in rows if "DestinationCidrBlock" in row}
        nets = {each for each in nets if each.version == net.version}
        kept = {
            "longest": lambda nets: (
                {max((n for n in nets if n.supernet_of(net)), key=lambda n: n.prefixlen, default=None)}
                - {None}
            ),
            "exact": lambda nets: nets & {net},
            "within": lambda nets: {n for n in nets if n.subnet_of(net)},
            "covering": lambda nets: {n for n in nets if n.supernet_of(net)},
        }[match](nets)
        if kept:
            expected[place] = {str(each) for each in kept}
    assert expected
    assert spread(answer, list(whole)) == expected
    assert answer["tables"] == len(whole)
    without = sum(len(edges) for edges in answer.get("without", {}).values())
    assert without >= (len(whole) > len(expected))


async def test_the_same_route_is_told_once_with_its_tables(simulate: Discovered) -> None:
    simulate(**SIZE)
    async with conversation() as talk:
        answer = await talk.page(TOOL, prefix="0.0.0.0/0", match="covering")
    keys = [(r["prefix"], r["state"], r["type"], str(r.get("via"))) for r in answer["routes"]]
    assert len(keys) == len(set(keys))


async def test_blackholes_are_asked_for_by_state(simulate: Discovered) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        whole = dumped(simulator, await tables(talk))
        answer = await talk.page(TOOL, state="BLACKHOLE")
    expected = {
        place: {row["DestinationCidrBlock"] for row in rows if row["State"] == "BLACKHOLE"}
        for place, rows in whole.items()
    }
    assert spread(answer, list(whole)) == {place: found for place, found in expected.items() if found}
    assert {route["state"] for route in answer["routes"]} <= {"BLACKHOLE"}


async def test_a_snapshot_lists_what_its_tables_hold(simulate: Discovered) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        await talk.items(routes="@", refresh="always", limit=500)
        await talk.page("find", query="waits for the index")
        whole = dumped(simulator, await tables(talk))
        segment, edge = next(iter(whole))
        for asked in ({}, {"segment": segment}, {"edge": edge}, {"segment": segment, "edge": edge}):
            for state in ("", "ACTIVE", "BLACKHOLE"):
                answer = await talk.page(TOOL, state=state, limit=500, **asked)
                expected = {
                    place: {row["DestinationCidrBlock"] for row in rows if state in ("", row["State"])}
                    for place, rows in whole.items()
                    if asked.get("segment", place[0]) == place[0] and asked.get("edge", place[1]) == place[1]
                }
                some = {place: found for place, found in expected.items() if found}
                assert spread(answer, list(expected)) == some
                assert answer["complete"]
                assert answer["tables"] == len(expected)
                assert named(answer.get("without", {}), list(expected)) == {*expected} - {*some}
                keys = [(r["prefix"], r["state"], r["type"], str(r.get("via"))) for r in answer["routes"]]
                assert len(keys) == len(set(keys))
        assert not simulator.calls["GetNetworkRoutes"]


async def test_an_answer_is_brief_unless_more_routes_are_asked_for(simulate: Discovered) -> None:
    simulate(**SIZE)
    async with conversation() as talk:
        await talk.items(routes="@", refresh="always", limit=500)
        brief = await talk.page(TOOL)
        few = await talk.page(TOOL, limit=2)
        more = await talk.page(TOOL, limit=100)
    assert len(json.dumps(brief, ensure_ascii=False, separators=(",", ":"))) <= 8_000
    assert not brief["complete"]
    assert "raise limit" in brief["hint"]
    assert len(few["routes"]) == 2 < len(brief["routes"]) < len(more["routes"])
    assert more["routes"][: len(brief["routes"])] == brief["routes"]


async def test_routes_that_were_passed_over_make_an_answer_incomplete(
    simulate: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "ROUTES_READ", 5)
    monkeypatch.setattr(query, "PAGE", 5)
    simulate(**SIZE)
    async with conversation() as talk:
        await talk.items(routes="@", refresh="always", limit=500)
        answer = await talk.page(TOOL, prefix="10.0.0.0/8", match="within", limit=500)
    assert not answer["complete"]
    assert "only 5 were read" in answer["hint"]


async def test_answers_are_kept_for_a_minute_and_age_is_told(simulate: Discovered) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        await talk.page()
        await talk.page(TOOL, prefix="10.0.0.1")
        asked = simulator.calls["GetNetworkRoutes"]
        again = await talk.page(TOOL, prefix="10.0.0.1")
    assert simulator.calls["GetNetworkRoutes"] == asked
    assert 0 <= again["oldest_s"] < 60


async def test_a_table_that_aws_refuses_is_named_with_why(simulate: Discovered) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        await talk.page(limit=1)
        (segment, *_) = {place[2] for place in await tables(talk) if not place[2].startswith("nfg:")}
        simulator.faults = Faults(operations={"GetNetworkRoutes": {"access_denied": 1}})
        answer = await talk.page(TOOL, prefix="10.0.0.1", segment=segment)
    assert not answer["complete"]
    assert answer["routes"] == []
    assert "networkmanager:GetNetworkRoutes" in answer["unread"][0]["error"]
    assert list(answer["unread"][0]["tables"]) == [segment]


async def test_many_tables_are_asked_in_several_calls(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    async with conversation(first_page_wait_s=0.1) as talk:
        every = await tables(talk)
        simulator.faults = Faults(operations={"GetNetworkRoutes": {"latency": 0.1}})
        answer = await talk.page(TOOL, prefix="10.0.0.1", match="covering")
        looked, cursors = answer["tables"], []
        while "next_cursor" in answer:
            assert not answer["complete"]
            cursors.append(answer["next_cursor"])
            answer = await talk.page(TOOL, cursor=cursors[-1])
            looked += answer["tables"]
        other = await talk.refused(TOOL, cursor=cursors[0], state="BLACKHOLE")
    assert looked == len(every)
    assert len(set(cursors)) == len(cursors) > 0
    assert "another question" in other


async def test_what_is_no_prefix_and_a_table_that_is_not_there_are_refused(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    async with conversation() as talk:
        assert "prefix=" in await talk.refused(TOOL, prefix="10.0.0")
        assert "no route table" in await talk.refused(TOOL, prefix="10.0.0.1", segment="nowhere")
    assert not simulator.calls


async def test_a_network_without_tables_says_so() -> None:
    fill([CORE, attachment(1)])
    async with conversation() as talk:
        assert "no route table" in await talk.refused(TOOL)
