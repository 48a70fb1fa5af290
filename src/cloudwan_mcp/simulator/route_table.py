"""The rows of one route table: prefixes behind the attachments its segment can reach."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, NamedTuple

from cloudwan_mcp.simulator.answer import Item, Params
from cloudwan_mcp.simulator.attachment import attachment
from cloudwan_mcp.simulator.directory import Directory
from cloudwan_mcp.simulator.mixing import mix
from cloudwan_mcp.simulator.network import Network
from cloudwan_mcp.simulator.plan import mappings, strings

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_PREFIXES_EACH = 10
_WORDS = {
    "VPC": "vpc",
    "SITE_TO_SITE_VPN": "vpn",
    "CONNECT": "connect",
    "TRANSIT_GATEWAY_ROUTE_TABLE": "transit-gateway-route-table",
    "DIRECT_CONNECT_GATEWAY": "direct-connect-gateway",
}


class Row(NamedTuple):
    """A destination with the attachments it leads to, and the group it is inspected by, if any."""

    prefix: str
    members: tuple[int, ...]
    group: str | None
    kind: str
    blackhole: bool


def prefix(local: int, number: int) -> str:
    """The n-th prefix behind an attachment: an IPv4 block, an IPv6 block, then blocks of shared space."""
    if number == 0:
        return f"10.{local >> 8 & 255}.{local & 255}.0/24"
    if number == 1:
        return f"2600:1f{local >> 16 & 255:02x}:{local & 0xFFFF:x}::/48"
    slot = (local & 0x7FFF) << 3 | (number - 2) & 7
    return f"100.{64 + (slot >> 12)}.{slot >> 4 & 255}.{(slot & 15) << 4}/28"


def rows(network: Network, members: list[tuple[int, str | None]], fixed: list[Row]) -> list[Row]:
    """As many rows as the counts say, the fixed ones first."""
    table = list(fixed)
    wanted = min(network.counts.routes, len(fixed) + _PREFIXES_EACH * len(members))
    for row in range(max(0, wanted - len(fixed))):
        local, group = members[row % len(members)]
        chance = mix(local << 8 | row // len(members))
        several = (
            (local, members[(row + 1) % len(members)][0])
            if chance % 17 == 5 and len(members) > 1
            else (local,)
        )
        place = prefix(local, row // len(members))
        table.append(Row(place, several, group, "PROPAGATED", chance % 61 == 7))
    return table


def fixed_rows(network: Network, directory: Directory, segment: str) -> list[Row]:
    """The static rows the segment actions of a document ask for."""
    table: dict[str, Row] = {}
    for action in mappings(network.plan.document.get("segment-actions")):
        if action.get("segment") != segment:
            continue
        if action.get("action") == "send-to" and isinstance(action.get("via"), dict):
            for group in strings(action["via"].get("network-function-groups")):
                through = tuple(directory.groups.get(group, ())[:2])
                for place in ("0.0.0.0/0", "::/0"):
                    table.setdefault(place, Row(place, through, group, "STATIC", not through))
        if action.get("action") == "create-route":
            blackhole = "blackhole" in strings(action.get("destinations"))
            target = () if blackhole else tuple(directory.segments.get(segment, ())[:1])
            for place in strings(action.get("destination-cidr-blocks")):
                table.setdefault(place, Row(place, target, None, "STATIC", blackhole or not target))
    return list(table.values())


def destination(estate: Estate, network: Network, local: int, group: str | None) -> Item:
    """Where a row leads: the attachment, with the segment and edge it is at."""
    one = attachment(estate, network.start + local)
    return {
        "CoreNetworkAttachmentId": one.id,
        "SegmentName": None if group or one.now is None else one.now.segment,
        "NetworkFunctionGroupName": group or (one.now.group if one.now else None),
        "EdgeLocation": one.edges[0],
        "ResourceType": _WORDS[one.kind],
        "ResourceId": one.resource.rpartition("/")[2],
    }


def select_rows(table: list[Row], params: Params) -> list[Row]:
    """Leave the rows the prefix, state and type filters of the input take."""
    states, types = params.get("States"), params.get("Types")
    kept = [
        row
        for row in table
        if (not states or ("BLACKHOLE" if row.blackhole else "ACTIVE") in states)
        and (not types or row.kind in types)
    ]
    exact = params.get("ExactCidrMatches") or params.get("ExactPrefixMatches")
    if exact:
        kept = [row for row in kept if row.prefix in exact]
    for name, inside in (("SubnetOfMatches", True), ("SupernetOfMatches", False)):
        for given in params.get(name) or ():
            kept = [row for row in kept if _related(row.prefix, given, inside)]
    if params.get("LongestPrefixMatches"):
        kept = _longest(kept, params["LongestPrefixMatches"])
    return [] if params.get("PrefixListIds") else kept


def _contains(outer: str, inner: str) -> bool:
    try:
        one, other = ip_network(outer, strict=False), ip_network(inner, strict=False)
    except ValueError:
        return False
    if one.version != other.version or one.prefixlen > other.prefixlen:
        return False
    return one.network_address <= other.network_address <= one.broadcast_address  # type: ignore[operator]


def _related(place: str, given: str, inside: bool) -> bool:
    return _contains(given, place) if inside else _contains(place, given)


def _longest(table: list[Row], wanted: list[str]) -> list[Row]:
    best: dict[str, Row] = {}
    for given in wanted:
        containing = [row for row in table if _contains(row.prefix, given)]
        if containing:
            row = max(containing, key=lambda each: int(each.prefix.rpartition("/")[2]))
            best[row.prefix] = row
    return list(best.values())
