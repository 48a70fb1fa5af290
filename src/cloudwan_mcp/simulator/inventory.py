"""The seventeen resource types of a network's inventory: how many of each, and each as an inventory row."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from cloudwan_mcp.simulator.answer import Item, write
from cloudwan_mcp.simulator.answers.connect import connect_peer, connect_peers
from cloudwan_mcp.simulator.answers.gateways import peering
from cloudwan_mcp.simulator.answers.networks import get_core_network
from cloudwan_mcp.simulator.answers.premises import connection, device, link, site
from cloudwan_mcp.simulator.arns import (
    connect_peer_arn,
    customer_gateway_arn,
    direct_arn,
    ec2_arn,
    manager_arn,
    transit_gateway_arn,
    transit_gateways,
)
from cloudwan_mcp.simulator.attachment import attachment, text_of
from cloudwan_mcp.simulator.network import DIRECT, Network, moment

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate


class ResourceType(NamedTuple):
    """One type: its count in a network, the ARN of one, and the Describe answer a row holds as text."""

    count: Callable[[Network], int]
    arn: Callable[[Estate, Network, int], str]
    definition: Callable[[Estate, Network, int], Item]


def _named(kind: str) -> Callable[[Estate, Network, int], str]:
    return lambda estate, network, index: manager_arn(network, kind, estate.id(kind, index, network))


def _manager(
    kind: str, count: Callable[[Network], int], make: Callable[[Estate, Network, int], Item]
) -> ResourceType:
    return ResourceType(count, _named(kind), make)


def _plain(estate: Estate, network: Network, index: int) -> Item:
    return {"State": "available", "CreatedAt": moment(network.bits(DIRECT, index))}


def _ec2(kind: str, series: str, count: Callable[[Network], int]) -> ResourceType:
    return ResourceType(
        count, lambda estate, network, index: ec2_arn(estate, network, kind, series, index), _plain
    )


def _direct(kind: str, series: str) -> ResourceType:
    def arn(estate: Estate, network: Network, index: int) -> str:
        return direct_arn(estate, network, kind, series, index)

    return ResourceType(lambda network: network.counts.direct_connects, arn, _plain)


def attached_arn(kind: str) -> Callable[[Estate, Network, int], str]:
    """The ARN of what the n-th attachment of a type attaches."""

    def arn(estate: Estate, network: Network, index: int) -> str:
        local = network.nth(kind, index)
        one = attachment(estate, network.start + local)
        return one.resource

    return arn


def customer_gateway_of(network: Network, vpn: int) -> int | None:
    """The customer gateway a VPN connection ends at."""
    gateways = network.counts.customer_gateways
    return vpn % gateways if gateways else None


def _vpn(estate: Estate, network: Network, index: int) -> Item:
    gateway = customer_gateway_of(network, index)
    identifier = None if gateway is None else estate.id("cgw", gateway, network)
    return {"State": "available", "Type": "ipsec.1", "CustomerGatewayId": identifier}


def _table_arn(estate: Estate, network: Network, index: int) -> str:
    return attached_arn("TRANSIT_GATEWAY_ROUTE_TABLE")(estate, network, index)


TYPES: dict[str, ResourceType] = {
    "attachment": ResourceType(
        lambda network: network.counts.attachments,
        lambda estate, network, index: manager_arn(
            network, "attachment", estate.id("attachment", network.start + index)
        ),
        _plain,
    ),
    "connect-peer": _manager("connect-peer", connect_peers, connect_peer),
    "connection": _manager("connection", lambda network: network.counts.connections, connection),
    "core-network": ResourceType(
        lambda network: 1,
        lambda estate, network, index: network.core_arn,
        lambda estate, network, index: get_core_network(estate, {"CoreNetworkId": network.core_id})[
            "CoreNetwork"
        ],
    ),
    "device": _manager("device", lambda network: network.counts.devices, device),
    "link": _manager("link", lambda network: network.counts.links, link),
    "peering": _manager("peering", lambda network: network.counts.peerings, peering),
    "site": _manager("site", lambda network: network.counts.sites, site),
    "customer-gateway": ResourceType(
        lambda network: network.counts.customer_gateways, customer_gateway_arn, _plain
    ),
    "transit-gateway": ResourceType(transit_gateways, transit_gateway_arn, _plain),
    "transit-gateway-attachment": _ec2(
        "transit-gateway-attachment", "tgw-attach", lambda network: network.counts.peerings
    ),
    "transit-gateway-connect-peer": ResourceType(
        lambda network: network.counts.transit_gateway_connect_peers, connect_peer_arn, _plain
    ),
    "transit-gateway-route-table": ResourceType(
        lambda network: network.count("TRANSIT_GATEWAY_ROUTE_TABLE"), _table_arn, _plain
    ),
    "vpn-connection": ResourceType(
        lambda network: network.count("SITE_TO_SITE_VPN"), attached_arn("SITE_TO_SITE_VPN"), _vpn
    ),
    "dxcon": _direct("dxcon", "dxcon"),
    "dx-gateway": ResourceType(
        lambda network: network.count("DIRECT_CONNECT_GATEWAY"),
        attached_arn("DIRECT_CONNECT_GATEWAY"),
        _plain,
    ),
    "dx-vif": _direct("dx-vif", "dxvif"),
}
_SEEN_AT = moment(0) + 60_000_000
_CORE = ("connect-peer", "core-network", "peering")


def attachment_row_text(estate: Estate, network: Network, index: int) -> str:
    """The row of an attachment as a template: most rows of an inventory are attachments."""
    one = attachment(estate, network.start + index)
    definition = json.dumps(text_of(one), ensure_ascii=False)
    return (
        f'{{"CoreNetworkId":"{network.core_id}","AwsRegion":"{one.edges[0]}","AccountId":"{one.account}",'
        f'"ResourceType":"attachment","ResourceId":"{one.id}",'
        f'"ResourceArn":"arn:aws:networkmanager::{network.owner}:attachment/{one.id}","Definition":{definition},'
        f'"DefinitionTimestamp":{_SEEN_AT},"Tags":[{{"Key":"Name","Value":"attachment-{index:05d}"}}],"Metadata":{{}}}}'
    )


def row(estate: Estate, network: Network, kind: str, index: int) -> Item:
    """One row of GetNetworkResources, whose Definition is the Describe answer as text."""
    if kind == "attachment":
        made: Item = json.loads(attachment_row_text(estate, network, index))
        return made
    one = TYPES[kind]
    arn = one.arn(estate, network, index)
    region, account = arn.split(":")[3:5]
    registered = kind.startswith("transit-gateway") and kind != "transit-gateway-route-table"
    return {
        "RegisteredGatewayArn": transit_gateway_arn(estate, network, index) if registered else None,
        "CoreNetworkId": network.core_id if kind in _CORE else None,
        "AwsRegion": region or "us-west-2",
        "AccountId": account,
        "ResourceType": kind,
        "ResourceId": arn.rpartition("/")[2],
        "ResourceArn": arn,
        "Definition": write(one.definition(estate, network, index)),
        "DefinitionTimestamp": _SEEN_AT,
        "Tags": [{"Key": "Name", "Value": f"{kind}-{index:05d}"}],
        "Metadata": {"source": "simulated"} if kind == "device" else {},
    }
