"""The map as an MCP App: what a client that shows pages is told, and what one that does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID

from cloudwan_mcp.map import page
from cloudwan_mcp.overview import PAGE
from cloudwan_mcp.pages import without_tools_of_pages
from cloudwan_mcp.tools import TOOLS
from conversation import ERAS, Conversation, conversation

pytestmark = pytest.mark.anyio
OF_PAGES = {tool.name for tool in TOOLS if tool.for_page}
ALL = {tool.name for tool in TOOLS}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def listed(talk: Conversation) -> dict[str, Any]:
    """What `_meta.ui` says of each tool."""
    return {tool.name: (tool.meta or {}).get("ui") for tool in (await talk.client.list_tools()).tools}


@pytest.mark.parametrize("mode", ERAS)
async def test_a_client_that_shows_pages_finds_the_page_and_what_it_calls(mode: str) -> None:
    async with conversation(mode, pages=True) as talk:
        tools = await listed(talk)
        (content,) = (await talk.client.read_resource(PAGE)).contents
        kinds = {str(each.uri): each.mime_type for each in (await talk.client.list_resources()).resources}
    assert tools.keys() == ALL
    assert tools["show_topology"] == {"resourceUri": PAGE}
    assert {name for name, shown in tools.items() if shown == {"visibility": ["app"]}} == OF_PAGES
    assert {name for name, shown in tools.items() if shown} == OF_PAGES | {"show_topology"}
    assert (content.mime_type, content.text) == (APP_MIME_TYPE, page())
    assert kinds[PAGE] == APP_MIME_TYPE


async def test_the_extension_is_among_what_the_server_can_do() -> None:
    async with conversation("auto", pages=True) as talk:
        assert EXTENSION_ID in (talk.client.server_capabilities.extensions or {})


@pytest.mark.parametrize("mode", ERAS)
async def test_a_client_that_shows_none_is_not_offered_what_only_pages_call(mode: str) -> None:
    async with conversation(mode) as talk:
        assert (await listed(talk)).keys() == ALL - OF_PAGES


async def test_what_is_not_known_of_a_client_does_not_keep_its_page_from_working() -> None:
    tools = [{"name": "map_grid", "_meta": {"ui": {"visibility": ["app"]}}}, {"name": "find"}]

    async def answered(_: Any) -> dict[str, Any]:
        return {"tools": tools}

    unknown: Any = SimpleNamespace(method="tools/list", session=SimpleNamespace(client_capabilities=None))
    assert await without_tools_of_pages(unknown, answered) == {"tools": tools}
