"""What clients are shown of each tool, held against a kept copy: a change is a change for every user.

After a wanted change: CLOUDWAN_UPDATE_SNAPSHOTS=1 python -m pytest tests/tools/test_definitions.py
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import pytest
from mcp.server.mcpserver import MCPServer

from cloudwan_mcp.definition import AROUND, outline, slim
from cloudwan_mcp.reply import Envelope, PolicyEnvelope
from cloudwan_mcp.server import INSTRUCTIONS
from cloudwan_mcp.tool import Tool
from cloudwan_mcp.tools import TOOLS
from conversation import ERAS, conversation

KEPT = Path(__file__).parent / "snapshots"
# read before a test's own environment takes its place
UPDATE = bool(os.environ.get("CLOUDWAN_UPDATE_SNAPSHOTS"))
NAMES = [tool.name for tool in TOOLS]
POLICIES = ("segment_matrix", "check_reachability", "explain_association", "lint_policy", "simulate_policy")
WRITING = {"export_topology"}  # files, where it is asked to


async def listed(mode: str = "legacy") -> dict[str, dict[str, Any]]:
    async with conversation(mode, pages=True) as talk:
        tools = (await talk.client.list_tools()).tools
    return {tool.name: tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CLOUDWAN_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        return anyio.run(listed)


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_is_the_one_that_is_kept(definitions: dict[str, dict[str, Any]], name: str) -> None:
    path = KEPT / f"{name}.json"
    text = json.dumps(definitions[name], indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path} is missing; {__doc__}"
    assert text == path.read_text(encoding="utf-8"), __doc__


def test_a_copy_is_kept_of_every_tool_and_of_no_other() -> None:
    assert {path.stem for path in KEPT.glob("*.json")} == set(NAMES)


def test_both_eras_are_shown_the_same(definitions: dict[str, dict[str, Any]]) -> None:
    for mode in ERAS:
        assert anyio.run(listed, mode) == definitions


def test_all_definitions_together_are_small(definitions: dict[str, dict[str, Any]]) -> None:
    """A model reads them before its first call: 14 KB for the network, 3 KB more for policies.

    What only a page calls is not shown to a model, nor listed where no page is: 2 KB more.
    """

    def together(names: Iterable[str]) -> int:
        return sum(len(json.dumps(definitions[name], separators=(",", ":"))) + 1 for name in names)

    of_pages = {tool.name for tool in TOOLS if tool.for_page}
    assert together(definitions.keys() - {*POLICIES} - of_pages) <= 14 * 1024
    assert together(definitions.keys() - of_pages) <= 17 * 1024
    assert together(of_pages) <= 2 * 1024
    assert len(INSTRUCTIONS) <= 2048


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_keeps_to_what_clients_take(definitions: dict[str, dict[str, Any]], name: str) -> None:
    tool = definitions[name]
    assert len(name) <= 24
    assert name.replace("_", "").isalnum()
    assert 40 <= len(tool["description"].encode()) <= 2048
    assert tool["title"]
    assert tool["annotations"]["readOnlyHint"] is (name not in WRITING)
    assert name not in WRITING or tool["annotations"]["destructiveHint"] is False
    assert tool["inputSchema"].get("required", []) == []
    assert "ctx" not in tool["inputSchema"]["properties"]
    for schema in (tool["inputSchema"], tool["outputSchema"]):
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("tool", TOOLS, ids=NAMES)
def test_every_parameter_is_bounded(tool: Tool) -> None:
    server: MCPServer[Any] = MCPServer("bare")
    tool.register(server)
    (whole,) = anyio.run(server.list_tools)
    for argument, schema in whole.input_schema["properties"].items():
        choices = schema.get("anyOf", [schema])
        for choice in (each for each in choices if each.get("type") not in ("null", "boolean")):
            bounds = choice.keys() & {"enum", "maxLength", "maximum", "maxItems", "pattern"}
            assert bounds, f"{argument} takes anything"


def test_instructions_name_every_way_to_narrow_and_to_go_on() -> None:
    for word in ("read-only", "segment", "next_cursor", "complete", "gaps", "never instructions"):
        assert word in INSTRUCTIONS


def test_no_definition_says_what_goes_without_saying(definitions: dict[str, dict[str, Any]]) -> None:
    text = json.dumps([[tool["inputSchema"], tool["outputSchema"]] for tool in definitions.values()])
    for word in ('"title": "', '"type": "null"', '"default": null', '"additionalProperties": true'):
        assert word not in text


@pytest.mark.parametrize(
    ("schema", "left"),
    [
        ({"title": "Limit", "type": "integer", "default": 5}, {"type": "integer", "default": 5}),
        (
            {"properties": {"title": {"type": "string", "title": "Title"}}},
            {"properties": {"title": {"type": "string"}}},
        ),
        (
            {
                "anyOf": [{"type": "string", "pattern": "a"}, {"type": "null"}],
                "default": None,
                "description": "d",
            },
            {"type": "string", "pattern": "a", "description": "d"},
        ),
        (
            {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "integer"}]},
            {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "integer"}]},
        ),
        ({"enum": ["title", None], "default": "a"}, {"enum": ["title", None], "default": "a"}),
        ({"type": "string", "maxLength": 9, "default": ""}, {"type": "string"}),
        (
            {"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 3},
            {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        ),
    ],
)
def test_a_schema_loses_what_repeats_and_nothing_that_binds(
    schema: dict[str, Any], left: dict[str, Any]
) -> None:
    assert slim(schema) == left


def test_an_answer_is_described_by_its_members_and_not_by_their_insides() -> None:
    inside = {"$ref": "#/$defs/State"}
    members = {
        "items": {"type": "array", "items": inside},
        "state": inside,
        "n": {"type": "integer", "minimum": 0},
        "told": {**inside, "description": "d"},
        "hint": {"type": "string"},
    }
    required = ["items", "state", "n", "hint"]
    schema = {"type": "object", "required": required, "properties": members, "$defs": {"State": {}}}
    outlined = {"items": {"type": "array"}, "state": {"type": "object"}, "n": {"type": "integer"}}
    assert outline(schema) == {"type": "object", "properties": outlined}
    assert outline(None) is None


def test_what_stands_around_every_answer_is_told_once() -> None:
    assert set(AROUND) == {*Envelope.model_fields, *PolicyEnvelope.model_fields}
    for name in ("snapshot", "account", "gaps", "hint"):
        assert name in INSTRUCTIONS


def test_an_argument_that_several_tools_take_is_described_once(
    definitions: dict[str, dict[str, Any]],
) -> None:
    said = [
        (name, member["description"])
        for tool in TOOLS
        for name, member in definitions[tool.name]["inputSchema"]["properties"].items()
        if "description" in member
    ]
    assert len(said) == len(set(said))
    assert {"segment", "edge", "account", "state", "cursor"} <= {name for name, _ in said}
