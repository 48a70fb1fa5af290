"""describe: one element in full, with what it is connected with and, on demand, what AWS says of it now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import Fields
from cloudwan_mcp.errors import CloudWanError
from cloudwan_mcp.live import Refresh
from cloudwan_mcp.model import Element, SnapshotInfo
from cloudwan_mcp.queries.describe import Described, describe
from cloudwan_mcp.reply import Envelope, envelope, overhead
from cloudwan_mcp.row import chosen, element_row, fitting, readable, size
from cloudwan_mcp.store import Reader
from cloudwan_mcp.tool import Tool, answer, app_of

Identifier = Annotated[
    str, Field(max_length=2048, description="id, ARN or unique name; default: the core network")
]
DESCRIPTION = """\
One element in full: attributes, connections, what is in it (segment, edge), what is within some hops. \
live=true also asks AWS what no listing says: subnets, options, appliance mode, BGP, a policy's document."""

GETS = {
    "vpc-attachment": "get_vpc_attachment",
    "connect-attachment": "get_connect_attachment",
    "site-to-site-vpn-attachment": "get_site_to_site_vpn_attachment",
    "direct-connect-gateway-attachment": "get_direct_connect_gateway_attachment",
    "transit-gateway-route-table-attachment": "get_transit_gateway_route_table_attachment",
    "connect-peer": "get_connect_peer",
    "transit-gateway-peering": "get_transit_gateway_peering",
    "policy-version": "get_core_network_policy",
}


class Description(Envelope):
    element: dict[str, Any]
    live: dict[str, Any] | None = Field(None, description="what AWS answered now, and when")
    members: list[dict[str, Any]] | None = None
    connections: list[dict[str, Any]]
    near: list[dict[str, Any]] | None = None
    complete: bool


@dataclass(slots=True, frozen=True)
class _Answered:
    info: SnapshotInfo
    described: Described
    live: dict[str, Any] | None


async def run(
    ctx: Context[App],
    id: Identifier = "",
    hops: Annotated[int, Field(ge=1, le=4)] = 1,
    live: bool = False,
    fields: Fields = None,
    refresh: Refresh = "auto",
) -> Annotated[CallToolResult, Description]:
    app = app_of(ctx)

    def look(reader: Reader) -> tuple[SnapshotInfo, Described]:
        return reader.info(), describe(reader, id, hops)

    info, described = await _ask(app, refresh, look, ctx.report_progress, searched=True)
    now = await _hydrated(app, described.element) if live else None
    return answer(_present(app, _Answered(info, described, now), fields or []))


_ask = live.ask  # the argument has the name of the room


async def _hydrated(app: App, element: Element) -> dict[str, Any]:
    """What AWS says of it now; a refusal is said, and the rest of the answer stands."""
    operation = GETS.get(element.type)
    if not operation:
        return {"error": f"AWS has no more to say of a {element.type}."}
    try:
        looked = await app.lookups.look(operation, _parameters(element))
    except CloudWanError as error:
        return {"error": str(error)[:600]}
    return {"at": looked.at, **(looked.items[0] if looked.items else {})}


def _parameters(element: Element) -> dict[str, Any]:
    if element.type == "policy-version":
        return {"CoreNetworkId": element.core_network, "PolicyVersionId": int(element.id.rpartition("/")[2])}
    if element.type.endswith("-peering"):
        return {"PeeringId": element.id}
    return {"ConnectPeerId" if element.type == "connect-peer" else "AttachmentId": element.id}


def _present(app: App, answered: _Answered, fields: list[str]) -> Description:
    described, info = answered.described, answered.info
    room = app.settings.reply_bytes - overhead(info, "")
    element = chosen(element_row(described.element, "full"), fields)
    now = answered.live and chosen(readable(answered.live), [*fields, "at", "error"] if fields else [])
    element, now, cut = _within(element, now, room // 2)
    room -= size(element) + (size(now) if now else 0)
    connections = [
        {"connection": kind, **element_row(other, "concise")} for kind, other in described.connected
    ]
    members = [
        {"type": kind, "state": state or "(none)", "count": count}
        for (kind, state), count in described.members[:20]
    ]
    near = [{"hops": hops, **element_row(other, "concise")} for hops, other in described.near]
    room -= sum(map(size, members))
    shown = fitting(map(size, connections), room)
    room -= sum(map(size, connections[:shown]))
    nearest = fitting(map(size, near), room)
    whole = not (described.more or described.crowded or cut)
    whole = whole and shown == len(connections) and nearest == len(near)
    return Description(
        element=element,
        live=now,
        members=members or None,
        connections=connections[:shown],
        near=near[:nearest] or None,
        complete=info.complete and whole,
        **envelope(app, info, *_hints(described, whole=whole, cut=cut)),
    )


def _within(
    element: dict[str, Any], now: dict[str, Any] | None, most: int
) -> tuple[dict[str, Any], dict[str, Any] | None, bool]:
    """Both cut down to `most` bytes each, attributes first; whether anything was left out."""
    cut = False
    if size(element) > most:
        element, cut = (
            {k: v for k, v in element.items() if k != "attributes"} | {"omitted": "attributes"},
            True,
        )
    if now and size(now) > most:
        text = json.dumps(now, ensure_ascii=False)
        now, cut = (
            {"at": now.get("at"), "text": text[: most // 4], "omitted": f"{len(text)} characters"},
            True,
        )
    return element, now, cut


def _hints(described: Described, *, whole: bool, cut: bool) -> list[str]:
    if cut:
        return ["It is too large for one reply: name the fields you need."]
    if not whole:
        return ["Only a part of its connections is shown; stream_topology filters by segment or edge."]
    if not described.connected:
        return ["It is connected with nothing that AWS lists."]
    return []


TOOL = Tool(
    name="describe",
    title="Describe an element",
    description=DESCRIPTION,
    run=run,
    samples=({}, {"hops": 2}),
)
