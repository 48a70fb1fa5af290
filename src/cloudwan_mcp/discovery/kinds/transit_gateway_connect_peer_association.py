"""Transit gateway Connect peer associations: which device such a peer is."""

from __future__ import annotations

from cloudwan_mcp.discovery.association import association

KIND = association(
    "transit-gateway-connect-peer-association",
    "get_transit_gateway_connect_peer_associations",
    "TransitGatewayConnectPeerAssociations",
    "TransitGatewayConnectPeerArn",
)
