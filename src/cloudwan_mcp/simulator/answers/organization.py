"""What belongs to the account: its organization, tags, resource policies and route analyses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.answers.attachments import found, listed
from cloudwan_mcp.simulator.answers.connect import connect_peer, connect_peers
from cloudwan_mcp.simulator.answers.gateways import peering
from cloudwan_mcp.simulator.answers.networks import get_core_network
from cloudwan_mcp.simulator.answers.premises import connection, device, link, site
from cloudwan_mcp.simulator.arns import ec2_arn, transit_gateway_arn
from cloudwan_mcp.simulator.network import STRIDE, Network, moment
from cloudwan_mcp.simulator.refusal import not_found

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_TAGGED = {
    "site": (site, "sites"),
    "device": (device, "devices"),
    "link": (link, "links"),
    "connection": (connection, "connections"),
    "peering": (peering, "peerings"),
}


def list_organization_service_access_status(estate: Estate, params: Params) -> Selection:
    """Every account of the organization; the items are nested in OrganizationStatus."""

    def item(position: int) -> Item:
        return {"AccountId": estate.accounts[position], "SLRDeploymentStatus": "SUCCEEDED"}

    status = {
        "OrganizationId": f"o-{estate.series['attachment'].key & 0xFFFFFFFFFF:010x}",
        "OrganizationAwsServiceAccessStatus": "ENABLED",
        "SLRDeploymentStatus": "SUCCEEDED",
    }
    return select(len(estate.accounts), item, top={"OrganizationStatus": status})


def list_tags_for_resource(estate: Estate, params: Params) -> Item:
    """The tags of anything Network Manager has tagged."""
    arn: str = params["ResourceArn"]
    tags = _tags(estate, arn)
    if tags is None:
        raise not_found("RESOURCE", arn)
    return {"TagList": tags}


def _tags(estate: Estate, arn: str) -> list[Item] | None:
    kind, _, path = arn.rpartition(":")[2].partition("/")
    identifier = path.rpartition("/")[2]
    if kind == "attachment":
        index = found(estate, identifier)
        return None if index is None else listed(estate, index)["Tags"]
    if kind in ("core-network", "global-network"):
        member = "CoreNetworkId" if kind == "core-network" else "GlobalNetworkId"
        return get_core_network(estate, {member: identifier})["CoreNetwork"]["Tags"]  # type: ignore[no-any-return]
    if kind == "connect-peer":
        place = estate.locate(kind, identifier)
        known = place is not None and place[1] < connect_peers(place[0])
        return connect_peer(estate, *place)["Tags"] if place and known else None
    if kind in _TAGGED:
        make, count = _TAGGED[kind]
        place = estate.locate(kind, identifier, count)
        return make(estate, *place)["Tags"] if place else None
    return None


def get_resource_policy(estate: Estate, params: Params) -> Item:
    """The policy that shares a core network; a resource without one gives an empty answer."""
    arn: str = params["ResourceArn"]
    if not any(network.core_arn == arn for network in estate.networks):
        return {}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in estate.accounts[1:3]]},
        "Action": ["networkmanager:CreateVpcAttachment", "networkmanager:GetCoreNetwork"],
        "Resource": arn,
    }
    return {"PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


def get_route_analysis(estate: Estate, params: Params) -> Item:
    """A finished route analysis between two attachments of a transit gateway."""
    network = estate.required(params)
    identifier = params["RouteAnalysisId"]
    index = estate.series["route-analysis"].index(identifier, len(estate.networks) * STRIDE)
    if index is None or index // STRIDE != network.number or index % STRIDE >= 4:
        raise not_found("ROUTE_ANALYSIS", identifier)
    gateway = transit_gateway_arn(estate, network, index % STRIDE)
    path = {"CompletionStatus": {"ResultCode": "CONNECTED"}, "Path": _steps(estate, network, gateway)}
    return {
        "RouteAnalysis": {
            "GlobalNetworkId": network.global_id,
            "OwnerAccountId": network.owner,
            "RouteAnalysisId": identifier,
            "StartTimestamp": moment(index),
            "Status": "COMPLETED",
            "Source": _end(estate, network, gateway, 0),
            "Destination": _end(estate, network, gateway, 1),
            "IncludeReturnPath": True,
            "UseMiddleboxes": False,
            "ForwardPath": path,
            "ReturnPath": path,
        }
    }


def _end(estate: Estate, network: Network, gateway: str, index: int) -> Item:
    arn = ec2_arn(estate, network, "transit-gateway-attachment", "tgw-attach", index)
    return {"TransitGatewayAttachmentArn": arn, "TransitGatewayArn": gateway, "IpAddress": f"10.0.{index}.10"}


def _steps(estate: Estate, network: Network, gateway: str) -> list[Item]:
    resources = [
        (
            ec2_arn(estate, network, "transit-gateway-attachment", "tgw-attach", 0),
            "transit-gateway-attachment",
        ),
        (
            ec2_arn(estate, network, "transit-gateway-route-table", "tgw-rtb", 0),
            "transit-gateway-route-table",
        ),
        (
            ec2_arn(estate, network, "transit-gateway-attachment", "tgw-attach", 1),
            "transit-gateway-attachment",
        ),
    ]
    return [
        {
            "Sequence": number,
            "Resource": {
                "RegisteredGatewayArn": gateway,
                "ResourceArn": arn,
                "ResourceType": kind,
                "IsMiddlebox": False,
            },
            "DestinationCidrBlock": "10.0.1.0/24",
        }
        for number, (arn, kind) in enumerate(resources, 1)
    ]
