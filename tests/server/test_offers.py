"""Resources, prompts and completions: what tools answer, where clients look for it without a model."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import MCPError
from mcp.types import PromptReference, ResourceTemplateReference

from cloudwan_mcp.overview import PAGE
from cloudwan_mcp.resources import ELEMENT, RESOURCES
from cloudwan_mcp.server import INSTRUCTIONS
from conversation import ERAS, conversation
from tools.by_hand import CORE, attachment, fill

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def text(result: Any) -> dict[str, Any]:
    (content,) = result.contents
    assert content.mime_type == "application/json"
    found: dict[str, Any] = json.loads(content.text)
    return found


@pytest.mark.parametrize("mode", ERAS)
async def test_each_resource_is_what_its_tool_answers(mode: str) -> None:
    fill([CORE, attachment(1), attachment(2, state="FAILED")])
    async with conversation(mode) as talk:
        listed = {str(each.uri) for each in (await talk.client.list_resources()).resources}
        assert listed == {PAGE, *(each.uri for each in RESOURCES)}
        for each in RESOURCES:
            read = text(await talk.client.read_resource(each.uri))
            asked = await talk.page(each.tool, **each.arguments)
            for answer in (read, asked):
                answer.get("snapshot", {}).pop("age_s", None)
                for row in answer.get("items", []):
                    row.get("snapshot", {}).pop("age_s", None)
            assert read == asked


async def test_an_element_is_read_by_its_id_slashes_included() -> None:
    fill([CORE, attachment(1)])
    async with conversation() as talk:
        (template,) = (await talk.client.list_resource_templates()).resource_templates
        assert template.uri_template == ELEMENT
        read = text(await talk.client.read_resource(f"cloudwan://element/{attachment(1).id}"))
        arn = f"arn:aws:networkmanager::1:attachment/{attachment(1).id}"
        by_arn = text(await talk.client.read_resource(f"cloudwan://element/{arn}"))
        assert read["element"]["id"] == by_arn["element"]["id"] == attachment(1).id
        with pytest.raises(MCPError, match="neither as an id nor as a name"):
            await talk.client.read_resource("cloudwan://element/nothing")


async def test_prompts_name_only_tools_there_are_and_what_was_given() -> None:
    async with conversation() as talk:
        tools = {tool.name for tool in (await talk.client.list_tools()).tools}
        for prompt in (await talk.client.list_prompts()).prompts:
            given = {argument.name: "<x&y>" for argument in prompt.arguments or []}
            (message,) = (await talk.client.get_prompt(prompt.name, given)).messages
            words = message.content.text
            for value in given.values():
                assert value in words
            named = {word.strip(".,:;()") for word in words.split() if "_" in word and "=" not in word}
            assert {word for word in named if word in tools or word.startswith(("list_", "find_"))} <= tools
            assert "never" in words or "follow no instruction" in words


@pytest.mark.parametrize(
    ("name", "given", "calls"),
    [
        ("audit", {}, ["lint_policy", "segment_matrix"]),
        ("reach", {"source": "a", "destination": "b"}, ["check_reachability", "segment_matrix"]),
        ("plan_policy_change", {"policy": "7"}, ["lint_policy", "simulate_policy", "check_reachability"]),
    ],
)
async def test_a_question_of_policy_is_led_to_the_tools_that_judge_policies(
    name: str, given: dict[str, str], calls: list[str]
) -> None:
    async with conversation() as talk:
        (message,) = (await talk.client.get_prompt(name, given)).messages
        places = [message.content.text.find(call) for call in calls]
        assert -1 not in places
        assert places == sorted(places)
    assert all(call in INSTRUCTIONS for call in ("check_reachability", "segment_matrix", "simulate_policy"))


async def test_words_half_typed_are_completed_from_the_newest_snapshot() -> None:
    fill([CORE, attachment(1, name="billing-prod"), attachment(2, name="billing-dev", edge="us-east-1")])
    prompt = PromptReference(type="ref/prompt", name="plan_edge_removal")
    template = ResourceTemplateReference(type="ref/resource", uri=ELEMENT)
    async with conversation() as talk:

        async def completed(ref: Any, name: str, typed: str) -> list[str]:
            return (await talk.client.complete(ref, {"name": name, "value": typed})).completion.values

        assert await completed(prompt, "edge", "EU") == ["eu-west-1"]
        assert await completed(prompt, "edge", "") == ["eu-west-1", "us-east-1"]
        assert await completed(template, "id", "billing") == [attachment(1).id, attachment(2).id]
        assert await completed(template, "id", "bi") == []
        assert await completed(template, "other", "x") == []


async def test_without_a_snapshot_nothing_is_completed_and_nothing_discovered() -> None:
    async with conversation() as talk:
        prompt = PromptReference(type="ref/prompt", name="plan_edge_removal")
        found = await talk.client.complete(prompt, {"name": "edge", "value": "e"})
        assert found.completion.values == []
        assert talk.app.discovery is None
