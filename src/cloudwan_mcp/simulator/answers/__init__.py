"""Every read operation and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection
from cloudwan_mcp.simulator.answers import (
    attachments,
    connect,
    contexts,
    gateways,
    labels,
    networks,
    organization,
    policies,
    premises,
    resources,
    routes,
)

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

LISTINGS: dict[str, Callable[[Estate, Params], Selection]] = {
    "DescribeGlobalNetworks": networks.describe_global_networks,
    "GetConnectPeerAssociations": connect.get_connect_peer_associations,
    "GetConnections": premises.get_connections,
    "GetCoreNetworkChangeEvents": policies.get_core_network_change_events,
    "GetCoreNetworkChangeSet": policies.get_core_network_change_set,
    "GetCustomerGatewayAssociations": connect.get_customer_gateway_associations,
    "GetDevices": premises.get_devices,
    "GetLinkAssociations": premises.get_link_associations,
    "GetLinks": premises.get_links,
    "GetNetworkResourceCounts": resources.get_network_resource_counts,
    "GetNetworkResourceRelationships": resources.get_network_resource_relationships,
    "GetNetworkResources": resources.get_network_resources,
    "GetNetworkRoutes": routes.get_network_routes,
    "GetNetworkTelemetry": resources.get_network_telemetry,
    "GetSites": premises.get_sites,
    "GetTransitGatewayConnectPeerAssociations": connect.get_transit_gateway_connect_peer_associations,
    "GetTransitGatewayRegistrations": gateways.get_transit_gateway_registrations,
    "ListAttachmentNatConfigurations": labels.list_attachment_nat_configurations,
    "ListAttachmentRoutingPolicyAssociations": labels.list_attachment_routing_policy_associations,
    "ListAttachments": attachments.list_attachments,
    "ListConnectPeers": connect.list_connect_peers,
    "ListContextChanges": contexts.list_context_changes,
    "ListContextStoreAssociations": contexts.list_context_store_associations,
    "ListContextStores": contexts.list_context_stores,
    "ListContexts": contexts.list_contexts,
    "ListCoreNetworkPolicyVersions": policies.list_core_network_policy_versions,
    "ListCoreNetworkPrefixListAssociations": labels.list_core_network_prefix_list_associations,
    "ListCoreNetworkRoutingInformation": routes.list_core_network_routing_information,
    "ListCoreNetworks": networks.list_core_networks,
    "ListOrganizationServiceAccessStatus": organization.list_organization_service_access_status,
    "ListPeerings": gateways.list_peerings,
}

OBJECTS: dict[str, Callable[[Estate, Params], Item]] = {
    "GetConnectAttachment": attachments.get_connect_attachment,
    "GetConnectPeer": connect.get_connect_peer,
    "GetContextStore": contexts.get_context_store,
    "GetContextStoreAssociation": contexts.get_context_store_association,
    "GetContextVersion": contexts.get_context_version,
    "GetCoreNetwork": networks.get_core_network,
    "GetCoreNetworkPolicy": policies.get_core_network_policy,
    "GetDirectConnectGatewayAttachment": attachments.get_direct_connect_gateway_attachment,
    "GetResourcePolicy": organization.get_resource_policy,
    "GetRouteAnalysis": organization.get_route_analysis,
    "GetSiteToSiteVpnAttachment": attachments.get_site_to_site_vpn_attachment,
    "GetTransitGatewayPeering": gateways.get_transit_gateway_peering,
    "GetTransitGatewayRouteTableAttachment": attachments.get_transit_gateway_route_table_attachment,
    "GetVpcAttachment": attachments.get_vpc_attachment,
    "ListTagsForResource": organization.list_tags_for_resource,
}
