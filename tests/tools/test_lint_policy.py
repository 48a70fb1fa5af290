"""lint_policy: the findings of the document meant, bounded, and what is no document is refused by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cloudwan_mcp.policy.lint import lint
from cloudwan_mcp.policy.parse import parse
from conversation import conversation
from tools.by_hand import CORE, fill
from tools.conftest import Discovered
from tools.policy_documents import UNREADABLE, in_force, large, text

pytestmark = pytest.mark.anyio
TOOL = "lint_policy"
SIZE = {"attachments": 120}
MANY = {"segments": [{"name": f"a-{n}", "edge-locations": [f"r{n}"]} for n in range(60)]}


async def test_the_policy_in_force_comes_from_the_snapshot(discovered: Discovered) -> None:
    simulator = discovered(**SIZE)
    expected = [(each.check, each.pointer, each.line) for each in lint(in_force(simulator))]
    async with conversation() as talk:
        answer = await talk.page(TOOL)
    assert [(row["check"], row["pointer"], row["line"]) for row in answer["findings"]] == expected
    assert (answer["policy"]["source"], answer["policy"]["alias"]) == ("snapshot", "LIVE")
    assert answer["snapshot"]["id"]
    assert answer["complete"]
    assert not simulator.calls


@pytest.mark.parametrize(
    ("given", "alias"), [("LATEST", "LATEST"), ("4", "LATEST"), ("3", "LIVE"), ("2", None)]
)
async def test_other_versions_are_asked_of_aws(discovered: Discovered, given: str, alias: str | None) -> None:
    simulator = discovered(**SIZE)
    which = {"PolicyVersionId": int(given)} if given.isdigit() else {"Alias": given}
    expected = len(lint(in_force(simulator, **which)))
    async with conversation() as talk:
        answer = await talk.page(TOOL, policy=given, limit=100)
    assert len(answer["findings"]) == expected
    assert answer["policy"].get("alias") == alias
    assert answer["policy"]["source"] == ("snapshot" if alias == "LIVE" else "AWS")
    assert set(simulator.calls) <= {"GetCoreNetworkPolicy"}
    assert simulator.calls["GetCoreNetworkPolicy"] == (alias != "LIVE")


async def test_a_version_that_there_is_not_is_said(discovered: Discovered) -> None:
    discovered(**SIZE)
    async with conversation() as talk:
        assert "9999" in await talk.refused(TOOL, policy="9999")


async def test_a_document_at_hand_needs_neither_aws_nor_a_snapshot() -> None:
    async with conversation() as talk:
        answer = await talk.page(TOOL, policy=text(MANY), limit=100)
        assert talk.app.discovery is None
    assert "snapshot" not in answer
    assert answer["policy"] == {"source": "argument"}
    found = lint(parse(text(MANY)))
    assert answer["counts"] == {
        name: sum(each.severity == name for each in found) for name in ("error", "warning", "info")
    }


async def test_offsets_lead_through_all_findings_once() -> None:
    expected = [(each.check, each.pointer, each.message) for each in lint(parse(text(MANY)))]
    assert len(expected) > 60
    async with conversation() as talk:
        rows, offset = [], 0
        while offset is not None:
            answer = await talk.page(TOOL, policy=text(MANY), offset=offset, limit=25)
            assert answer["complete"] is ("next_offset" not in answer)
            rows += answer["findings"]
            offset = answer.get("next_offset")
        counted = await talk.page(TOOL, policy=text(MANY), limit=0)
    assert [(row["check"], row["pointer"], row["message"]) for row in rows] == expected
    assert sum(counted["counts"].values()) == len(expected)
    assert counted["findings"] == []


async def test_the_default_answer_is_short_however_much_is_wrong() -> None:
    async with conversation() as talk:
        for document in (MANY, large(), {"segments": [{"name": "x" * 4000}] * 50}):
            result = await talk.call(TOOL, policy=text(document))
            assert len(result.content[0].text) <= 8000


@pytest.mark.parametrize(("given", "words"), UNREADABLE, ids=[each[:12] for each, _ in UNREADABLE])
async def test_what_is_no_document_is_refused_before_aws_is_asked(
    simulate: Discovered, given: str, words: list[str]
) -> None:
    simulator = simulate(**SIZE)
    async with conversation() as talk:
        message = await talk.refused(TOOL, policy=given)
        assert talk.app.discovery is None
    assert all(word in message for word in words), message
    assert len(message) <= 600
    assert not simulator.calls


async def test_a_file_is_read_in_the_export_folder_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "exports", tmp_path / "outside.json"
    inside.mkdir()
    outside.write_text(text(MANY), encoding="utf-8")
    (inside / "proposed.json").write_text(text(MANY), encoding="utf-8")
    (inside / "link.json").symlink_to(outside)
    os.mkfifo(inside / "pipe.json")
    (inside / "folder.json").mkdir()
    (inside / "vast.json").write_bytes(b" " * (1024 * 1024 + 1))
    monkeypatch.setenv("CLOUDWAN_EXPORT_DIR", str(inside))
    async with conversation() as talk:
        answer = await talk.page(TOOL, policy="file:proposed.json")
        assert answer["policy"] == {"source": "file:proposed.json"}
        assert answer["counts"] == (await talk.page(TOOL, policy="file:proposed"))["counts"]
        for name in ("link", "pipe", "folder", "outside", "../outside"):
            assert "policy: " in await talk.refused(TOOL, policy=f"file:{name}.json")
        assert "larger than" in await talk.refused(TOOL, policy="file:vast.json")


async def test_a_network_without_a_policy_says_so() -> None:
    fill([])
    async with conversation() as talk:
        message = await talk.refused(TOOL)
    assert "no core network" in message


async def test_several_core_networks_need_one_to_be_named() -> None:
    fill([CORE, type(CORE)("core-network-2", "core-network", "b", "global-network-1", "core-network-2")])
    async with conversation() as talk:
        assert "core-network-2" in await talk.refused(TOOL)
