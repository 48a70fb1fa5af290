"""Global networks and core networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.network import CORE, GLOBAL, Network, moment

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate


def _tags(network: Network, name: str) -> list[Item]:
    return [{"Key": "Name", "Value": f"{name}-{network.number}"}, {"Key": "ManagedBy", "Value": "terraform"}]


def describe_global_networks(estate: Estate, params: Params) -> Selection:
    """Every global network of the account."""

    def item(position: int) -> Item:
        network = estate.networks[position]
        return {
            "GlobalNetworkId": network.global_id,
            "GlobalNetworkArn": network.global_arn,
            "Description": f"Global network {position}",
            "CreatedAt": moment(network.bits(GLOBAL, 0)),
            "State": "AVAILABLE",
            "Tags": _tags(network, "global"),
        }

    return select(len(estate.networks), item, params, {"GlobalNetworkIds": "GlobalNetworkId"})


def list_core_networks(estate: Estate, params: Params) -> Selection:
    """Every core network the account owns or shares."""

    def item(position: int) -> Item:
        network = estate.networks[position]
        return {
            "CoreNetworkId": network.core_id,
            "CoreNetworkArn": network.core_arn,
            "GlobalNetworkId": network.global_id,
            "OwnerAccountId": network.owner,
            "State": "AVAILABLE",
            "Description": f"Core network {position}",
            "Tags": _tags(network, "core"),
        }

    return select(len(estate.networks), item)


def get_core_network(estate: Estate, params: Params) -> Item:
    """The live segments, network function groups and edges."""
    network = estate.required(params)
    plan = network.plan
    return {
        "CoreNetwork": {
            "GlobalNetworkId": network.global_id,
            "CoreNetworkId": network.core_id,
            "CoreNetworkArn": network.core_arn,
            "Description": f"Core network {network.number}",
            "CreatedAt": moment(network.bits(CORE, 0)),
            "State": "AVAILABLE",
            "Segments": [
                {"Name": each.name, "EdgeLocations": each.edges, "SharedSegments": each.shared}
                for each in plan.segments
            ],
            "NetworkFunctionGroups": [
                {"Name": name, "EdgeLocations": edges, "Segments": {"SendVia": via, "SendTo": to}}
                for name, edges, via, to in plan.groups
            ],
            "Edges": [
                {"EdgeLocation": location, "Asn": asn, "InsideCidrBlocks": cidrs or None}
                for location, asn, cidrs in plan.edges
            ],
            "Tags": _tags(network, "core"),
        }
    }
