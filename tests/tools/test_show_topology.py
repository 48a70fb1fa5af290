"""show_topology: a table that stands alone, and the grid of a map for clients that show one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudwan_mcp.model import Gap
from cloudwan_mcp.simulator import Faults
from conversation import ERAS, conversation, said
from render.networks import hostile, layout, regular
from tools.by_hand import CORE, attachment, fill
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio
TOOL = "show_topology"


def grid(answer: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Counts by lane and edge."""
    lanes, edges = ([each[0] for each in answer[name]] for name in ("lanes", "edges"))
    return {(lanes[row], edges[at]): count for row, at, count, *_ in answer["cells"]}


def table(text: str) -> dict[tuple[str, str], int]:
    rows = [
        [each.strip() for each in line.strip("| ").split(" | ")] for line in text.splitlines() if "|" in line
    ]
    head, _, *body = rows
    return {
        (row[0].removesuffix(" (isolated)"), edge): int(value.replace(",", ""))
        for row in body
        for edge, value in zip(head[1:], row[1:], strict=True)
        if value[0].isdigit()
    }


@pytest.mark.parametrize("mode", ERAS)
async def test_table_and_grid_count_what_the_network_has(discovered: Discovered, mode: str) -> None:
    simulator = discovered(attachments=300)
    async with conversation(mode, pages=True) as talk:
        result = await talk.call(TOOL)
        groups = (
            await talk.page(
                "summarize_topology", group_by=["segment", "edge"], element_types=["attachment"], top=100
            )
        )["groups"]
    answer, text = result.structured_content, said(result)
    assert answer is not None
    assert answer["view"] == "grid"
    counted = grid(answer)
    assert {(g["segment"], g["edge"]): g["count"] for g in groups}.items() <= counted.items()
    assert sum(counted.values()) == answer["totals"]["attachments"] == 300
    shown = table(text)
    assert {place: n for place, n in shown.items() if "Total" not in place} == counted
    assert shown["Total", "Total"] == 300
    assert len(text.encode()) <= 6 * 1024
    for word in (answer["core_network"]["id"], answer["snapshot"]["id"], "policy version", " s old"):
        assert word in text
    assert answer["hint"] in text
    assert not simulator.calls


async def test_a_client_without_pages_is_sent_the_table_and_no_grid(discovered: Discovered) -> None:
    discovered(attachments=300)
    async with conversation() as talk:
        result = await talk.call(TOOL)
    assert "| Segment " in said(result)
    answer = result.structured_content
    assert answer is not None
    assert (answer["cells"], answer["lanes"], answer["edges"]) == (None, [], [])
    assert len(json.dumps(answer)) < 2048


async def test_a_grid_without_room_leaves_its_cells_to_the_page() -> None:
    fill(regular(4_000, 40, 34))
    async with conversation(pages=True, reply_bytes=8 * 1024) as talk:
        answer = await talk.page(TOOL)
        whole = await talk.page("map_grid", snapshot=answer["snapshot"]["id"])
    assert answer["cells"] is None
    assert answer["totals"] == whole["totals"]
    assert len(whole["lanes"]) == 40
    assert sum(grid(whole).values()) == 4_000
    assert len(json.dumps(whole, separators=(",", ":")).encode()) <= 48 * 1024


async def test_hostile_names_stay_text_in_both() -> None:
    fill(hostile())
    async with conversation(pages=True) as talk:
        result = await talk.call(TOOL)
    text, answer = said(result), result.structured_content
    assert answer is not None
    assert "<script>" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text.encode()) <= 6 * 1024
    names = json.dumps([answer["lanes"], answer["edges"]], ensure_ascii=False)
    assert not any(character < " " or "\ud800" <= character <= "\udfff" for character in names)
    assert all(len(lane[0]) <= 128 for lane in answer["lanes"])


async def test_what_could_not_be_read_is_said() -> None:
    fill(
        layout(["prod"], ["eu-west-1"]),
        [Gap("ListAttachments", "core-network-1", "AccessDenied", "no", "n:L")],
    )
    async with conversation() as talk:
        result = await talk.call(TOOL)
    assert "Could not be read: ListAttachments AccessDenied." in said(result)
    assert result.structured_content is not None
    assert result.structured_content["gaps"][0]["action"] == "n:L"


async def test_an_account_without_a_core_network_is_told_so() -> None:
    fill([])
    async with conversation(pages=True) as talk:
        result = await talk.call(TOOL)
        cell = await talk.page("map_cell")
    assert "no core network" in said(result)
    answer = result.structured_content
    assert answer is not None
    assert answer["core_network"] is None
    assert (answer["lanes"], answer["edges"], answer["cells"]) == ([], [], [])
    assert (cell["rows"], cell["total"], cell["complete"]) == ([], 0, True)


async def test_of_several_core_networks_one_is_shown_and_the_others_can_be_chosen(
    discovered: Discovered,
) -> None:
    discovered(attachments=200, core_networks=3)
    async with conversation(pages=True) as talk:
        first = await talk.page(TOOL)
        ids = [each[0] for each in first["networks"]]
        seen = [await talk.page(TOOL, core_network_id=each) for each in ids]
        refused = await talk.refused(TOOL, core_network_id="core-network-9")
    assert len(ids) == 3
    assert first["core_network"]["id"] == ids[0]
    assert "3 core networks" in first["hint"]
    assert [each["core_network"]["id"] for each in seen] == ids
    assert sum(each["totals"]["attachments"] for each in seen) == 200
    assert ids[1] in refused


async def test_a_page_is_drawn_while_the_network_is_discovered_and_grows(simulate: Discovered) -> None:
    simulate(attachments=300, faults=Faults(operations={"ListAttachments": {"latency": 0.3}}))
    async with conversation(pages=True, page_size=50) as talk:
        answer = await talk.page(TOOL)
        assert answer["snapshot"]["state"] == "growing"
        assert 0 < answer["totals"]["attachments"] < 300
        assert answer["totals"]["expected"] >= 300
        snapshot, counts = answer["snapshot"]["id"], [answer["totals"]["attachments"]]
        while answer["snapshot"]["state"] == "growing":
            answer = await talk.page("map_grid", snapshot=snapshot)
            counts.append(answer["totals"]["attachments"])
    assert counts == sorted(counts)
    assert counts[-1] == 300
    assert answer["snapshot"] == {**answer["snapshot"], "id": snapshot, "state": "complete"}


async def test_a_table_waits_for_the_whole(simulate: Discovered) -> None:
    simulate(attachments=120)
    async with conversation() as talk:
        result = await talk.call(TOOL)
    assert table(said(result))["Total", "Total"] == 120


async def test_never_without_a_snapshot_is_refused() -> None:
    async with conversation() as talk:
        assert "no complete snapshot" in await talk.refused(TOOL, refresh="never")
        assert "show_topology" in await talk.refused("map_grid")
    fill([CORE, attachment(1)])
    async with conversation() as talk:
        assert (await talk.page(TOOL, refresh="never"))["totals"]["attachments"] == 1
