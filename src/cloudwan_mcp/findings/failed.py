"""Failed: attachments, peerings, Connect peers and registrations, with the cause that AWS names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudwan_mcp.finding import Evidence, Finding, items_of, seen, text_of
from cloudwan_mcp.model import Element

_ERRORS = "LastModificationErrors"
_FIXES = {
    "VPC_NOT_FOUND": "Attach a VPC that exists, and is shared with the account where it is another's.",
    "SUBNET_NOT_FOUND": "Name subnets that exist in the VPC.",
    "SUBNET_DUPLICATED_IN_AVAILABILITY_ZONE": "Name one subnet for each Availability Zone.",
    "SUBNET_NO_FREE_ADDRESSES": "Free addresses in the subnet, or name a subnet that has some.",
    "SUBNET_UNSUPPORTED_AVAILABILITY_ZONE": "Name subnets in Availability Zones that Cloud WAN supports.",
    "SUBNET_NO_IPV6_CIDRS": "Give the subnet an IPv6 block, or attach without IPv6 support.",
    "VPN_CONNECTION_NOT_FOUND": "Attach a VPN connection that exists in the edge's Region.",
    "VPN_EXISTING_ASSOCIATIONS": "Detach the VPN connection from its other gateway first.",
    "DIRECT_CONNECT_GATEWAY_NOT_FOUND": "Attach a Direct Connect gateway that exists.",
    "DIRECT_CONNECT_GATEWAY_EXISTING_ATTACHMENTS": "Detach the gateway from its other gateways first.",
    "DIRECT_CONNECT_GATEWAY_NO_PRIVATE_VIF": "Remove private virtual interfaces; a transit one is needed.",
    "TRANSIT_GATEWAY_NOT_FOUND": "Peer with a transit gateway that exists in the edge's Region.",
    "TRANSIT_GATEWAY_PEERS_LIMIT_EXCEEDED": "Delete peerings of the transit gateway, or raise its quota.",
    "MISSING_PERMISSIONS": "Grant the permission that AWS misses, then peer again.",
    "EDGE_LOCATION_PEER_DUPLICATE": "Use the peering that there is at this edge, or delete it first.",
}


def _examine(element: Element, attributes: Mapping[str, Any]) -> Evidence | None:
    failed = element.state == "FAILED"
    if not failed and _ERRORS not in element.attributes:
        return None
    errors = items_of(attributes.get(_ERRORS))
    if not errors:
        return _without_errors(element, attributes) if failed else None
    first = errors[0]
    code, message = text_of(first.get("Code")), text_of(first.get("Message"))
    context = first.get("MissingPermissionsContext")
    missing = text_of(context.get("MissingPermission")) if isinstance(context, dict) else ""
    return seen(
        f"{'Failed' if failed else 'Its last change failed'}: {code or 'no code'}. {message}",
        severity=None if failed else "medium",
        fix=_FIXES.get(code, ""),
        code=code,
        message=message,
        resource=text_of(first.get("ResourceArn")),
        missing_permission=missing,
        request=text_of(first.get("RequestId")),
        errors=len(errors),
    )


def _without_errors(element: Element, attributes: Mapping[str, Any]) -> Evidence:
    """A registration has its cause in its state; a Connect peer's is not listed."""
    state = attributes.get("State")
    message = text_of(state.get("Message")) if isinstance(state, dict) else ""
    return seen(f"Failed: {message or 'AWS names no cause in its listing.'}", message=message)


FINDING = Finding(
    name="failed",
    severity="high",
    title="Failed attachment, peering, Connect peer or registration",
    fix="Remove the cause that AWS names; then delete it and create it anew.",
    documentation="https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_AttachmentError.html",
    reads=("ListAttachments", "ListPeerings", "ListConnectPeers", "GetTransitGatewayRegistrations"),
    types=("attachment", "peering", "connect-peer", "transit-gateway-registration"),
    examine=_examine,
)
