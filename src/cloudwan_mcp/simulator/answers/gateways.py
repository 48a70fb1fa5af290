"""Transit gateways: peerings with the core network and registrations with the global network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.arns import ec2_arn, transit_gateway_arn, transit_gateways
from cloudwan_mcp.simulator.network import PEERING, Network, moment
from cloudwan_mcp.simulator.refusal import not_found

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate


def peering(estate: Estate, network: Network, index: int) -> Item:
    """A peering as ListPeerings gives it: without the transit gateway itself."""
    bits = network.bits(PEERING, index)
    failed = index % 40 == 17
    arn = ec2_arn(estate, network, "transit-gateway-attachment", "tgw-attach", index)
    error = {
        "Code": "MISSING_PERMISSIONS",
        "Message": "The role may not accept the peering",
        "ResourceArn": arn,
    }
    return {
        "CoreNetworkId": network.core_id,
        "CoreNetworkArn": network.core_arn,
        "PeeringId": estate.id("peering", index, network),
        "OwnerAccountId": network.account(bits >> 16),
        "PeeringType": "TRANSIT_GATEWAY",
        "State": "FAILED" if failed else "AVAILABLE",
        "EdgeLocation": network.peering_location(index),
        "ResourceArn": arn,
        "Tags": [{"Key": "Name", "Value": f"peering-{index:02d}"}],
        "CreatedAt": moment(bits),
        "LastModificationErrors": [error] if failed else None,
    }


def list_peerings(estate: Estate, params: Params) -> Selection:
    """Peerings of one core network or all."""
    among = estate.spread(estate.network(params), lambda network: network.counts.peerings)
    filters = {"PeeringType": "PeeringType", "EdgeLocation": "EdgeLocation", "State": "State"}
    return select(among.total, lambda position: peering(estate, *among.at(position)), params, filters)


def get_transit_gateway_peering(estate: Estate, params: Params) -> Item:
    """One peering, with its transit gateway."""
    identifier = params["PeeringId"]
    found = estate.locate("peering", identifier, "peerings")
    if found is None:
        raise not_found("PEERING", identifier)
    network, index = found
    return {
        "TransitGatewayPeering": {
            "Peering": peering(estate, network, index),
            "TransitGatewayArn": transit_gateway_arn(estate, network, index),
            "TransitGatewayPeeringAttachmentId": estate.id("tgw-attach", index, network),
        }
    }


def get_transit_gateway_registrations(estate: Estate, params: Params) -> Selection:
    """Transit gateways registered with a global network."""
    network = estate.required(params)

    def item(position: int) -> Item:
        return {
            "GlobalNetworkId": network.global_id,
            "TransitGatewayArn": transit_gateway_arn(estate, network, position),
            "State": {"Code": "AVAILABLE"},
        }

    filters = {"TransitGatewayArns": "TransitGatewayArn"}
    return select(transit_gateways(network), item, params, filters)
