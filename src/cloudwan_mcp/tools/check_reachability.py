"""check_reachability: whether A reaches B and B reaches A, by policy and by installed routes, and why."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import policies
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import CoreNetwork, Policy
from cloudwan_mcp.ends import Named, Table, named, table_at
from cloudwan_mcp.errors import BadRequest, CloudWanError
from cloudwan_mcp.policies import Ground
from cloudwan_mcp.policy.associate import associate
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.inspection import Inspection, Presence
from cloudwan_mcp.policy.reach import Direction, Reach, reach
from cloudwan_mcp.policy.route import Network, read_prefix
from cloudwan_mcp.queries.attachments import presence
from cloudwan_mcp.reply import PolicyEnvelope, policy_envelope
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.tool import Tool, answer, app_of

FIREWALLS = 4  # attachments of a group that AWS is asked about
SHOWN = 5
DESCRIPTION = """\
Whether source reaches destination, and back, by policy and by installed routes, the difference explained; \
inspection, asymmetry, appliance mode. Ends: segment, segment@edge, attachment, VPC, address, CIDR."""
End = Annotated[str, Field(max_length=2048)]


class Reachability(PolicyEnvelope):
    source: dict[str, Any] | None = None
    destination: dict[str, Any] | None = None
    intent: str = Field(description="reachable, inspected, one-way, unreachable or undecided")
    installed: str
    forward: dict[str, Any] | None = None
    back: dict[str, Any] | None = None
    asymmetry: str | None = None
    appliance_mode: list[dict[str, Any]] | None = None
    unread: list[str] | None = None
    assumptions: list[dict[str, str]] | None = None
    complete: bool


@dataclass(slots=True)
class _Asked:
    """What one call rests on; `tables` are those looked into, forward and back."""

    app: App
    place: Ground
    policy: policies.Policy
    ends: tuple[Named, Named]
    tables: list[Table | None] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


async def run(
    ctx: Context[App],
    source: End = "",
    destination: End = "",
    policy: Policy = "LIVE",
    core_network_id: CoreNetwork = "",
) -> Annotated[CallToolResult, Reachability]:
    app = app_of(ctx)
    for name, given in (("source", source), ("destination", destination)):
        if not given.strip():
            raise BadRequest(
                f"{name} is missing.",
                field=name,
                next_step="Give a segment, an attachment, a VPC or an address.",
            )
    wanted = await policies.meant(app, policy)
    place = await policies.ground(app, core_network_id, ctx.report_progress, searched=True)
    chosen = await policies.policy_of(app, wanted, place)
    one = await named(app, place, chosen.document, source.strip(), "source")
    other = await named(app, place, chosen.document, destination.strip(), "destination")
    asked = _Asked(app, place, chosen, (one, other), unread=[*one.unread, *other.unread])
    for near, far in ((one, other), (other, one)):
        asked.tables.append(await _table(asked, near, far))
    known = await app.read(place.info.id, partial(presence, core_network=place.core_network))
    found = await app.work(partial(_judge, asked, known))
    return answer(_present(asked, found, await _appliance_mode(asked, found)))


def _judge(asked: _Asked, known: Presence) -> Reach:
    document = asked.policy.document
    rows = [row for table in asked.tables if table for row in table.rows]
    places = [_where(document, end)[:2] for end in asked.ends]
    read = {place for place, table in zip(places, asked.tables, strict=True) if table}
    one, other = asked.ends
    return reach(document, one.end, other.end, presence=known, installed=rows, read=read)


def _where(document: Document, end: Named) -> tuple[str, str, Network | None]:
    """(segment, edge, prefix) of an end by the policy, as far as they are known."""
    attachment = end.end.attachment
    if attachment is None:
        return end.end.segment, end.end.edge, read_prefix(end.end.prefix)
    placement = associate(document, attachment).placement
    segment = placement.segment if placement.status == "associated" else ""
    prefix = end.end.prefix or next(iter(attachment.prefixes), "")
    return segment, end.end.edge or attachment.region, read_prefix(prefix)


async def _table(asked: _Asked, near: Named, far: Named) -> Table | None:
    """Of the near end's table what leads to the far end."""
    document = asked.policy.document
    segment, edge, _ = _where(document, near)
    prefix = _where(document, far)[2]
    if not segment or not edge or prefix is None:
        return None
    try:
        return await table_at(asked.app, asked.place, segment, edge, prefix)
    except CloudWanError as error:
        asked.unread.append(f"{segment}@{edge}: {str(error)[:200]}")
        return None


async def _appliance_mode(asked: _Asked, found: Reach) -> list[dict[str, Any]]:
    """Whether the firewalls' VPC attachments keep both ways of a flow at one appliance, as AWS says now."""
    groups = {
        group
        for way in (found.forward, found.back)
        for group in way.intent.groups
        if way.intent.intent == "inspected"
    }
    app, rows = asked.app, []
    firewalls = await app.read(asked.place.info.id, partial(_firewalls, groups=sorted(groups)))
    for identifier, group, edge in firewalls[:FIREWALLS]:
        row: dict[str, Any] = {"attachment": identifier, "group": group, "edge": edge}
        try:
            looked = await app.lookups.look("get_vpc_attachment", {"AttachmentId": identifier})
            options = (looked.items[0] if looked.items else {}).get("Options") or {}
            row["appliance_mode"] = bool(options.get("ApplianceModeSupport"))
        except CloudWanError as error:
            row["error"] = str(error)[:160]
        rows.append(row)
    return rows


def _firewalls(reader: Reader, groups: list[str]) -> list[tuple[str, str, str]]:
    found = []
    for group in groups:
        wanted = Filters(types=("vpc-attachment",), segment=f"nfg:{group}")
        edges: set[str] = set()
        for _, each in reader.page(wanted, after=0, limit=200).rows:
            if each.edge not in edges:
                edges.add(each.edge)
                found.append((each.id, group, each.edge))
    return found


def _present(asked: _Asked, found: Reach, appliances: list[dict[str, Any]]) -> Reachability:
    info, said = asked.place.info, _hints(asked, found)
    return Reachability(
        source=_end(asked, asked.ends[0]),
        destination=_end(asked, asked.ends[1]),
        intent=found.policy,
        installed=found.deployed,
        forward=_way(found.forward, asked.tables[0]),
        back=_way(found.back, asked.tables[1]),
        asymmetry=_asymmetry(found),
        appliance_mode=appliances or None,
        unread=[each[:300] for each in asked.unread[:SHOWN]] or None,
        assumptions=policies.assumed(found.assumptions) or None,
        complete=info.complete and not asked.unread,
        **policy_envelope(asked.app, info, asked.policy.said, *said),
    )


def _end(asked: _Asked, end: Named) -> dict[str, Any]:
    segment, edge, prefix = _where(asked.policy.document, end)
    told: dict[str, Any] = {"found_by": end.found_by}
    if end.element:
        told |= {"attachment": end.element.id, "name": end.element.name[:128], "state": end.element.state}
        told |= {"installed_segment": end.element.segment}
        told["prefixes"] = list(end.end.attachment.prefixes[:3]) if end.end.attachment else []
    told |= {"segment": segment, "edge": edge, "prefix": str(prefix) if prefix else ""}
    if not segment and not end.element:
        told["outside"] = True
    return {name: value for name, value in told.items() if value}


def _way(way: Direction, table: Table | None) -> dict[str, Any]:
    leg, found = way.intent, way.deployed
    told: dict[str, Any] = {"intent": leg.intent, "because": list(leg.because[:SHOWN])}
    told |= {"by": list(dict.fromkeys(leg.pointers))[:SHOWN]} if leg.pointers else {}
    told |= {"via": list(leg.groups[:SHOWN])} if leg.groups else {}
    if leg.inspection:
        told["inspection"] = _inspected(leg.inspection)
    installed: dict[str, Any] = {"verdict": found.verdict, "because": found.because}
    if found.row:
        row = {"prefix": found.row.prefix, "state": found.row.state, "type": found.row.type}
        installed["route"] = row | {"via": list((*found.row.groups, *found.row.attachments)[:SHOWN])}
    if table:
        installed |= {"source": table.source, "age_s": max(0.0, round(time.time() - table.at, 1))}
    told["installed"] = installed
    return told | ({"difference": way.difference} if way.difference else {})


def _inspected(way: Inspection) -> dict[str, Any]:
    told = {"group": way.group, "regions": list(way.regions), "basis": way.basis, "because": way.because}
    return {name: value for name, value in told.items() if value}


def _asymmetry(found: Reach) -> str | None:
    """Whether both ways pass the same firewalls; None where no group is on the way."""
    one, other = found.forward.intent, found.back.intent
    if "inspected" not in (one.intent, other.intent):
        return None
    if one.intent != other.intent:
        return f"forward is {one.intent}, back is {other.intent}: a stateful firewall sees one way only"
    if one.inspection is None or other.inspection is None:
        return "not known: the edges of both ends are needed"
    if "unspecified" in (one.inspection.basis, other.inspection.basis):
        return "not known: without an edge override AWS chooses the Region, by a list it does not publish"
    if {*one.inspection.regions} != {*other.inspection.regions}:
        return f"forward is inspected in {json.dumps(one.inspection.regions)}, back elsewhere"
    return "none: both ways are inspected in the same Regions"


def _hints(asked: _Asked, found: Reach) -> list[str]:
    said = []
    if found.deployed == "undecided":
        said.append("installed needs an edge and a prefix at both ends: name attachments or addresses.")
    for end in asked.ends:
        element = end.element
        segment = _where(asked.policy.document, end)[0]
        if element and element.segment and segment and element.segment != segment:
            said.append(f"{element.id} is in {element.segment} by the snapshot, in {segment} by the policy.")
    if asked.unread:
        said.append("unread names route tables that AWS did not give.")
    return said


TOOL = Tool(
    name="check_reachability",
    title="Check reachability",
    description=DESCRIPTION,
    run=run,
    samples=({"source": "10.0.0.1", "destination": "10.0.0.2"},),
)
