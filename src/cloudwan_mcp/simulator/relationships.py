"""Which resource of a network is related to which, as pairs of ARNs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answers.connect import connect_peer, connect_peer_manager_arn, connect_peers
from cloudwan_mcp.simulator.answers.premises import ends, pairs
from cloudwan_mcp.simulator.arns import customer_gateway_arn, manager_arn, transit_gateway_arn
from cloudwan_mcp.simulator.attachment import attachment
from cloudwan_mcp.simulator.inventory import attached_arn, customer_gateway_of
from cloudwan_mcp.simulator.network import Network

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

Pair = tuple[str, str]


def relationships(network: Network) -> dict[str, int]:
    """How many pairs of each sort, in the order they are listed."""
    counts = network.counts
    placed = counts.sites > 0
    return {
        "attachment": min(counts.relationships_per_attachment, 2) * counts.attachments,
        "connect-peer": connect_peers(network),
        "peering": counts.peerings,
        "device-link": pairs(network),
        "device-site": counts.devices if placed else 0,
        "link-site": counts.links if placed else 0,
        "connection": 2 * counts.connections if counts.devices else 0,
        "customer-gateway": counts.customer_gateways if counts.devices else 0,
        "vpn-connection": network.count("SITE_TO_SITE_VPN") if counts.customer_gateways else 0,
    }


def relationship(estate: Estate, network: Network, sort: str, index: int) -> Pair:
    """The pair at an index of one sort."""
    return _SORTS[sort](estate, network, index)


def _arn(estate: Estate, network: Network, kind: str, index: int) -> str:
    return manager_arn(network, kind, estate.id(kind, index, network))


def _attachment(estate: Estate, network: Network, index: int) -> Pair:
    each = min(network.counts.relationships_per_attachment, 2)
    one = attachment(estate, network.start + index // each)
    arn = f"arn:aws:networkmanager::{network.owner}:attachment/{one.id}"
    return arn, one.resource if index % each else network.core_arn


def _connect_peer(estate: Estate, network: Network, index: int) -> Pair:
    owner = connect_peer(estate, network, index)["ConnectAttachmentId"]
    return connect_peer_manager_arn(estate, network, index), manager_arn(network, "attachment", owner)


def _peering(estate: Estate, network: Network, index: int) -> Pair:
    return _arn(estate, network, "peering", index), transit_gateway_arn(estate, network, index)


def _between(one: str, other: str) -> Callable[[Estate, Network, int], Pair]:
    def pair(estate: Estate, network: Network, index: int) -> Pair:
        at = index % network.counts.sites if other == "site" else index
        return _arn(estate, network, one, index), _arn(estate, network, other, at)

    return pair


def _connection(estate: Estate, network: Network, index: int) -> Pair:
    end = ends(network, index // 2)[index % 2]
    return _arn(estate, network, "connection", index // 2), _arn(estate, network, "device", end)


def _customer_gateway(estate: Estate, network: Network, index: int) -> Pair:
    device = index % network.counts.devices
    return customer_gateway_arn(estate, network, index), _arn(estate, network, "device", device)


def _vpn(estate: Estate, network: Network, index: int) -> Pair:
    gateway = customer_gateway_of(network, index) or 0
    vpn = attached_arn("SITE_TO_SITE_VPN")(estate, network, index)
    return vpn, customer_gateway_arn(estate, network, gateway)


_SORTS: dict[str, Callable[[Estate, Network, int], Pair]] = {
    "attachment": _attachment,
    "connect-peer": _connect_peer,
    "peering": _peering,
    "device-link": _between("device", "link"),
    "device-site": _between("device", "site"),
    "link-site": _between("link", "site"),
    "connection": _connection,
    "customer-gateway": _customer_gateway,
    "vpn-connection": _vpn,
}
