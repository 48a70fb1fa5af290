"""check_reachability: two verdicts of two ways, held against the policy room and the tables AWS has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.simulator import Faults, Simulator
from conversation import conversation
from tools.conftest import Discovered
from tools.policy_documents import client, in_force, large, text

pytestmark = pytest.mark.anyio
TOOL = "check_reachability"
SIZE = {"attachments": 120, "segments": 8, "routes": 5000}  # so many that no table is cut


def attachments(simulator: Simulator, segment: str, **members: str) -> list[dict[str, Any]]:
    listed = client(simulator).list_attachments(MaxResults=500)["Attachments"]
    simulator.calls.clear()
    wanted = {"SegmentName": segment, "State": "AVAILABLE", "AttachmentType": "VPC"} | members
    return [item for item in listed if wanted.items() <= item.items()]


async def test_every_pair_of_segments_is_judged_as_the_matrix_has_it(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    found = matrix(in_force(simulator))
    meant = {"open": "reachable", "via": "inspected", "no-route": "unreachable", "isolated": "unreachable"}
    async with conversation() as talk:
        for (source, other), cell in list(found.cells.items())[::5]:
            answer = await talk.page(TOOL, source=source, destination=other)
            assert answer["intent"] == meant[cell.verdict], (source, other)
            assert answer["installed"] == "undecided"
            if cell.routed:
                assert answer["forward"]["by"] == list(dict.fromkeys(cell.pointers))


async def test_two_attachments_are_judged_by_policy_and_by_their_tables(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    one, other = attachments(simulator, "production")[0], attachments(simulator, "shared")[0]
    async with conversation() as talk:
        answer = await talk.page(TOOL, source=one["AttachmentId"], destination=other["AttachmentId"])
    assert (answer["intent"], answer["installed"]) == ("reachable", "reachable")
    assert answer["source"]["segment"] == "production"
    route = answer["forward"]["installed"]["route"]
    assert route["prefix"] in answer["destination"]["prefixes"]
    assert other["AttachmentId"] in route["via"]
    assert answer["forward"]["installed"]["source"] == "AWS"
    assert answer["forward"]["installed"]["age_s"] >= 0
    assert answer["policy"]["age_s"] >= 0
    assert set(simulator.calls) == {"GetNetworkRoutes"}


async def test_inspected_traffic_names_group_region_and_appliance_mode(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    one, other = attachments(simulator, "production")[0], attachments(simulator, "nonproduction")[0]
    async with conversation() as talk:
        answer = await talk.page(TOOL, source=one["AttachmentId"], destination=other["AttachmentId"])
    assert answer["intent"] == "inspected"
    assert answer["forward"]["inspection"]["group"] == "inspection"
    assert answer["asymmetry"]
    assert all(isinstance(row["appliance_mode"], bool) for row in answer["appliance_mode"])
    if answer["forward"]["inspection"]["basis"] == "unspecified":
        assert {each["name"] for each in answer["assumptions"]} >= {"single-hop-default"}


async def test_a_vpc_its_arn_and_an_address_in_it_are_the_same_end(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    item = attachments(simulator, "production")[0]
    async with conversation() as talk:
        arn = item["ResourceArn"]
        by_arn = await talk.page(TOOL, source=arn, destination="shared")
        address = next(each for each in by_arn["source"]["prefixes"] if ":" not in each).split("/")[0]
        by_vpc = await talk.page(TOOL, source=arn.rpartition("/")[2], destination="shared")
        by_address = await talk.page(TOOL, source=address, destination="shared@us-east-1")
    for answer in (by_arn, by_vpc, by_address):
        assert answer["source"]["attachment"] == item["AttachmentId"]
        assert answer["intent"] == "reachable"
    assert by_address["source"]["found_by"] == "address"
    assert by_address["back"]["installed"]["verdict"] == "route"


async def test_tables_in_the_snapshot_are_not_asked_for_again(simulate: Discovered) -> None:
    simulator = simulate(**SIZE)
    one, other = attachments(simulator, "production")[0], attachments(simulator, "shared")[0]
    async with conversation() as talk:
        await talk.items(routes="@", refresh="always", limit=500)
        simulator.calls.clear()
        answer = await talk.page(TOOL, source=one["AttachmentId"], destination=other["AttachmentId"])
    assert answer["forward"]["installed"]["source"] == "snapshot"
    assert answer["installed"] == "reachable"
    assert not simulator.calls


async def test_a_policy_that_is_not_in_force_differs_from_what_is_installed(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    document = json.loads(in_force(simulator).text) | {"segment-actions": []}
    one, other = attachments(simulator, "production")[0], attachments(simulator, "shared")[0]
    async with conversation() as talk:
        answer = await talk.page(
            TOOL, source=one["AttachmentId"], destination=other["AttachmentId"], policy=text(document)
        )
    assert (answer["intent"], answer["installed"]) == ("unreachable", "reachable")
    assert "another policy version may be live" in answer["forward"]["difference"]


async def test_the_internet_is_left_for_by_send_to(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    one = attachments(simulator, "production")[0]
    async with conversation() as talk:
        answer = await talk.page(TOOL, source=one["AttachmentId"], destination="8.8.8.8")
        other = await talk.page(TOOL, source="nonproduction@us-east-1", destination="8.8.8.8")
    assert answer["destination"]["outside"]
    assert answer["intent"] == "inspected"
    assert other["intent"] == "unreachable"
    assert other["forward"]["installed"]["verdict"] == "no-route"


async def test_a_route_that_is_missing_is_told_apart_from_the_default_route_that_takes_its_place(
    discovered: Discovered,
) -> None:
    simulator = discovered(**SIZE | {"routes": 4})
    one, other = attachments(simulator, "production")[0], attachments(simulator, "shared")[-1]
    async with conversation() as talk:
        answer = await talk.page(TOOL, source=one["AttachmentId"], destination=other["AttachmentId"])
    assert answer["intent"] == "reachable"
    assert answer["installed"] != "reachable"


async def test_tables_that_aws_refuses_are_unread_and_not_empty(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    one, other = attachments(simulator, "production")[0], attachments(simulator, "shared")[0]
    simulator.faults = Faults(operations={"GetNetworkRoutes": {"access_denied": 1.0}})
    async with conversation() as talk:
        answer = await talk.page(TOOL, source=one["AttachmentId"], destination=other["AttachmentId"])
    assert (answer["intent"], answer["installed"]) == ("reachable", "undecided")
    assert answer["unread"]
    assert not answer["complete"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, ["source is missing", "Give a segment"]),
        ({"source": "a"}, ["destination is missing"]),
        ({"source": "a", "destination": "b" * 2049}, ["destination", "2048"]),
        ({"source": "a", "destination": "b", "policy": "["}, ["policy", "not JSON"]),
    ],
)
async def test_what_names_no_end_is_refused_before_aws_is_asked(
    simulate: Discovered, arguments: dict[str, str], words: list[str]
) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        message = await talk.refused(TOOL, **arguments)
    assert all(word in message for word in words), message
    assert not simulator.calls


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("production@nowhere", ["source", "no edge location 'nowhere'", "It has"]),
        ("vpc-00000000", ["source", "vpc-00000000", "Name the attachment"]),
        ("nobody", ["source='nobody'", "find"]),
    ],
)
async def test_an_end_that_there_is_not_is_said(
    discovered: Discovered, source: str, words: list[str]
) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        message = await talk.refused(TOOL, source=source, destination="shared")
    assert all(word in message for word in words), message


async def test_an_answer_is_short_under_the_largest_policy(discovered: Discovered) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        result = await talk.call(
            TOOL, source="tenant02production", destination="tenant03production", policy=text(large())
        )
    assert not result.is_error
    assert len(result.content[0].text) <= 8000
