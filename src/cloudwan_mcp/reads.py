"""Single reads: what is asked of AWS on demand, beside what a discovery lists."""

from __future__ import annotations

from collections.abc import Mapping

OPERATIONS: Mapping[str, str] = {
    "get_network_routes": "NetworkRoutes",
    "get_vpc_attachment": "VpcAttachment",
    "get_connect_attachment": "ConnectAttachment",
    "get_site_to_site_vpn_attachment": "SiteToSiteVpnAttachment",
    "get_direct_connect_gateway_attachment": "DirectConnectGatewayAttachment",
    "get_transit_gateway_route_table_attachment": "TransitGatewayRouteTableAttachment",
    "get_connect_peer": "ConnectPeer",
    "get_transit_gateway_peering": "TransitGatewayPeering",
    "get_core_network_policy": "CoreNetworkPolicy",
    "get_core_network_change_set": "CoreNetworkChanges",
}
"""What may be looked up: operations by botocore's names, and the member of their answers with the items."""
