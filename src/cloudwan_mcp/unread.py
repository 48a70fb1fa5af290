"""What a snapshot says nothing about: what its gaps cover, and route tables that nobody asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cloudwan_mcp.model import Gap

MISMATCH = "CountMismatch"  # all was listed, while something came or went
WITHIN_CORE_NETWORKS = {
    "ListCoreNetworks": ("core-network",),
    "GetCoreNetwork": ("segment", "network-function-group", "core-network-edge"),
    "GetCoreNetworkPolicy": ("core-network-policy",),
    "ListCoreNetworkPolicyVersions": ("policy-version",),
    "ListConnectPeers": ("connect-peer",),
    "ListAttachmentRoutingPolicyAssociations": ("routing-policy-association",),
    "ListCoreNetworkPrefixListAssociations": ("prefix-list-association",),
    "ListAttachmentNatConfigurations": ("nat-configuration",),
    "GetNetworkRoutes": ("route",),
}
WITHIN_GLOBAL_NETWORKS = {
    "GetSites": ("site",),
    "GetDevices": ("device",),
    "GetLinks": ("link",),
    "GetConnections": ("connection",),
    "GetTransitGatewayRegistrations": ("transit-gateway-registration",),
    "GetCustomerGatewayAssociations": ("customer-gateway-association",),
    "GetConnectPeerAssociations": ("connect-peer-association",),
    "GetTransitGatewayConnectPeerAssociations": ("transit-gateway-connect-peer-association",),
    "GetNetworkTelemetry": ("network-telemetry",),
}
TYPES = WITHIN_CORE_NETWORKS | WITHIN_GLOBAL_NETWORKS
NOT_OURS = "transit-gateway-attachment"  # comes with the network resources


class Unread:
    """`gaps` are a snapshot's, `tables` (core network, segment, edge) of the route tables that it read."""

    def __init__(self, gaps: Iterable[Gap], tables: Collection[tuple[str, str, str]]) -> None:
        self._gaps = [gap for gap in gaps if gap.code != MISMATCH]
        self._tables = tables

    def covers(self, kind: str, network: str, core_network: str, segment: str, edge: str) -> bool:
        """Whether an element of this type at this place could be there without the snapshot knowing."""
        if kind == "route" and (core_network, segment, edge) not in self._tables:
            return True
        place = {network, core_network, segment, edge, kind}
        return any(_hides(gap, kind) and _within(gap.scope, place) for gap in self._gaps)


def _hides(gap: Gap, kind: str) -> bool:
    if gap.operation == "ListAttachments":
        return kind.endswith("-attachment") and kind != NOT_OURS
    if gap.operation == "ListPeerings":
        return kind.endswith("-peering")
    if gap.operation == "GetNetworkResources":
        return True  # its scope names the type
    if gap.operation == "ListCoreNetworks":  # without which nothing within them is listed
        return _of_core_network(kind)
    if gap.operation == "DescribeGlobalNetworks":
        return not _of_core_network(kind)
    return kind in TYPES.get(gap.operation, ())


def _of_core_network(kind: str) -> bool:
    if kind.endswith(("-attachment", "-peering")):
        return kind != NOT_OURS
    return any(kind in types for types in WITHIN_CORE_NETWORKS.values())


def _within(label: str, place: set[str]) -> bool:
    """Whether a scope's label, such as `core-network-1 prod eu-west-1`, is about this place."""
    return label == "account" or place.issuperset(label.split())
