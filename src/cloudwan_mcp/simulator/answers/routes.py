"""Route tables of segments, network function groups and transit gateways, and what each edge learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.attachment import attachment
from cloudwan_mcp.simulator.directory import Directory
from cloudwan_mcp.simulator.network import ROUTE, Network, moment
from cloudwan_mcp.simulator.refusal import invalid, not_found
from cloudwan_mcp.simulator.route_table import Row, destination, fixed_rows, rows, select_rows

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_FILTERS = {
    "transit-gateway-attachment-id": "TransitGatewayAttachmentId",
    "core-network-attachment-id": "CoreNetworkAttachmentId",
    "attachment-id": "CoreNetworkAttachmentId",
    "resource-id": "ResourceId",
    "resource-type": "ResourceType",
    "segment-name": "SegmentName",
    "edge-location": "EdgeLocation",
}


def _directory(estate: Estate, network: Network) -> Directory:
    if network.number not in estate.directories:
        estate.directories[network.number] = Directory(estate, network)
    return estate.directories[network.number]


def _of_segment(estate: Estate, network: Network, name: str, edge: str) -> list[Row]:
    for segment in network.plan.segments:
        if segment.name == name and edge in segment.edges:
            directory = _directory(estate, network)
            return rows(network, directory.seen_from(name), fixed_rows(network, directory, name))
    raise not_found("SEGMENT_EDGE", f"{name}/{edge}")


def _of_group(estate: Estate, network: Network, name: str, edge: str) -> list[Row]:
    for group in network.plan.groups:
        if group.name == name and edge in group.edges:
            return rows(network, _directory(estate, network).seen_from_group(name), [])
    raise not_found("NETWORK_FUNCTION_GROUP_EDGE", f"{name}/{edge}")


def _of_transit_gateway(estate: Estate, network: Network, arn: str) -> list[Row]:
    identifier = arn.rpartition("/")[2]
    found = estate.locate("tgw-rtb", identifier)
    count = network.count("TRANSIT_GATEWAY_ROUTE_TABLE")
    if found is None or found[0] is not network or found[1] >= count:
        raise not_found("TRANSIT_GATEWAY_ROUTE_TABLE", arn)
    one = attachment(estate, network.start + network.nth("TRANSIT_GATEWAY_ROUTE_TABLE", found[1]))
    segment = one.now.segment if one.now else None
    return rows(network, _directory(estate, network).seen_from(segment) if segment else [], [])


def _table(estate: Estate, network: Network, identifier: Params) -> tuple[list[Row], Item]:
    edge, group = identifier.get("CoreNetworkSegmentEdge"), identifier.get("CoreNetworkNetworkFunctionGroup")
    table = identifier.get("TransitGatewayRouteTableArn")
    if sum(each is not None for each in (edge, group, table)) != 1:
        raise invalid("RouteTableIdentifier", "Exactly one kind of route table must be named")
    if table is not None:
        top = {"RouteTableArn": table, "RouteTableType": "TRANSIT_GATEWAY_ROUTE_TABLE"}
        return _of_transit_gateway(estate, network, table), top
    named: Any = edge or group
    if named.get("CoreNetworkId") != network.core_id:
        raise not_found("CORE_NETWORK", str(named.get("CoreNetworkId")))
    location = str(named.get("EdgeLocation"))
    if edge is not None:
        name = str(edge.get("SegmentName"))
        top = {"CoreNetworkSegmentEdge": edge, "RouteTableType": "CORE_NETWORK_SEGMENT"}
        return _of_segment(estate, network, name, location), top
    name = str(named.get("NetworkFunctionGroupName"))
    top = {"CoreNetworkNetworkFunctionGroup": group, "RouteTableType": "NETWORK_FUNCTION_GROUP"}
    return _of_group(estate, network, name, location), top


def get_network_routes(estate: Estate, params: Params) -> Selection:
    """The routes in force in one table."""
    network = estate.required(params)
    table, top = _table(estate, network, params.get("RouteTableIdentifier") or _first_table(network))
    table = select_rows(table, params)

    def item(position: int) -> Item:
        row = table[position]
        where = [destination(estate, network, local, row.group) for local in row.members]
        return {
            "DestinationCidrBlock": row.prefix,
            "Destinations": where,
            "State": "BLACKHOLE" if row.blackhole else "ACTIVE",
            "Type": row.kind,
        }

    wanted = {_FILTERS.get(name.lower().replace("_", "-"), name): values for name, values in _asked(params)}

    def keep(position: int) -> bool:
        ends = item(position)["Destinations"]
        return any(all(end.get(member) in values for member, values in wanted.items()) for end in ends)

    top["RouteTableTimestamp"] = moment(0) + 60_000_000
    chosen = select(len(table), item, top=top)
    chosen.keep = keep if wanted else None
    return chosen


def _asked(params: Params) -> list[tuple[str, list[str]]]:
    return list((params.get("DestinationFilters") or {}).items())


def _first_table(network: Network) -> Item:
    segment = network.plan.segments[0]
    named = {"CoreNetworkId": network.core_id, "SegmentName": segment.name, "EdgeLocation": segment.edges[0]}
    return {"CoreNetworkSegmentEdge": named}


def list_core_network_routing_information(estate: Estate, params: Params) -> Selection:
    """What an edge learned for a segment, candidates that lost included; before routing policies apply."""
    network = estate.required(params)
    first = _first_table(network)["CoreNetworkSegmentEdge"]
    name, edge = (
        params.get("SegmentName", first["SegmentName"]),
        params.get("EdgeLocation", first["EdgeLocation"]),
    )
    table = [row for row in select_rows(_of_segment(estate, network, name, edge), params) if row.members]
    items = [item for row in table for item in _candidates(estate, network, row, edge)]
    wanted = {"".join(part.title() for part in each.split("-")): values for each, values in _hops(params)}
    kept = [each for each in items if _learned(each, params, wanted)]
    return select(len(kept), kept.__getitem__)


def _hops(params: Params) -> list[tuple[str, list[str]]]:
    return list((params.get("NextHopFilters") or {}).items())


def _candidates(estate: Estate, network: Network, row: Row, edge: str) -> list[Item]:
    asns = {each.location: each.asn for each in network.plan.edges}
    found: list[Item] = []
    for local in row.members:
        hop = destination(estate, network, local, row.group)
        bits = network.bits(ROUTE, local)
        path = [] if hop["EdgeLocation"] == edge else [str(asns.get(hop["EdgeLocation"], 64512))]
        if hop["ResourceType"] != "vpc":
            path.append(str(65000 + local % 500))
        names = ("CoreNetworkAttachmentId", "ResourceId", "ResourceType", "SegmentName", "EdgeLocation")
        found.append(
            {
                "Prefix": row.prefix,
                "NextHop": {
                    "IpAddress": f"10.255.{bits & 255}.{bits >> 8 & 255}",
                    **{n: hop[n] for n in names},
                },
                # The service answers so for eBGP routes, although BGP's defaults are 100 and 0.
                "LocalPreference": "0",
                "Med": "100",
                "AsPath": path,
                "Communities": [f"{65000 + local % 500}:100"] if bits & 7 == 0 and path else [],
            }
        )
    return found


def _learned(item: Item, params: Params, hops: dict[str, list[str]]) -> bool:
    paths = params.get("ExactAsPathMatches")
    communities = params.get("CommunityMatches")
    return (
        item["LocalPreference"] in (params.get("LocalPreferenceMatches") or [item["LocalPreference"]])
        and item["Med"] in (params.get("MedMatches") or [item["Med"]])
        and (not paths or " ".join(item["AsPath"]) in paths)
        and (not communities or any(each in communities for each in item["Communities"]))
        and all(item["NextHop"].get(member) in values for member, values in hops.items())
    )
