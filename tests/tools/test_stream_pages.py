"""stream_topology over a whole network: each element once, as many as asked for, only those asked for."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from cloudwan_mcp.simulator import Faults
from conversation import ERAS, conversation, said
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
SIZE = {"attachments": 300}


@pytest.mark.parametrize("mode", ERAS)
async def test_every_element_comes_exactly_once_while_the_network_is_being_discovered(
    simulate: Discovered, mode: str
) -> None:
    simulator = simulate(**SIZE)
    async with conversation(mode) as talk:
        items = await talk.items(limit=70)
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
    ids = Counter(item["id"] for item in items)
    assert max(ids.values()) == 1
    assert set(simulator.estate.ids("ListAttachments")) <= ids.keys()
    assert row["elements"] == len(ids)
    assert row["snapshot"]["state"] == "complete"


@pytest.mark.parametrize("limit", [1, 99, 100, 500])
async def test_pages_of_any_size_give_the_same_elements_in_the_same_order(
    discovered: Discovered, limit: int
) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        whole = [item["id"] for item in await talk.items(element_types=["vpc-attachment"], limit=500)]
        pages = [page async for page in talk.pages(element_types=["vpc-attachment"], limit=limit)]
    assert [item["id"] for page in pages for item in page["items"]] == whole
    assert all(page["count"] == len(page["items"]) <= limit for page in pages)
    assert all(page["total_known"] == len(whole) for page in pages)
    assert [page["complete"] for page in pages] == [False] * (len(pages) - 1) + [True]
    assert [page["applied_limits"]["stopped_by"] for page in pages][-1] == "end"
    assert len({page["snapshot"]["id"] for page in pages}) == 1


async def test_the_page_limit_of_the_settings_holds_where_the_caller_names_none(
    discovered: Discovered,
) -> None:
    discovered(**SIZE)
    async with conversation(page_limit=7) as talk:
        page = await talk.page()
    assert page["count"] == page["applied_limits"]["rows"] == 7
    assert page["applied_limits"]["stopped_by"] == "limit"


@pytest.mark.parametrize(
    ("argument", "member", "value"),
    [
        ("segment", "segment", None),
        ("edge", "edge", None),
        ("account", "account", None),
        ("state", "state", "FAILED"),
        ("state", "state", "pending_attachment_acceptance"),
    ],
)
async def test_a_filter_gives_the_elements_that_have_the_value_and_no_others(
    discovered: Discovered, argument: str, member: str, value: str | None
) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        everything = await talk.items(limit=500)
        value = value or next(
            item[member] for item in everything if member in item and "attachment" in item["type"]
        )
        found = await talk.items(limit=500, **{argument: value})
    assert found == [
        item for item in everything if item.get(member) == (value.upper() if argument == "state" else value)
    ]
    assert 0 < len(found) < len(everything)


async def test_the_type_attachment_stands_for_all_five(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    async with conversation() as talk:
        found = await talk.items(element_types=["attachment"], limit=500)
    assert {item["id"] for item in found} == set(simulator.estate.ids("ListAttachments"))
    assert len({item["type"] for item in found}) == 5


async def test_filters_narrow_together_and_count_what_is_known(discovered: Discovered) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        attachments = await talk.items(element_types=["vpc-attachment"], limit=500)
        segment = attachments[0]["segment"]
        page = await talk.page(element_types=["vpc-attachment"], segment=segment, limit=500)
    assert page["items"] == [item for item in attachments if item.get("segment") == segment]
    assert page["total_known"] == page["count"]


async def test_tags_and_text_look_into_attributes() -> None:
    tags = json.dumps({"Tags": [{"Key": "team", "Value": "Blue"}], "Note": "caf\u00e9"})
    fill([CORE, attachment(1, attributes=tags), attachment(2), attachment(3, name="Blueprint")])
    async with conversation() as talk:
        for arguments, wanted in (
            ({"tag": "team"}, [1]),
            ({"tag": "team=Blue"}, [1]),
            ({"tag": "team=blue"}, []),
            ({"tag": "Team"}, []),
            ({"text": "BLUE"}, [1, 3]),
            ({"text": "CAFÉ"}, [1]),
            ({"text": "0000002"}, [2]),
        ):
            page = await talk.page(**arguments)
            assert [item["id"] for item in page["items"]] == [attachment(n).id for n in wanted], arguments
            assert page["complete"]


async def test_nothing_found_says_so(discovered: Discovered) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        page = await talk.page(segment="nowhere")
    assert page["items"] == []
    assert page["complete"]
    assert "Nothing matches" in page["hint"]


async def test_connections_follow_the_elements_where_both_are_wanted(discovered: Discovered) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        elements = await talk.items(limit=90)
        connections = await talk.items(include="connections", limit=90)
        both = await talk.items(include="both", limit=90)
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
    assert both == elements + connections
    assert len(connections) == row["connections"] > 0
    known = {item["id"] for item in elements}
    assert all(item["source"] in known and item["target"] in known for item in connections)
    assert max(Counter((c["source"], c["target"], c["type"]) for c in connections).values()) == 1


@pytest.mark.parametrize("include", ["both", "connections"])
async def test_a_cursor_alone_goes_on_with_what_its_first_page_included(
    discovered: Discovered, include: str
) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        (row,) = (await talk.call("list_snapshots")).structured_content["items"]
        found = await talk.items(include=include, limit=500)  # `items` passes no include with a cursor
        assert sum("source" in item for item in found) == row["connections"]
        page = await talk.page(include=include, limit=1)
        again = await talk.page(include=include, cursor=page["next_cursor"], limit=1)
        assert again["count"] == 1
        assert "include" in await talk.refused(include="elements", cursor=page["next_cursor"])


async def test_full_detail_gives_what_aws_said_and_times_that_people_read() -> None:
    said_by_aws = {"CreatedAt": 1700000000.5, "Tags": [], "New": {"UpdatedAt": 1700000000, "Count": 3}}
    fill([CORE, attachment(1, attributes=json.dumps(said_by_aws))])
    async with conversation() as talk:
        page = await talk.page(element_types=["attachment"], detail="full")
    (item,) = page["items"]
    assert item["core_network"] == "core-network-1"
    assert item["attributes"] == {
        "CreatedAt": "2023-11-14T22:13:20.500000Z",
        "Tags": [],
        "New": {"UpdatedAt": "2023-11-14T22:13:20Z", "Count": 3},
    }


@pytest.mark.parametrize("mode", ERAS)
@pytest.mark.parametrize("tool", ["stream_topology", "list_snapshots"])
async def test_text_is_the_same_json_as_the_structure_and_compact(
    discovered: Discovered, mode: str, tool: str
) -> None:
    discovered(**SIZE)
    async with conversation(mode) as talk:
        result = await talk.call(tool)
    text = said(result)
    assert json.loads(text) == result.structured_content
    assert text == json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))


async def test_of_several_core_networks_one_has_to_be_named(discovered: Discovered) -> None:
    simulator = discovered(attachments=60, core_networks=2)
    first, second = simulator.estate.ids("ListCoreNetworks")
    async with conversation() as talk:
        message = await talk.refused()
        assert first in message
        assert second in message
        assert "2 core networks" in message
        items = await talk.items(core_network_id=second, detail="full", limit=500)
        unknown = await talk.refused(core_network_id="core-network-0")
        wrong = await talk.refused(global_network_id="global-network-0")
    assert {item["core_network"] for item in items} == {second}
    assert {i["id"] for i in items if "-attachment" in i["type"]} == set(
        simulator.estate.ids("ListAttachments", CoreNetworkId=second)
    )
    assert "core_network_id" in unknown
    assert second in unknown
    assert next(simulator.estate.ids("DescribeGlobalNetworks")) in wrong


async def test_several_core_networks_are_noticed_by_a_first_page_that_discovers(simulate: Discovered) -> None:
    late = Faults(operations={"ListCoreNetworks": {"latency": 1.0}})
    simulator = simulate(faults=late, attachments=60, core_networks=2)
    async with conversation() as talk:
        message = await talk.refused()
    assert all(each in message for each in simulator.estate.ids("ListCoreNetworks"))


async def test_a_snapshot_says_whose_it_is_and_when_it_is_stale(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    async with conversation(stale_after_s=0, alias="lab") as talk:
        assert "refresh" in await talk.refused(refresh="never")  # another alias, another shelf
    async with conversation(stale_after_s=0) as talk:
        page: dict[str, Any] = await talk.page(limit=1)
    assert page["snapshot"]["stale"]
    assert page["snapshot"]["age_s"] >= 0
    assert page["identity"] == {"account": simulator.estate.owner, "alias": "default"}
    assert "gaps" in page


async def test_snapshots_are_listed_newest_first_and_the_rest_counted(discovered: Discovered) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        new = fill([CORE, attachment(1)])
        answer = (await talk.call("list_snapshots", limit=1)).structured_content
    assert answer["count"] == 1
    assert answer["omitted"] == 1
    assert answer["items"][0]["snapshot"]["id"] == new.id
    assert answer["items"][0]["elements"] == 2


async def test_no_snapshots_point_to_the_tool_that_makes_one() -> None:
    async with conversation() as talk:
        answer = (await talk.call("list_snapshots")).structured_content
    assert answer["items"] == []
    assert "stream_topology" in answer["hint"]


async def test_only_the_fields_that_were_named_are_in_the_rows(discovered: Discovered) -> None:
    discovered(attachments=60)
    async with conversation() as talk:
        items = await talk.items(element_types=["vpc-attachment"], fields=["state", "CreatedAt"], limit=50)
        whole = await talk.items(element_types=["vpc-attachment"], detail="full", limit=50)
    assert [item["id"] for item in items] == [item["id"] for item in whole]
    for item, full in zip(items, whole, strict=True):
        assert item == {
            "id": full["id"],
            "type": full["type"],
            "state": full["state"],
            "CreatedAt": full["attributes"]["CreatedAt"],
        }
