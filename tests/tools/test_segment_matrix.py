"""segment_matrix: what the policy room says of every pair, folded, explained on demand, and in bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.inspection import inspections
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.parse import parse
from conversation import conversation
from policy.test_folding import names, unfolded
from tools.conftest import Discovered
from tools.policy_documents import UNREADABLE, in_force, large, text

pytestmark = pytest.mark.anyio
TOOL = "segment_matrix"
SIZE = {"attachments": 120}


def verdicts(answer: dict[str, Any], document: Document) -> dict[tuple[str, str], str]:
    every = matrix(document).segments
    pairs = {pair: row["verdict"] for row in answer["pairs"] for pair in unfolded(row, every)}
    found = {(a, b): pairs.get(frozenset((a, b)), "no-route") for a in every for b in every if a != b}
    for verdict, said in answer["own"].items():
        found |= {(name, name): verdict.partition(",")[0] for name in names(said, every)}
    return found


async def test_every_cell_of_the_policy_in_force_is_told(discovered: Discovered) -> None:
    simulator = discovered(segments=8, **SIZE)
    document = in_force(simulator)
    async with conversation() as talk:
        answer = await talk.page(TOOL)
    assert verdicts(answer, document) == {pair: cell.verdict for pair, cell in matrix(document).cells.items()}
    assert answer["segments"] == 8
    assert {name for row in answer["egress"] for name in row["segments"]} == set(matrix(document).exits)
    assert answer["complete"]
    assert not simulator.calls


async def test_a_row_names_the_actions_that_made_each_cell(discovered: Discovered) -> None:
    document = in_force(discovered(segments=8, **SIZE))
    found = matrix(document)
    async with conversation() as talk:
        answer = await talk.page(TOOL, segment="production")
    told = {name: row for row in answer["cells"] for name in row["to"]}
    for (source, other), cell in found.cells.items():
        if source == "production" and cell.routed:
            row = told.pop(other)
            assert (row["verdict"], tuple(row["because"])) == (cell.verdict, cell.because)
            assert row["by"] == list(dict.fromkeys(cell.pointers))
    assert not told


async def test_a_cell_says_in_which_region_each_pair_of_edges_is_inspected(discovered: Discovered) -> None:
    document = in_force(discovered(segments=8, edges=3, **SIZE))
    async with conversation() as talk:
        answer = await talk.page(TOOL, segment="nonproduction", other="production")
    forward, back = answer["cells"]
    assert (forward["from"], back["from"]) == ("nonproduction", "production")
    cell = matrix(document).cells["nonproduction", "production"]
    assert sum(row["edge_pairs"] for row in forward["inspection"]) == len(list(inspections(document, cell)))
    assert {row["group"] for row in forward["inspection"]} == {"inspection"}
    assert [each["name"] for each in answer["assumptions"]] == ["single-hop-default"]
    assert answer["assumptions"][0]["otherwise"]


async def test_a_pair_both_shared_and_inspected_is_an_assumption_and_not_a_choice() -> None:
    document = large(segments=3)
    document["segment-actions"][2]["when-sent-to"] = {"segments": [document["segments"][0]["name"]]}
    async with conversation() as talk:
        answer = await talk.page(TOOL, policy=text(document))
    assert "shared-and-inspected" in {each["name"] for each in answer["assumptions"]}
    assert any(row.get("bypass") for row in answer["pairs"])


async def test_forty_segments_are_answered_in_eight_thousand_characters() -> None:
    async with conversation() as talk:
        for segments, edges in ((40, 20), (40, 1)):
            document = large(segments, edges)
            result = await talk.call(TOOL, policy=text(document))
            told = result.content[0].text
            assert len(told) <= 8000, len(told)
            answer = json.loads(told)
            assert answer["complete"]
            if "pairs" in answer:
                found = parse(text(document))
                assert verdicts(answer, found) == {
                    pair: cell.verdict for pair, cell in matrix(found).cells.items()
                }
            one = await talk.page(TOOL, policy=text(document), segment="tenant05production")
            assert one["complete"]


async def test_a_matrix_without_any_order_comes_as_letters() -> None:
    document = large()
    names = [each["name"] for each in document["segments"]]
    document["segment-actions"] = [
        {
            "action": "share",
            "segment": name,
            "share-with": [o for m, o in enumerate(names) if (n * m) % 7 in (1, 2, 4)],
        }
        for n, name in enumerate(names)
    ]
    found = matrix(parse(text(document)))
    async with conversation() as talk:
        result = await talk.call(TOOL, policy=text(document))
    answer = json.loads(result.content[0].text)
    assert len(result.content[0].text) <= 8000
    assert answer["complete"]
    if "grid" in answer:
        for (source, other), cell in found.cells.items():
            assert (answer["grid"][source][names.index(other)] != ".") is (cell.verdict != "no-route")


@pytest.mark.parametrize("count", [200, 201])
async def test_more_segments_than_aws_allows_are_bounded_or_refused(count: int) -> None:
    async with conversation(reply_bytes=8192) as talk:
        result = await talk.call(TOOL, policy=text(large(count, 2)))
    told = result.content[0].text
    assert len(told.encode()) <= 8192
    assert result.is_error is (count > 200)
    if not result.is_error:
        assert not json.loads(told)["complete"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"segment": "nowhere"}, ["segment='nowhere'", "It has", "tenant00production"]),
        ({"segment": "tenant00production", "other": "x"}, ["other='x'"]),
        ({"other": "tenant00production"}, ["other goes with segment", "Name both"]),
    ],
)
async def test_segments_that_there_are_not_are_refused(arguments: dict[str, str], words: list[str]) -> None:
    async with conversation() as talk:
        message = await talk.refused(TOOL, policy=text(large()), **arguments)
    assert all(word in message for word in words), message


@pytest.mark.parametrize(("given", "words"), UNREADABLE[:6], ids=[each[:12] for each, _ in UNREADABLE[:6]])
async def test_what_is_no_document_is_refused_before_aws_is_asked(
    simulate: Discovered, given: str, words: list[str]
) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        message = await talk.refused(TOOL, policy=given)
    assert all(word in message for word in words), message
    assert not simulator.calls
