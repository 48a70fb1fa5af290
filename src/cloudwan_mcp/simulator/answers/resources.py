"""The inventory of a global network: its resources, how they relate, how many there are, which are up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.answers.connect import connect_peer, connect_peer_manager_arn, connect_peers
from cloudwan_mcp.simulator.arns import connect_peer_arn, transit_gateway_arn
from cloudwan_mcp.simulator.inventory import TYPES, attached_arn, attachment_row_text, row
from cloudwan_mcp.simulator.network import PEER, Network, moment
from cloudwan_mcp.simulator.relationships import relationship, relationships

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_FILTERS = {
    "RegisteredGatewayArn": "RegisteredGatewayArn",
    "AwsRegion": "AwsRegion",
    "AccountId": "AccountId",
    "ResourceType": "ResourceType",
    "ResourceArn": "ResourceArn",
    "CoreNetworkId": "CoreNetworkId",
}


def in_sequence(counts: dict[str, int]) -> tuple[int, Callable[[int], tuple[str, int]]]:
    """Several kinds one after the other: how many in all, and the kind and index at a position."""
    kinds, ends = list(counts), list(accumulate(counts.values()))

    def at(position: int) -> tuple[str, int]:
        which = bisect_right(ends, position)
        return kinds[which], position - (ends[which - 1] if which else 0)

    return ends[-1] if ends else 0, at


def _counts(network: Network, wanted: str | None) -> dict[str, int]:
    return {kind: one.count(network) for kind, one in TYPES.items() if wanted in (None, kind)}


def get_network_resources(estate: Estate, params: Params) -> Selection:
    """Every resource of a global network, type by type; a type or an attachment's ARN is found at once."""
    network = estate.required(params)
    identifier = str(params.get("ResourceArn", "")).rpartition(":attachment/")[2]
    index = estate.series["attachment"].index(identifier, estate.attachments)
    if index is not None and estate.network_of(index) is network:
        local = index - network.start
        return select(1, lambda _: row(estate, network, "attachment", local), params, _FILTERS)
    total, at = in_sequence(_counts(network, params.get("ResourceType")))
    others = {name: member for name, member in _FILTERS.items() if name != "ResourceType"}
    chosen = select(total, lambda position: row(estate, network, *at(position)), params, others)
    slow = chosen.text

    def text(position: int) -> str:
        kind, place = at(position)
        return attachment_row_text(estate, network, place) if kind == "attachment" else slow(position)

    chosen.text = text
    return chosen


def get_network_resource_counts(estate: Estate, params: Params) -> Selection:
    """How many resources of each type there are."""
    network = estate.required(params)
    counted = list(_counts(network, params.get("ResourceType")).items())

    def item(position: int) -> Item:
        kind, count = counted[position]
        return {"ResourceType": kind, "Count": count}

    return select(len(counted), item)


def get_network_resource_relationships(estate: Estate, params: Params) -> Selection:
    """Pairs of related ARNs; a filter takes a pair when either end satisfies it."""
    network = estate.required(params)
    total, at = in_sequence(relationships(network))

    def item(position: int) -> Item:
        start, end = relationship(estate, network, *at(position))
        return {"From": start, "To": end}

    def text(position: int) -> str:
        start, end = relationship(estate, network, *at(position))
        return f'{{"From":"{start}","To":"{end}"}}'

    wanted = {name: params[name] for name in _FILTERS if params.get(name)}
    elsewhere = wanted.pop("CoreNetworkId", network.core_id) != network.core_id

    def keep(position: int) -> bool:
        ends = item(position).values()
        return all(any(_is(arn, name, value) for arn in ends) for name, value in wanted.items())

    return Selection(0 if elsewhere else total, text, keep if wanted else None)


def _is(arn: str, name: str, value: str) -> bool:
    _, _, _, region, account, rest = arn.split(":", 5)
    parts = {"AwsRegion": region, "AccountId": account, "ResourceType": rest.partition("/")[0]}
    return parts.get(name, arn) == value


def get_network_telemetry(estate: Estate, params: Params) -> Selection:
    """Two sessions of each Connect peer, two tunnels of each VPN, one session of a gateway's peer."""
    network = estate.required(params)
    counts = {
        "connect-peer": 2 * connect_peers(network),
        "vpn-connection": 2 * network.count("SITE_TO_SITE_VPN"),
        "transit-gateway-connect-peer": network.counts.transit_gateway_connect_peers,
    }
    wanted = params.get("ResourceType")
    total, at = in_sequence({kind: count for kind, count in counts.items() if wanted in (None, kind)})
    others = {name: member for name, member in _FILTERS.items() if name != "ResourceType"}
    return select(total, lambda position: _health(estate, network, *at(position)), params, others)


def _health(estate: Estate, network: Network, kind: str, index: int) -> Item:
    registered = core = None
    if kind == "connect-peer":
        arn, core = connect_peer_manager_arn(estate, network, index // 2), network.core_id
        peer = connect_peer(estate, network, index // 2)
        region, address = (
            peer["EdgeLocation"],
            peer["Configuration"]["BgpConfigurations"][index % 2]["CoreNetworkAddress"],
        )
    elif kind == "vpn-connection":
        arn, core = attached_arn("SITE_TO_SITE_VPN")(estate, network, index // 2), network.core_id
        region, address = arn.split(":")[3], f"203.0.113.{index & 255}"
    else:
        arn, registered = (
            connect_peer_arn(estate, network, index),
            transit_gateway_arn(estate, network, index),
        )
        region, address = arn.split(":")[3], f"198.51.100.{index & 255}"
    bits = network.bits(PEER, index + (1 << 20))
    return {
        "RegisteredGatewayArn": registered,
        "CoreNetworkId": core,
        "AwsRegion": region,
        "AccountId": arn.split(":")[4],
        "ResourceType": kind,
        "ResourceId": arn.rpartition("/")[2],
        "ResourceArn": arn,
        "Address": address,
        "Health": {
            "Type": "IPSEC" if kind == "vpn-connection" else "BGP",
            "Status": "DOWN" if bits % 20 == 0 else "UP",
            "Timestamp": moment(0) + 60_000_000,
        },
    }
