"""What one probe is: the cheapest call that tells whether an action is granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cloudwan_mcp.discovery.kind import action_of
from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.model import Scope
from cloudwan_mcp.reads import OPERATIONS

NOUGHT = "00000000000000000"
SCOPE = Scope(f"global-network-{NOUGHT}", f"core-network-{NOUGHT}", "none", "us-west-2", "vpn-connection")
"""Ids in AWS's form of what does not exist: who may ask is told that, and who may not is refused."""

FIRST = ("describe_global_networks", "list_core_networks", "get_core_network")
"""Asked one after another before all others, which are asked about what these find."""

Parameters = Callable[[Scope], dict[str, Any]]


@dataclass(slots=True, frozen=True)
class Probe:
    """`items` is the member of the answer, as in `Kind`; `parameters` are those of a call within a scope."""

    operation: str
    items: str
    parameters: Parameters

    @property
    def action(self) -> str:
        return action_of(self.operation)


def _attachment(_: Scope) -> dict[str, Any]:
    return {"AttachmentId": f"attachment-{NOUGHT}"}


_SINGLE: Mapping[str, Parameters] = {
    "get_vpc_attachment": _attachment,
    "get_connect_attachment": _attachment,
    "get_site_to_site_vpn_attachment": _attachment,
    "get_direct_connect_gateway_attachment": _attachment,
    "get_transit_gateway_route_table_attachment": _attachment,
    "get_connect_peer": lambda _: {"ConnectPeerId": f"connect-peer-{NOUGHT}"},
    "get_transit_gateway_peering": lambda _: {"PeeringId": f"peering-{NOUGHT}"},
    "get_core_network_change_set": lambda scope: {"CoreNetworkId": scope.core_network, "PolicyVersionId": 1},
}


def probes() -> dict[str, Probe]:
    """By botocore's names of the operations: one for each that this product asks AWS for."""
    return {each.operation: each for each in _probes()}


def _probes() -> Iterator[Probe]:
    for kind in KINDS:
        yield Probe(kind.operation, kind.items, kind.arguments)
    for operation, parameters in _SINGLE.items():
        yield Probe(operation, OPERATIONS[operation], parameters)
