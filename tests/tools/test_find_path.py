"""find_path: the way between two elements, the way that is left, and what depends on what is to go."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from cloudwan_mcp.model import Connection, Element
from conversation import conversation
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "find_path"


def place(kind: str, name: str, **attributes: object) -> Element:
    member = {"edge": name} if kind == "core-network-edge" else {"segment": name}
    return Element(
        f"core-network-1/{kind}/{name}",
        kind,
        name,
        core_network="core-network-1",
        attributes=json.dumps(attributes),
        **member,
    )


NETWORK = [
    CORE,
    place("core-network-edge", "eu-west-1"),
    place("core-network-edge", "us-east-1"),
    place("segment", "prod", EdgeLocations=["eu-west-1", "us-east-1"]),
    place("segment", "lonely", EdgeLocations=["us-east-1"]),
    attachment(1),
    attachment(2),
    attachment(3, segment="lonely", edge="us-east-1"),
    Element("connect-peer-1", "connect-peer", "peer", attributes="{}"),
    Element("connect-peer-1/telemetry", "network-telemetry", "BGP", state="UP", attributes="{}"),
    Connection("connect-peer-1", attachment(1).id, "connect-attachment"),
    Connection("connect-peer-1/telemetry", "connect-peer-1", "telemetry-of"),
]


async def test_two_members_of_a_segment_meet_in_it_and_elsewhere_without_it() -> None:
    fill(NETWORK)
    ends = {"source": attachment(1).id, "target": "vpc 2"}
    async with conversation() as talk:
        answer = await talk.page(TOOL, **ends)
        without = await talk.page(TOOL, **ends, without="core-network-1/segment/prod")
        nowhere = await talk.page(TOOL, **ends, without=attachment(2).id)
    middle = answer["path"][1]["type"]
    assert [row["id"] for row in answer["path"]][::2] == [attachment(1).id, attachment(2).id]
    assert middle in ("segment", "core-network-edge")
    assert answer["path"][0]["next"] in ("segment-association", "edge-location")
    assert answer["complete"]
    assert [row["type"] for row in without["left"]] == [
        "vpc-attachment",
        "core-network-edge",
        "vpc-attachment",
    ]
    assert nowhere["left"] == []
    assert "Nothing is left" in nowhere["hint"]


async def test_what_points_at_an_element_depends_on_it_directly_or_through_others() -> None:
    fill(NETWORK)
    async with conversation() as talk:
        answer = await talk.page(TOOL, without=attachment(1).id)
        nothing = await talk.page(TOOL, without="connect-peer-1")
    assert answer["breaks"]["dependants"] == [{"type": "connect-peer", "count": 1}]
    assert answer["removed"]["id"] == attachment(1).id
    assert "breaks" in nothing
    assert nothing["breaks"] == {}
    assert "Nothing that AWS lists" in nothing["hint"]


async def test_an_edge_takes_its_members_and_the_segments_that_are_nowhere_else() -> None:
    fill(NETWORK)
    async with conversation() as talk:
        answer = await talk.page(TOOL, without="us-east-1")
    assert answer["breaks"]["members"] == [{"type": "vpc-attachment", "state": "AVAILABLE", "count": 1}]
    assert [each["name"] for each in answer["breaks"]["nowhere_else"]] == ["lonely"]
    assert "AWS refuses" in answer["hint"]


async def test_members_are_those_that_stream_topology_lists(discovered: Discovered) -> None:
    discovered(attachments=300)
    async with conversation() as talk:
        edges = await talk.items(element_types=["core-network-edge"], limit=500)
        for edge in edges[:3]:
            answer = await talk.page(TOOL, without=edge["id"])
            core = edge["id"].partition("/")[0]
            items = await talk.items(edge=edge["edge"], core_network_id=core, limit=500)
            expected = Counter((i["type"], i.get("state", "(none)")) for i in items if i["id"] != edge["id"])
            assert {(m["type"], m["state"]): m["count"] for m in answer["breaks"]["members"]} == expected


@pytest.mark.parametrize("arguments", [{}, {"source": "a"}, {"target": "a", "without": "b"}])
async def test_half_a_question_is_refused(arguments: dict[str, str]) -> None:
    fill(NETWORK)
    async with conversation() as talk:
        assert "go together" in await talk.refused(TOOL, **arguments)
        assert "nowhere=" not in await talk.refused(TOOL, source="nowhere", target="nowhere")


async def test_what_is_not_connected_is_said() -> None:
    alone = Element("site-1", "site", "alone", attributes="{}")
    fill([*NETWORK, alone])
    async with conversation() as talk:
        answer = await talk.page(TOOL, source="site-1", target=attachment(1).id)
    assert answer["path"] == []
    assert "not connected" in answer["hint"]
    assert answer["complete"]
