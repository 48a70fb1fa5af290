"""The end of a question about reachability: a segment, an attachment, a VPC, or an address."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import anyio

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import BadRequest, CloudWanError, NotFound
from cloudwan_mcp.locate import CANDIDATES, locate, standing_for
from cloudwan_mcp.model import Element
from cloudwan_mcp.policies import Ground
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.installed import InstalledRoute
from cloudwan_mcp.policy.listed_item import read_attachment, read_route
from cloudwan_mcp.policy.reach import End
from cloudwan_mcp.policy.route import Network, contains, read_prefix
from cloudwan_mcp.store import Filters, Reader

AT_ONCE = 4
ROUTES = 500  # of an attachment's own table that are looked through for what it brings
VPC_ROWS = 20_000  # attachments that are looked through for a VPC where there is no index yet
SHOWN = 5
BATCH = 100


@dataclass(slots=True)
class Named:
    """An end, its element where it is an attachment, and how it was found; `unread` tables were refused."""

    end: End
    element: Element | None = None
    found_by: str = ""
    unread: list[str] = field(default_factory=list)


@dataclass(slots=True, frozen=True)
class Table:
    """A segment's table at an edge: its rows, where they are from and how old."""

    rows: list[InstalledRoute]
    source: str
    at: float


async def named(app: App, place: Ground, document: Document, text: str, field_name: str) -> Named:
    """What `text` names. Raises `BadRequest` and `NotFound` naming the argument."""
    segment, at, edge = text.partition("@")
    if document.segment(segment):
        if at and edge not in document.edges:
            raise BadRequest(
                f"{field_name}: the policy has no edge location {edge[:40]!r}.",
                field=field_name,
                next_step=f"It has {', '.join(document.edges[:20])}.",
            )
        return Named(End(segment, edge), found_by="segment")
    net = read_prefix(text[:100])
    if net is not None:
        return await _address(app, place, document, net)
    element = await app.read(place.info.id, partial(_element, text=text, field_name=field_name))
    return await _attached(app, place, element, "attachment")


def _element(reader: Reader, text: str, field_name: str) -> Element:
    resource = text.rpartition("/")[2]
    if resource.startswith("vpc-"):
        return _of_vpc(reader, resource, field_name)
    (element,) = reader.elements([locate(reader, text, field_name=field_name)])
    if not element.type.endswith("-attachment"):
        raise BadRequest(
            f"{field_name}={text[:60]!r} is a {element.type}.",
            field=field_name,
            next_step="Give a segment, an attachment, a VPC or an address.",
        )
    return element


def _of_vpc(reader: Reader, resource: str, field_name: str) -> Element:
    found = _known_as(reader, resource) if reader.index else _scanned(reader, resource)
    if len(found) == 1:
        return found[0]
    ids = ", ".join(each.id for each in found[:SHOWN])
    if found:
        raise BadRequest(
            f"{field_name}: {resource[:40]} has several attachments.",
            field=field_name,
            next_step=f"Name one: {ids}.",
        )
    raise NotFound(
        f"{field_name}: no VPC attachment of {resource[:40]!r} is in this snapshot.",
        next_step="Name the attachment, or one of its addresses.",
    )


def _known_as(reader: Reader, resource: str) -> list[Element]:
    found = standing_for(reader, resource, limit=CANDIDATES)
    return [each for _, each in found if each.type == "vpc-attachment"]


def _scanned(reader: Reader, resource: str) -> list[Element]:
    """Before there is an index: two at most, among the first `VPC_ROWS`."""
    wanted, position, end, seen = Filters(types=("vpc-attachment",), text=resource), 0, False, 0
    found: list[Element] = []
    while not end and len(found) < 2 and seen < VPC_ROWS:
        page = reader.page(wanted, after=position, limit=BATCH)
        arns = ((json.loads(each.attributes or "{}").get("ResourceArn") or "", each) for _, each in page.rows)
        found += [each for arn, each in arns if str(arn).rpartition("/")[2] == resource]
        position, end, seen = page.position, page.end, seen + page.scanned
    return found


async def _attached(
    app: App, place: Ground, element: Element, found_by: str, net: Network | None = None
) -> Named:
    """An attachment with the prefixes that its own segment's table has of it."""
    label = await app.read(place.info.id, partial(_label, identifier=element.id))
    attachment = read_attachment(json.loads(element.attributes or "{}"), label=label)
    prefix = str(net) if net else ""
    found = Named(End(attachment=attachment, prefix=prefix), element, found_by)
    if not element.segment or element.segment.startswith("nfg:") or not element.edge:
        return found
    try:
        table = await table_at(app, place, element.segment, element.edge, net)
    except CloudWanError as error:
        found.unread.append(f"{element.segment}@{element.edge}: {str(error)[:200]}")
        return found
    own = [row.prefix for row in table.rows if element.id in row.attachments and row.type != "STATIC"]
    found.end = replace(found.end, attachment=replace(attachment, prefixes=tuple(own)))
    return found


def _label(reader: Reader, identifier: str) -> str:
    number = reader.find(f"{identifier}/routing-policy")
    return reader.elements([number])[0].name if number else ""


async def _address(app: App, place: Ground, document: Document, net: Network) -> Named:
    """The attachment behind an address: what a propagated route leads to, out of the snapshot or of AWS."""
    owner = await app.read(place.info.id, partial(_known_owner, net=net))
    unread: list[str] = []
    if not owner:
        owner = await _asked_owner(app, place, document, net, unread)
    element = await app.read(place.info.id, partial(_found, identifier=owner)) if owner else None
    if element is None:
        return Named(End(prefix=str(net)), None, "no route to it leads to an attachment", unread)
    found = await _attached(app, place, element, "address", net)
    found.unread += unread
    return found


def _found(reader: Reader, identifier: str) -> Element | None:
    number = reader.find(identifier)
    return reader.elements([number])[0] if number else None


def _known_owner(reader: Reader, net: Network) -> str:
    if not reader.index:
        return ""
    held = [each.number for each in reader.index.containing(net)[:ROUTES]]
    routes = (each for each in reader.elements(held) if each.type == "route")
    return _owner(read_route(json.loads(each.attributes or "{}"), each.segment, each.edge) for each in routes)


def _owner(rows: Iterable[InstalledRoute]) -> str:
    """Of the longest propagated route; a default route owns nothing."""
    best: tuple[int, str] = (0, "")
    for row in rows:
        block = read_prefix(row.prefix)
        if row.type == "PROPAGATED" and row.attachments and block and block.prefixlen > best[0]:
            best = block.prefixlen, row.attachments[0]
    return best[1]


async def _asked_owner(app: App, place: Ground, document: Document, net: Network, unread: list[str]) -> str:
    """One table of each segment is asked: an attachment's routes spread to all edges of its segment."""
    tables = [
        (each.name, document.edges_of(each)[0]) for each in document.segments if document.edges_of(each)
    ]
    rows: list[InstalledRoute] = []

    async def ask(segment: str, edge: str) -> None:
        try:
            rows.extend((await asked(app, place, segment, edge, net)).rows)
        except CloudWanError as error:
            unread.append(f"{segment}@{edge}: {str(error)[:200]}")

    ends = anyio.current_time() + app.settings.first_page_wait_s
    for at in range(0, len(tables), AT_ONCE):
        async with anyio.create_task_group() as tasks:
            for segment, edge in tables[at : at + AT_ONCE]:
                tasks.start_soon(ask, segment, edge)
        if anyio.current_time() > ends:
            unread += [f"{segment}@{edge}: not asked in time" for segment, edge in tables[at + AT_ONCE :]]
            break
    return _owner(row for row in rows if (block := read_prefix(row.prefix)) and contains(block, net))


async def table_at(app: App, place: Ground, segment: str, edge: str, net: Network | None) -> Table:
    """The rows that hold `net`, or all; from the snapshot where it has the table, else from AWS."""
    known = await app.read(place.info.id, partial(_known, place=place, segment=segment, edge=edge, net=net))
    return known or await asked(app, place, segment, edge, net)


def _known(reader: Reader, place: Ground, segment: str, edge: str, net: Network | None) -> Table | None:
    if (place.core_network, segment, edge) not in reader.tables():
        return None
    if net and reader.index:
        elements = reader.elements([each.number for each in reader.index.containing(net)])
    else:
        wanted = Filters(types=("route",), core_network=place.core_network, segment=segment, edge=edge)
        elements = [each for _, each in reader.page(wanted, after=0, limit=ROUTES).rows]
    rows = [
        read_route(json.loads(each.attributes or "{}"), segment, edge)
        for each in elements
        if each.type == "route" and (each.segment, each.edge) == (segment, edge)
    ]
    return Table(rows, "snapshot", place.info.updated_at)


async def asked(app: App, place: Ground, segment: str, edge: str, net: Network | None) -> Table:
    where = {"CoreNetworkId": place.core_network, "SegmentName": segment, "EdgeLocation": edge}
    parameters: dict[str, Any] = {
        "GlobalNetworkId": place.global_network,
        "RouteTableIdentifier": {"CoreNetworkSegmentEdge": where},
    }
    if net:
        parameters["LongestPrefixMatches"] = [str(net)]
    looked = await app.lookups.look("get_network_routes", parameters, most=ROUTES)
    return Table([read_route(item, segment, edge) for item in looked.items], "AWS", looked.at)
