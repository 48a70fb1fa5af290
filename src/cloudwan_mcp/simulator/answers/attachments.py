"""Attachments of all five types, listed and one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection
from cloudwan_mcp.simulator.attachment import attachment, attachment_text, peering_of
from cloudwan_mcp.simulator.refusal import not_found

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate


def list_attachments(estate: Estate, params: Params) -> Selection:
    """Attachments of one core network or all; a type within one is found without looking at the others."""
    network = estate.network(params)
    first = network.start if network else 0
    count = network.counts.attachments if network else estate.attachments
    kind, edge, state = params.get("AttachmentType"), params.get("EdgeLocation"), params.get("State")
    if network and kind:
        typed = network
        count = typed.count(kind)

        def at(position: int) -> int:
            return first + typed.nth(kind, position)
    else:

        def at(position: int) -> int:
            return first + position

    def keep(position: int) -> bool:
        one = attachment(estate, at(position))
        return (
            (kind is None or one.kind == kind)
            and (state is None or one.state == state)
            and (edge is None or edge in one.edges)
        )

    filtered = edge or state or (kind and not network)
    return Selection(
        count, lambda position: attachment_text(estate, at(position)), keep if filtered else None
    )


def found(estate: Estate, identifier: str) -> int | None:
    """The index of the attachment an identifier stands for."""
    return estate.series["attachment"].index(identifier, estate.attachments)


def listed(estate: Estate, index: int) -> Item:
    """The attachment as an object."""
    item: Item = json.loads(attachment_text(estate, index))
    return item


def _of_type(estate: Estate, params: Params, kind: str) -> tuple[int, Item]:
    identifier = params["AttachmentId"]
    index = found(estate, identifier)
    if index is None or attachment(estate, index).kind != kind:
        raise not_found("ATTACHMENT", identifier)
    return index, listed(estate, index)


def get_vpc_attachment(estate: Estate, params: Params) -> Item:
    """A VPC attachment with its subnets and options; appliance mode where it serves a group."""
    index, base = _of_type(estate, params, "VPC")
    network = estate.network_of(index)
    where = f"arn:aws:ec2:{base['EdgeLocation']}:{base['OwnerAccountId']}:subnet"
    subnets = [estate.series["subnet"].id((index << 2 | zone) + (1 << 60)) for zone in range(2 + index % 2)]
    options = {
        "Ipv6Support": index % 4 == 0,
        "ApplianceModeSupport": "NetworkFunctionGroupName" in base,
        "DnsSupport": True,
        "SecurityGroupReferencingSupport": network.number % 2 == 0,
    }
    arns = [f"{where}/{subnet}" for subnet in subnets]
    return {"VpcAttachment": {"Attachment": base, "SubnetArns": arns, "Options": options}}


def get_connect_attachment(estate: Estate, params: Params) -> Item:
    """A Connect attachment with the attachment that transports it."""
    index, base = _of_type(estate, params, "CONNECT")
    return {
        "ConnectAttachment": {
            "Attachment": base,
            "TransportAttachmentId": estate.id("attachment", index - 1),
            "Options": {"Protocol": "GRE"},
        }
    }


def get_site_to_site_vpn_attachment(estate: Estate, params: Params) -> Item:
    """A Site-to-Site VPN attachment."""
    _, base = _of_type(estate, params, "SITE_TO_SITE_VPN")
    return {"SiteToSiteVpnAttachment": {"Attachment": base, "VpnConnectionArn": base["ResourceArn"]}}


def get_direct_connect_gateway_attachment(estate: Estate, params: Params) -> Item:
    """A Direct Connect gateway attachment."""
    _, base = _of_type(estate, params, "DIRECT_CONNECT_GATEWAY")
    return {
        "DirectConnectGatewayAttachment": {"Attachment": base, "DirectConnectGatewayArn": base["ResourceArn"]}
    }


def get_transit_gateway_route_table_attachment(estate: Estate, params: Params) -> Item:
    """A transit gateway route table attachment with the peering it stands on."""
    index, base = _of_type(estate, params, "TRANSIT_GATEWAY_ROUTE_TABLE")
    network = estate.network_of(index)
    peering = peering_of(network, index - network.start)
    return {
        "TransitGatewayRouteTableAttachment": {
            "Attachment": base,
            "PeeringId": estate.id("peering", peering, network),
            "TransitGatewayRouteTableArn": base["ResourceArn"],
        }
    }
