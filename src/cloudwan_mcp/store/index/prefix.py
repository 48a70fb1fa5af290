"""Prefixes as rows that sort: the network's first address as bytes, and how many bits are fixed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def network(text: str) -> Network | None:
    """The network that `text` writes, an address being one of a single address; None for anything else."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def row(net: Network) -> tuple[int, bytes, int]:
    """(family, first address, bits)."""
    return net.version, net.network_address.packed, net.prefixlen
