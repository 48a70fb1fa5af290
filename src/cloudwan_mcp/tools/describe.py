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
from cloudwan_mcp.row import chosen, element_row, fitting, folded, readable, size
from cloudwan_mcp.store import Reader
from cloudwan_mcp.tool import Tool, answer, app_of

Identifier = Annotated[
    str, Field(max_length=2048, description="id, ARN or unique name; default: the core network")
]
DESCRIPTION = """\
One element in full: attributes, connections, what is in it (segment, edge), what is within some hops. \
live=true also asks AWS what no listing says: subnets, options, appliance mode, BGP, a policy's document."""

# Of a segment, group or edge, which has all of its network around it: 2,000 tokens are 8,000 bytes, and of
# what is set aside around the rows more than a thousand are not used.
PLACE_BYTES = 9_000
EXAMPLES = 2
ALIKE = (("connection", "type"), ("hops", "type"))
PART = "Only a part of its connections is shown; stream_topology filters by segment or edge."
FOLDED = "Those alike are folded: others names them."
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


@dataclass(slots=True)
class _Lists:
    """What was done to the lists of an answer so that they have room."""

    folded: bool = False
    cut: bool = False


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
    room = app.settings.reply_bytes
    if described.members and not (answered.live or fields):
        room = min(room, PLACE_BYTES)
    room -= overhead(info, "") + size({"hint": f"{PART} {FOLDED}"})
    element = chosen(element_row(described.element, "full"), fields)
    now = answered.live and chosen(readable(answered.live), [*fields, "at", "error"] if fields else [])
    element, now, cut = _within(element, now, room // 2)
    room -= size(element) + (size(now) if now else 0)
    members = [
        {"type": kind, "state": state or "(none)", "count": count}
        for (kind, state), count in described.members[:20]
    ]
    room -= sum(map(size, members))
    connections, near, lists = _connections(described, room)
    whole = not (described.more or described.crowded or cut or lists.cut)
    return Description(
        element=element,
        live=now,
        members=members or None,
        connections=connections,
        near=near or None,
        complete=info.complete and whole,
        **envelope(app, info, *_hints(described, whole=whole, cut=cut, folded=lists.folded)),
    )


def _connections(
    described: Described, room: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], _Lists]:
    """What is connected and what is near, in so many bytes; of a place folded where it has no room."""
    connections = [
        {"connection": kind, **element_row(other, "concise")} for kind, other in described.connected
    ]
    near = [{"hops": hops, **element_row(other, "concise")} for hops, other in described.near]
    lists = _Lists()
    if described.members and sum(map(size, (*connections, *near))) > room:
        connections, near = folded(connections, ALIKE[0], EXAMPLES), folded(near, ALIKE[1], EXAMPLES)
        lists.folded = any("folded" in row for row in (*connections, *near))
    shown = fitting(map(size, connections), room)
    room -= sum(map(size, connections[:shown]))
    nearest = fitting(map(size, near), room)
    lists.cut = shown < len(connections) or nearest < len(near)
    return connections[:shown], near[:nearest], lists


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


def _hints(described: Described, *, whole: bool, cut: bool, folded: bool) -> list[str]:
    said = [FOLDED] if folded else []
    if cut:
        return ["It is too large for one reply: name the fields you need.", *said]
    if not whole:
        return [PART, *said]
    if said:
        return said
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
