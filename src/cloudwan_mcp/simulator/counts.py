"""How many of everything one core network has: quotas and habits of real ones, scaled by attachments."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self, TypedDict


class Overrides(TypedDict, total=False):
    """Every count that may be given by keyword instead of being scaled."""

    segments: int
    network_function_groups: int
    edges: int
    accounts: int
    peers_per_connect: int
    peerings: int
    sites: int
    devices: int
    links: int
    connections: int
    customer_gateways: int
    transit_gateway_connect_peers: int
    direct_connects: int
    policy_versions: int
    changes: int
    prefix_lists: int
    routes: int
    context_stores: int
    contexts: int
    relationships_per_attachment: int


def _clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of one core network and its global network; `routes` are rows of one route table."""

    attachments: int
    segments: int
    network_function_groups: int
    edges: int
    accounts: int
    peers_per_connect: int
    peerings: int
    sites: int
    devices: int
    links: int
    connections: int
    customer_gateways: int
    transit_gateway_connect_peers: int
    direct_connects: int
    policy_versions: int
    changes: int
    prefix_lists: int
    routes: int
    context_stores: int
    contexts: int
    relationships_per_attachment: int

    @classmethod
    def scaled(cls, attachments: int, given: Overrides) -> Self:
        """Scale to `attachments`: at 5,000 the quotas are reached (40 segments and groups, 20 edges, ...)."""
        n = attachments
        counts: dict[str, int] = {
            "attachments": n,
            "segments": _clamp(3 + n // 140, 3, 38),
            "network_function_groups": _clamp(1 + n // 2500, 1, 2),
            "edges": _clamp(2 + n // 250, 2, 20),
            "accounts": _clamp(2 + n // 15, 2, 300),
            "peers_per_connect": 2,
            "peerings": _clamp(n // 50, 1, 50),
            "sites": _clamp(n // 25, 2, 200),
            "devices": _clamp(n // 25, 2, 200),
            "links": _clamp(n // 25, 2, 200),
            "connections": _clamp(n // 20, 1, 500),
            "customer_gateways": _clamp(n // 20, 1, 200),
            "transit_gateway_connect_peers": _clamp(n // 50, 1, 100),
            "direct_connects": _clamp(n // 100, 1, 40),
            "policy_versions": _clamp(3 + n // 100, 3, 120),
            "changes": _clamp(4 + n // 20, 4, 1200),
            "prefix_lists": _clamp(n // 50, 1, 100),
            "routes": _clamp(8 + n // 12, 8, 400),
            "context_stores": 1,
            "contexts": _clamp(n // 2, 4, 5000),
            "relationships_per_attachment": 2,
        }
        for name, value in given.items():
            if not isinstance(value, int) or value < 0:
                raise ValueError(f"{name} must be a count of 0 or more, not {value!r}")
            counts[name] = value
        unknown = set(counts) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown counts: {', '.join(sorted(unknown))}")
        return cls(**counts)
