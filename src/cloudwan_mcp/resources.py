"""What a client may attach to a conversation: the answers of some tools, under addresses of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ToolError
from mcp.types import TextContent

from cloudwan_mcp.app import App
from cloudwan_mcp.tool import READING, Server

ELEMENT = "cloudwan://element/{+id}"


@dataclass(slots=True, frozen=True)
class Resource:
    """The answer of `tool`, asked with `arguments`, as JSON."""

    uri: str
    name: str
    title: str
    description: str
    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


RESOURCES = (
    Resource(
        "cloudwan://summary",
        "summary",
        "Summary of the network",
        "How many elements of which type and state the newest snapshot holds.",
        "summarize_topology",
        {"group_by": ["type", "state"], "top": 50},
    ),
    Resource(
        "cloudwan://attachments",
        "attachments",
        "Attachments by segment and edge",
        "The grid of segments and edge locations, with the number of attachments in each cell.",
        "summarize_topology",
        {"group_by": ["segment", "edge"], "element_types": ["attachment"], "top": 100},
    ),
    Resource(
        "cloudwan://findings",
        "findings",
        "Findings",
        "What needs attention in the newest snapshot, gravest first.",
        "list_findings",
    ),
    Resource(
        "cloudwan://snapshots", "snapshots", "Snapshots", "The snapshots that are kept.", "list_snapshots"
    ),
)


def offer_resources(server: Server) -> None:
    for each in RESOURCES:
        _offer(server, each)

    @server.resource(
        ELEMENT,
        name="element",
        title="An element",
        description="One element in full, by its id or ARN.",
        mime_type="application/json",
    )
    async def element(id: str, ctx: Context[App]) -> str:
        return await _answered(server, "describe", {"id": id}, ctx)


def _offer(server: Server, resource: Resource) -> None:
    @server.resource(
        resource.uri,
        name=resource.name,
        title=resource.title,
        description=resource.description,
        mime_type="application/json",
    )
    async def read() -> str:
        return await _answered(server, resource.tool, dict(resource.arguments), READING.get())


async def _answered(server: Server, tool: str, arguments: dict[str, Any], ctx: Context[App] | None) -> str:
    """A tool's own text, within its own bounds."""
    try:
        result = await server.call_tool(tool, arguments, ctx)
    except ToolError as error:
        raise ResourceError(str(error)) from error
    return "\n".join(each.text for each in result.content if isinstance(each, TextContent))
