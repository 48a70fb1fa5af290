"""Customer gateway associations: which device ends a Site-to-Site VPN."""

from __future__ import annotations

from cloudwan_mcp.discovery.association import association

KIND = association(
    "customer-gateway-association",
    "get_customer_gateway_associations",
    "CustomerGatewayAssociations",
    "CustomerGatewayArn",
)
