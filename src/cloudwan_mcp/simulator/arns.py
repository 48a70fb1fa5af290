"""Amazon Resource Names of what is not an attachment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.network import DIRECT, GATEWAY, PEERING, Network

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate


def manager_arn(network: Network, kind: str, identifier: str) -> str:
    """An ARN of Network Manager; sites, devices, links, connections are below their global network."""
    if kind in ("site", "device", "link", "connection"):
        identifier = f"{network.global_id}/{identifier}"
    return f"arn:aws:networkmanager::{network.owner}:{kind}/{identifier}"


def ec2_arn(estate: Estate, network: Network, kind: str, series: str, index: int) -> str:
    """An ARN of EC2 for something on or behind the transit gateway number `index` of the network."""
    gateway = index % transit_gateways(network)
    region = network.peering_location(gateway)
    account = network.account(network.bits(PEERING, gateway) >> 16)
    return f"arn:aws:ec2:{region}:{account}:{kind}/{estate.id(series, index, network)}"


def transit_gateways(network: Network) -> int:
    """How many transit gateways there are: one for each peering, and one registered but not peered."""
    return network.counts.peerings + 1


def transit_gateway_arn(estate: Estate, network: Network, index: int) -> str:
    """The ARN of a transit gateway; peering n stands on transit gateway n."""
    return ec2_arn(estate, network, "transit-gateway", "tgw", index % transit_gateways(network))


def connect_peer_arn(estate: Estate, network: Network, index: int) -> str:
    """The ARN of a Connect peer on a transit gateway (not one on the core network)."""
    return ec2_arn(estate, network, "transit-gateway-connect-peer", "tgw-connect-peer", index)


def customer_gateway_arn(estate: Estate, network: Network, index: int) -> str:
    """The ARN of a customer gateway."""
    bits = network.bits(GATEWAY, index)
    where = f"{network.location(bits)}:{network.account(bits >> 16)}"
    return f"arn:aws:ec2:{where}:customer-gateway/{estate.id('cgw', index, network)}"


def direct_arn(estate: Estate, network: Network, kind: str, series: str, index: int) -> str:
    """The ARN of a Direct Connect connection or virtual interface."""
    bits = network.bits(DIRECT, index)
    where = f"{network.location(bits)}:{network.account(bits >> 16)}"
    return f"arn:aws:directconnect:{where}:{kind}/{estate.id(series, index, network)}"
