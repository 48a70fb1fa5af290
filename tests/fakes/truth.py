"""What a discovery of a simulated estate must find, computed from the estate alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil
from typing import Any

from cloudwan_mcp.simulator import Estate

POLLED = (
    "dxcon", "dx-gateway", "dx-vif", "customer-gateway", "transit-gateway", "transit-gateway-attachment",
    "transit-gateway-connect-peer", "transit-gateway-route-table", "vpn-connection",
)  # fmt: skip

# operation: (element type, member that identifies); where Network Manager's own items carry an id
IDENTIFIED = {
    "GetSites": ("site", "SiteId"),
    "GetDevices": ("device", "DeviceId"),
    "GetLinks": ("link", "LinkId"),
    "GetConnections": ("connection", "ConnectionId"),
    "ListConnectPeers": ("connect-peer", "ConnectPeerId"),
    "ListPeerings": ("transit-gateway-peering", "PeeringId"),
}
# operation: element type of listings whose items are counted, for their ids are made up here
COUNTED = {
    "ListCoreNetworkPolicyVersions": "policy-version",
    "ListAttachmentRoutingPolicyAssociations": "routing-policy-association",
    "ListAttachmentNatConfigurations": "nat-configuration",
    "ListCoreNetworkPrefixListAssociations": "prefix-list-association",
    "GetTransitGatewayRegistrations": "transit-gateway-registration",
    "GetCustomerGatewayAssociations": "customer-gateway-association",
    "GetConnectPeerAssociations": "connect-peer-association",
    "GetTransitGatewayConnectPeerAssociations": "transit-gateway-connect-peer-association",
    "GetNetworkTelemetry": "network-telemetry",
}
# operation: the element types that nothing else lists
LOST: dict[str, tuple[str, ...]] = {
    **{operation: (kind,) for operation, (kind, _) in IDENTIFIED.items()},
    **{operation: (kind,) for operation, kind in COUNTED.items()},
    "ListAttachments": (
        "vpc-attachment", "connect-attachment", "site-to-site-vpn-attachment",
        "direct-connect-gateway-attachment",
        "transit-gateway-route-table-attachment",
    ),
    "GetCoreNetwork": ("segment", "network-function-group", "core-network-edge"),
    "GetCoreNetworkPolicy": ("core-network-policy",),
    "GetNetworkResources": POLLED,
    "GetNetworkResourceRelationships": (),
    "GetNetworkResourceCounts": (),
}  # fmt: skip
PER_GLOBAL_NETWORK = (
    "GetSites", "GetDevices", "GetLinks", "GetConnections", "GetTransitGatewayRegistrations",
    "GetCustomerGatewayAssociations", "GetConnectPeerAssociations",
    "GetTransitGatewayConnectPeerAssociations", "GetNetworkTelemetry",
    "GetNetworkResourceRelationships", "GetNetworkResourceCounts",
)  # fmt: skip
PER_CORE_NETWORK = (
    "ListAttachments", "ListConnectPeers", "ListPeerings", "ListCoreNetworkPolicyVersions",
    "ListAttachmentRoutingPolicyAssociations", "ListAttachmentNatConfigurations",
    "ListCoreNetworkPrefixListAssociations",
)  # fmt: skip


def scopes(estate: Estate) -> Iterator[tuple[str, dict[str, str]]]:
    """Every listing within a network, with its parameters."""
    for network in estate.networks:
        yield from ((each, {"GlobalNetworkId": network.global_id}) for each in PER_GLOBAL_NETWORK)
        yield from ((each, {"CoreNetworkId": network.core_id}) for each in PER_CORE_NETWORK)


def ids(estate: Estate) -> dict[str, set[str]]:
    """The ids that must be found, by element type."""
    found: dict[str, set[str]] = {}
    for kind, identifier in (*_layout(estate), *_listed(estate), *_polled(estate)):
        found.setdefault(kind, set()).add(identifier)
    return found


def _layout(estate: Estate) -> Iterator[tuple[str, str]]:
    for network in estate.networks:
        core, plan = network.core_id, network.plan
        yield "global-network", network.global_id
        yield "core-network", core
        yield "core-network-policy", f"{core}/policy/LIVE"
        yield from (("segment", f"{core}/segment/{each.name}") for each in plan.segments)
        yield from (
            ("network-function-group", f"{core}/network-function-group/{each.name}") for each in plan.groups
        )
        yield from (("core-network-edge", f"{core}/edge/{edge}") for edge in plan.locations)


def _listed(estate: Estate) -> Iterator[tuple[str, str]]:
    for operation, scope in scopes(estate):
        if operation == "ListAttachments":
            for item in estate.items(operation, **scope):
                kind = item["AttachmentType"].lower().replace("_", "-")
                yield f"{kind}-attachment", item["AttachmentId"]
        if operation in IDENTIFIED:
            kind, member = IDENTIFIED[operation]
            yield from ((kind, item[member]) for item in estate.items(operation, **scope))


def _polled(estate: Estate) -> Iterator[tuple[str, str]]:
    for network in estate.networks:
        for kind in POLLED:
            scope = {"GlobalNetworkId": network.global_id, "ResourceType": kind}
            for item in estate.items("GetNetworkResources", **scope):
                yield kind, item["ResourceArn"].rpartition("/")[2]


def counts(estate: Estate) -> Counter[str]:
    """How many elements of each type must be found."""
    found: Counter[str] = Counter({kind: len(members) for kind, members in ids(estate).items()})
    for operation, scope in scopes(estate):
        if operation in COUNTED:
            found[COUNTED[operation]] += estate.count(operation, **scope)
    return +found


def pages(count: int, size: int) -> int:
    return max(1, ceil(count / size))


def calls(estate: Estate, size: int = 500) -> Counter[str]:
    """How often each operation must be called when nothing goes wrong."""
    networks = len(estate.networks)
    found: Counter[str] = Counter(
        DescribeGlobalNetworks=pages(networks, size),
        ListCoreNetworks=pages(networks, size),
        GetCoreNetwork=networks,
        GetCoreNetworkPolicy=networks,
    )
    for operation, scope in scopes(estate):
        found[operation] += pages(estate.count(operation, **scope), size)
    for network in estate.networks:
        for kind in POLLED:
            scope = {"GlobalNetworkId": network.global_id, "ResourceType": kind}
            count = estate.count("GetNetworkResources", **scope)
            found["GetNetworkResources"] += ceil(count / size)
    return +found


def formula(estate: Estate) -> int:
    """The calls of one core network's skeleton: what a network of A attachments costs to read.

    It leaves out relationships (which stand for a call per device), telemetry and polled resource types.
    """
    (network,) = estate.networks
    core: dict[str, Any] = {"CoreNetworkId": network.core_id}
    peers = {"GlobalNetworkId": network.global_id}
    per_attachment = (
        estate.count("ListAttachments", **core),
        estate.count("ListAttachmentRoutingPolicyAssociations", **core),
        estate.count("ListAttachmentNatConfigurations", **core),
    )
    per_peer = (estate.count("ListConnectPeers", **core), estate.count("GetConnectPeerAssociations", **peers))
    singles, premises, others = 5, 7, 2
    listings = (*per_attachment, estate.count("ListPeerings", **core), *per_peer)
    return singles + sum(pages(each, 500) for each in listings) + premises + others
