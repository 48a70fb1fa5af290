"""Arguments that are wrong: refusals name the argument, its bound and the way out, and ask AWS nothing."""

from __future__ import annotations

from typing import Any

import pytest

from conversation import ERAS, conversation
from tools.conftest import Discovered

pytestmark = pytest.mark.anyio

WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"limit": 0}, ["limit", "greater than or equal to 1"]),
    ({"limit": 501}, ["limit", "less than or equal to 500"]),
    ({"limit": "many"}, ["limit", "integer", "many"]),
    ({"limit": 1.5}, ["limit", "integer"]),
    ({"account": "12"}, ["account", "12"]),
    ({"account": "12345678901a"}, ["account"]),
    ({"segment": "s" * 129}, ["segment", "128"]),
    ({"segment": None}, ["segment", "string"]),
    ({"edge": ["eu-west-1"]}, ["edge", "string"]),
    ({"element_types": ["t"] * 17}, ["element_types", "16"]),
    ({"element_types": ["t" * 129]}, ["element_types.0", "128"]),
    ({"element_types": "site"}, ["element_types", "list"]),
    ({"include": "all"}, ["include", "elements", "connections", "both"]),
    ({"detail": "max"}, ["detail", "concise", "full"]),
    ({"refresh": "yes"}, ["refresh", "auto", "always", "never"]),
    ({"routes": "prod"}, ["routes", "SEGMENT@EDGE", "prod@eu-west-1"]),
    ({"cursor": "nonsense"}, ["cursor", "without cursor"]),
    ({"text": "t" * 129}, ["text", "128"]),
    ({"tag": {"Key": "x"}}, ["tag", "string"]),
    ({"segement": "prod"}, ["segement", "segment"]),
    ({"Segment": "prod"}, ["Segment", "segment"]),
    ({"ctx": {}}, ["'ctx'"]),
    ({"x" * 5000: 1}, ["xxx"]),
    ({f"x{n}": n for n in range(50)}, ["x0", "x4"]),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG)
async def test_a_wrong_argument_is_refused_by_name_before_aws_is_asked(
    simulate: Discovered, arguments: dict[str, Any], words: list[str]
) -> None:
    simulator = simulate(attachments=20)
    async with conversation() as talk:
        message = await talk.refused(**arguments)
        assert talk.app.discovery is None
    assert all(word in message for word in words), message
    assert any(way in message for way in ("call again", "Call again", "it has", "Write e.g.", "Pass"))
    assert len(message) <= 2000
    assert "Traceback" not in message
    assert "pydantic" not in message
    assert not simulator.calls


@pytest.mark.parametrize("mode", ERAS)
async def test_a_misspelt_argument_of_any_tool_is_told_which_there_are(mode: str) -> None:
    async with conversation(mode) as talk:
        message = await talk.refused("list_snapshots", limits=3)
        assert message == "list_snapshots has no argument 'limits'; it has limit."
        assert "limit" in await talk.refused("list_snapshots", limit=21)
        assert "Unknown tool" in await talk.refused("drop_network")


async def test_arguments_that_are_left_out_and_those_at_their_bounds_are_accepted(
    discovered: Discovered,
) -> None:
    discovered(attachments=20)
    async with conversation() as talk:
        for arguments in (
            {},
            {"limit": 1},
            {"limit": 500},
            {"segment": "s" * 128},
            {"element_types": []},
            {"element_types": None},
            {"account": ""},
            {"cursor": ""},
        ):
            await talk.page(**arguments)


async def test_refresh_never_asks_aws_nothing(simulate: Discovered) -> None:
    simulator = simulate(attachments=20)
    async with conversation() as talk:
        message = await talk.refused(refresh="never")
    assert "refresh='auto'" in message
    assert not simulator.calls
