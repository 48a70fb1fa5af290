"""simulate_policy: what the policy room finds between two documents, beside AWS's own change set."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudwan_mcp.policy.compare import Changes, compare
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.listed_item import read_attachment
from cloudwan_mcp.policy.parse import parse
from cloudwan_mcp.simulator import Faults, Simulator
from conversation import conversation
from tools.conftest import Discovered
from tools.policy_documents import UNREADABLE, client, in_force, large, text

pytestmark = pytest.mark.anyio
TOOL = "simulate_policy"
SIZE = {"attachments": 120, "segments": 8}


def compared(simulator: Simulator, before: Document, after: Document) -> Changes:
    listed = client(simulator).list_attachments(MaxResults=500)["Attachments"]
    simulator.calls.clear()
    return compare(before, after, map(read_attachment, listed))


def without(document: Document, *sections: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(document.text)
    return data | {section: [] for section in sections}


async def test_a_policy_that_drops_what_is_shared_loses_reachability_first(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    live = in_force(simulator)
    proposed = without(live, "segment-actions", "attachment-policies")
    expected = compared(simulator, live, parse(text(proposed)))
    async with conversation() as talk:
        answer = await talk.page(TOOL, policy=text(proposed))
    assert answer["summary"]["attachments_moved"] == expected.moved > 0
    assert answer["summary"]["cells_changed"] == expected.cell_count
    lost = {frozenset((c.source, c.destination)) for c in expected.cells if c.effect == "lost"}
    assert answer["reachability"][0]["effect"] == "lost"
    assert sum(row["pairs"] for row in answer["reachability"] if row["effect"] == "lost") == len(lost)
    assert sum(row["count"] for row in answer["mappings"]) == expected.moved
    assert {row["type"] for row in answer["changes"]} == {each.type for each in expected.changes}
    assert {row["segment"] for row in answer["exits"]} == {each.segment for each in expected.exits}
    assert answer["policy"] == {"source": "argument"}
    assert answer["against"]["alias"] == "LIVE"
    assert "aws_change_set" not in answer
    assert not simulator.calls


async def test_a_version_is_shown_beside_awss_own_change_set(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    live, latest = in_force(simulator), in_force(simulator, Alias="LATEST")
    expected = compared(simulator, live, latest)
    async with conversation() as talk:
        answer = await talk.page(TOOL)
    assert answer["policy"]["alias"] == "LATEST"
    assert [row["identifier"] for row in answer["changes"]] == [each.identifier for each in expected.changes]
    theirs = {(row["type"], row["action"]) for row in answer["aws_change_set"]["counts"]}
    assert ("CORE_NETWORK_SEGMENT", "ADD") in theirs
    ours = {(row["type"], row["action"]) for row in answer["changes"]}
    assert ("CORE_NETWORK_SEGMENT", "ADD") in ours
    assert set(simulator.calls) == {"GetCoreNetworkPolicy", "GetCoreNetworkChangeSet"}


async def test_a_change_set_that_is_refused_leaves_the_rest_standing(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    simulator.faults = Faults(operations={"GetCoreNetworkChangeSet": {"access_denied": 1.0}})
    async with conversation() as talk:
        answer = await talk.page(TOOL)
    assert answer["changes"]
    assert "GetCoreNetworkChangeSet" in answer["aws_change_set"]["error"]


async def test_the_same_policy_changes_nothing(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    async with conversation() as talk:
        answer = await talk.page(TOOL, policy=in_force(simulator).text)
    assert "Nothing changes." in answer["hint"]
    assert answer["summary"]["attachments"] == 120
    assert answer["complete"]


async def test_the_largest_policies_are_compared_in_eight_thousand_characters(discovered: Discovered) -> None:
    discovered(**SIZE)
    before = large()
    after = large()
    after["segment-actions"] = after["segment-actions"][1:]
    after["segments"] = [*after["segments"][:-1], {"name": "added"}]
    async with conversation() as talk:
        result = await talk.call(TOOL, policy=text(after), against=text(before))
        assert not result.is_error
        assert len(result.content[0].text) <= 8000
        other = await talk.call(TOOL, policy=text(before))
        assert len(other.content[0].text) <= 8000


@pytest.mark.parametrize("name", ["policy", "against"])
@pytest.mark.parametrize(
    ("given", "words"), UNREADABLE[1:6:2], ids=[each[:12] for each, _ in UNREADABLE[1:6:2]]
)
async def test_what_is_no_document_is_refused_before_aws_is_asked(
    simulate: Discovered, given: str, words: list[str], name: str
) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        message = await talk.refused(TOOL, **{name: given})
    assert message.removeprefix(f"Error executing tool {TOOL}: ").startswith(name), message
    assert all(word in message for word in words[1:]), message
    assert not simulator.calls
