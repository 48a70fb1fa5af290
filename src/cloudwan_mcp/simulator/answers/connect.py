"""Connect peers on Connect attachments, and the devices they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudwan_mcp.simulator.answer import Item, Params, Selection, select
from cloudwan_mcp.simulator.arns import connect_peer_arn, customer_gateway_arn, manager_arn
from cloudwan_mcp.simulator.attachment import attachment
from cloudwan_mcp.simulator.network import PEER, Network, moment
from cloudwan_mcp.simulator.refusal import not_found

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate


def connect_peers(network: Network) -> int:
    """How many Connect peers a core network has."""
    return network.count("CONNECT") * network.counts.peers_per_connect


def connect_peer(estate: Estate, network: Network, index: int) -> Item:
    """The peer with its configuration, as GetConnectPeer gives it."""
    local = network.nth("CONNECT", index // network.counts.peers_per_connect)
    owner = attachment(estate, network.start + local)
    bits, identifier = network.bits(PEER, index), estate.id("connect-peer", index, network)
    failed = bits & 63 == 0
    inside = f"169.254.{index // 32 % 256}.{index % 32 * 8}/29"
    outer, peer = f"10.255.{index >> 8 & 255}.{index & 255}", f"192.168.{index >> 8 & 255}.{index & 255}"
    base = inside.rpartition(".")[0]
    first = index % 32 * 8
    asn = 65000 + index % 500
    errors = [
        {"Code": "EDGE_LOCATION_NO_FREE_IPS", "Message": "No free addresses", "RequestId": f"{bits:016x}"}
    ]
    return {
        "CoreNetworkId": network.core_id,
        "ConnectAttachmentId": owner.id,
        "ConnectPeerId": identifier,
        "EdgeLocation": owner.edges[0],
        "State": "FAILED" if failed else "AVAILABLE",
        "CreatedAt": moment(bits),
        "Configuration": {
            "CoreNetworkAddress": outer,
            "PeerAddress": peer,
            "InsideCidrBlocks": [inside],
            "Protocol": "GRE",
            "BgpConfigurations": [
                {
                    "CoreNetworkAsn": 64512,
                    "PeerAsn": asn,
                    "CoreNetworkAddress": f"{base}.{first + 2 + session}",
                    "PeerAddress": f"{base}.{first + 1}",
                }
                for session in range(2)
            ],
        },
        "Tags": [{"Key": "Name", "Value": f"peer-{index:05d}"}],
        "LastModificationErrors": errors if failed else None,
    }


def get_connect_peer(estate: Estate, params: Params) -> Item:
    """One Connect peer."""
    identifier = params["ConnectPeerId"]
    found = estate.locate("connect-peer", identifier)
    if found is None or found[1] >= connect_peers(found[0]):
        raise not_found("CONNECT_PEER", identifier)
    return {"ConnectPeer": connect_peer(estate, *found)}


def _summary(estate: Estate, network: Network, index: int) -> Item:
    whole = connect_peer(estate, network, index)
    listed = ("CoreNetworkId", "ConnectAttachmentId", "ConnectPeerId", "EdgeLocation", "CreatedAt", "Tags")
    return {**{name: whole[name] for name in listed}, "ConnectPeerState": whole["State"]}


def list_connect_peers(estate: Estate, params: Params) -> Selection:
    """Connect peers of one core network or all, or of one Connect attachment."""
    among = estate.spread(estate.network(params), connect_peers)

    def item(position: int) -> Item:
        return _summary(estate, *among.at(position))

    return select(among.total, item, params, {"ConnectAttachmentId": "ConnectAttachmentId"})


def _premises(estate: Estate, network: Network, position: int) -> Item:
    devices, links = network.counts.devices, network.counts.links
    return {
        "GlobalNetworkId": network.global_id,
        "DeviceId": estate.id("device", position % devices, network) if devices else None,
        "LinkId": estate.id("link", position % links, network) if links else None,
        "State": "AVAILABLE",
    }


def get_connect_peer_associations(estate: Estate, params: Params) -> Selection:
    """Every second Connect peer, with the device it leads to."""
    network = estate.required(params)

    def item(position: int) -> Item:
        peer = estate.id("connect-peer", 2 * position, network)
        return {"ConnectPeerId": peer, **_premises(estate, network, position)}

    return select((connect_peers(network) + 1) // 2, item, params, {"ConnectPeerIds": "ConnectPeerId"})


def get_customer_gateway_associations(estate: Estate, params: Params) -> Selection:
    """Customer gateways with their devices."""
    network = estate.required(params)

    def item(position: int) -> Item:
        arn = customer_gateway_arn(estate, network, position)
        return {"CustomerGatewayArn": arn, **_premises(estate, network, position)}

    filters = {"CustomerGatewayArns": "CustomerGatewayArn"}
    return select(network.counts.customer_gateways, item, params, filters)


def get_transit_gateway_connect_peer_associations(estate: Estate, params: Params) -> Selection:
    """Connect peers of transit gateways with their devices."""
    network = estate.required(params)

    def item(position: int) -> Item:
        arn = connect_peer_arn(estate, network, position)
        return {"TransitGatewayConnectPeerArn": arn, **_premises(estate, network, position)}

    filters = {"TransitGatewayConnectPeerArns": "TransitGatewayConnectPeerArn"}
    return select(network.counts.transit_gateway_connect_peers, item, params, filters)


def connect_peer_manager_arn(estate: Estate, network: Network, index: int) -> str:
    """The ARN of a Connect peer of the core network."""
    return manager_arn(network, "connect-peer", estate.id("connect-peer", index, network))
