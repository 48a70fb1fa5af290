"""map_grid and map_cell: what the map's page asks for; every attachment is in one cell, once."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from cloudwan_mcp.model import Scope
from cloudwan_mcp.settings import load
from cloudwan_mcp.store import Folder
from conversation import Conversation, conversation
from render.networks import hostile, layout
from tools.by_hand import CORE, IDENTITY, attachment, fill
from tools.conftest import Discovered
from tools.test_show_topology import grid

pytestmark = pytest.mark.anyio


async def cell(talk: Conversation, **asked: Any) -> list[dict[str, Any]]:
    """All attachments of a cell, page by page."""
    page = await talk.page("map_cell", **asked)
    pages = [page]
    while page.get("next_cursor"):
        page = await talk.page("map_cell", **asked, cursor=page["next_cursor"])
        pages.append(page)
    assert page["complete"]
    return [
        {"id": row[0], "name": row[1], "type": each["types"][row[2]], "state": each["states"][row[4]]}
        | ({"account": row[3]} if row[3] else {})
        for each in pages
        for row in each["rows"]
    ]


async def test_the_cells_together_are_the_attachments_of_the_network(discovered: Discovered) -> None:
    simulator = discovered(attachments=300)
    async with conversation(pages=True) as talk:
        answer = await talk.page("map_grid")
        found: list[str] = []
        for (segment, edge), count in grid(answer).items():
            rows = await cell(talk, snapshot=answer["snapshot"]["id"], segment=segment, edge=edge, limit=5)
            assert len(rows) == count
            found += [row["id"] for row in rows]
    assert len(found) == len(set(found)) == 300
    assert set(found) == set(simulator.estate.ids("ListAttachments"))


@pytest.mark.parametrize(
    "filters", [{"state": "failed"}, {"type": "VPC"}, {"type": "connect-attachment"}, {"tag": "Environment"}]
)
async def test_grid_and_cells_take_the_same_filters(discovered: Discovered, filters: dict[str, str]) -> None:
    discovered(attachments=300)
    same = {name: value for name, value in filters.items() if name != "type"}
    kind = "vpc-attachment" if filters.get("type") == "VPC" else filters.get("type", "attachment")
    async with conversation(pages=True) as talk:
        answer = await talk.page("map_grid", **filters)
        rows = await cell(talk, **filters, limit=7)
        items = await talk.items(**same, element_types=[kind], limit=500)
    assert answer["totals"]["attachments"] == len(rows) == len(items) > 0
    assert [row["id"] for row in rows] == [item["id"] for item in items]
    assert answer["filters"].keys() == filters.keys()


async def test_an_account_filters_and_a_value_that_is_nowhere_is_told_what_there_is(
    discovered: Discovered,
) -> None:
    discovered(attachments=300)
    async with conversation(pages=True) as talk:
        (first, *_) = (await talk.page("map_cell", limit=1))["rows"]
        answer = await talk.page("map_grid", account=first[3])
        nowhere = await talk.page("map_grid", state="BROKEN")
    assert 0 < answer["totals"]["attachments"] < 300
    assert nowhere["totals"]["attachments"] == 0
    assert "No state 'BROKEN'; there" in nowhere["hint"]


@pytest.mark.parametrize("asked", [{}, {"account": "222222222222"}, {"state": "FAILED"}])
async def test_what_has_no_segment_or_edge_is_counted_as_it_is_listed(asked: dict[str, str]) -> None:
    placed = [("prod", ""), ("", "eu-west-1"), ("", ""), ("prod", "eu-west-1")]
    made = [
        attachment(at, segment=segment, edge=edge, account=f"{account}" * 12, state=state)
        for at, ((segment, edge), account, state) in enumerate(
            itertools.product(placed, (1, 2), ("AVAILABLE", "FAILED"))
        )
    ]
    fill([CORE, *made])
    async with conversation(pages=True) as talk:
        for segment, edge in itertools.product(("", "(none)"), repeat=2):
            page = await talk.page("map_cell", segment=segment, edge=edge, **asked)
            expected = [
                each.id
                for each in made
                if (not segment or not each.segment)
                and (not edge or not each.edge)
                and asked.get("account", each.account) == each.account
                and asked.get("state", each.state) == each.state
            ]
            assert [row[0] for row in page["rows"]] == expected
            assert page["total"] == len(expected)


async def test_pages_of_a_growing_cell_neither_repeat_nor_skip_and_end_when_it_is_complete() -> None:
    folder = Folder(load())
    found: list[str] = []
    with folder.writing(), folder.stage(IDENTITY) as staging:
        staging.add_steps([("attachment", Scope("global-network-1", "core-network-1"))])
        (step,) = staging.steps()
        staging.commit(step, [CORE, *map(attachment, range(10))], token="more")
        async with conversation(pages=True) as talk:
            page = await talk.page("map_cell", segment="prod", edge="eu-west-1", limit=7)
            snapshot = page["snapshot"]["id"]
            found += [row[0] for row in page["rows"]]
            for start in (10, 20):
                page = await talk.page("map_cell", cursor=page["next_cursor"])
                found += [row[0] for row in page["rows"]]
                assert not page["complete"]
                token = "more" if start == 10 else None
                staging.commit(step, [*map(attachment, range(start, start + 10))], token=token)
            folder.publish(staging)
            page = await talk.page("map_cell", cursor=page["next_cursor"])
            found += [row[0] for row in page["rows"]]
            assert (page["complete"], page["snapshot"]["id"]) == (True, snapshot)
    folder.close()
    assert found == [attachment(n).id for n in range(30)]


async def test_a_cursor_goes_with_its_own_question_only() -> None:
    fill([CORE, *map(attachment, range(5))])
    async with conversation(pages=True) as talk:
        ahead = (await talk.page("map_cell", segment="prod", limit=2))["next_cursor"]
        assert len((await talk.page("map_cell", segment="prod", cursor=ahead))["rows"]) == 3
        for other in ({"segment": "dev"}, {"state": "FAILED"}, {"snapshot": "20200101T000000-1"}):
            assert "cursor belongs to another" in await talk.refused("map_cell", cursor=ahead, **other)
        stream = (await talk.page(limit=2))["next_cursor"]
        for wrong in (ahead[:-1], stream, "x"):
            assert "cursor" in await talk.refused("map_cell", cursor=wrong)
        for snapshot in ("../x", "20200101T000000-1"):
            assert await talk.refused("map_cell", snapshot=snapshot)
        assert "several" in await talk.refused("map_cell", segment="(others)")


async def test_hostile_names_are_asked_for_as_they_are_shown() -> None:
    values = hostile()
    values += [attachment(99, name="n", segment="", edge="")]
    fill(values)
    async with conversation(pages=True) as talk:
        answer = await talk.page("map_grid")
        found = [
            row["id"]
            for segment, edge in grid(answer)
            for row in await cell(talk, segment=segment, edge=edge)
        ]
    assert len(found) == len(set(found)) == answer["totals"]["attachments"]
    assert attachment(99).id in found


async def test_a_page_of_a_cell_keeps_to_its_bytes() -> None:
    fill([*layout(["prod"], ["eu-west-1"]), *(attachment(n, name="語" * 250) for n in range(200))])
    async with conversation(pages=True, reply_bytes=8 * 1024) as talk:
        page = await talk.page("map_cell", limit=200)
        assert len(json.dumps(page, ensure_ascii=False).encode()) <= 8 * 1024
        assert 0 < len(page["rows"]) < 200
        assert len(await cell(talk, limit=200)) == page["total"] == 200
