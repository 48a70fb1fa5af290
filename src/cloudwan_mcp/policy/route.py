"""What one route is to routing policies, and what becomes of it on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.quotation import quote

Network = IPv4Network | IPv6Network
PrefixLists = Mapping[str, frozenset[Network]]
"""Prefixes by the alias under which a prefix list is associated with the core network."""


@lru_cache(maxsize=4096)
def read_prefix(text: str) -> Network | None:
    """A block, or an address as a block of one; host bits are dropped. None where it is neither."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def prefix_of(text: str, field: str = "prefix") -> Network:
    """The same; raises `BadRequest` where the text is neither address nor block."""
    found = read_prefix(text[:100])
    if found is None:
        raise BadRequest(
            f"{quote(text)} is neither an IP address nor a CIDR block.",
            field=field,
            next_step="Give one such as 10.1.2.3, 10.1.0.0/16 or 2001:db8::/32.",
        )
    return found


def contains(outer: Network, inner: Network) -> bool:
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]


@dataclass(slots=True, frozen=True)
class Route:
    """A prefix with its BGP attributes; None is "not known", which no rule matches.

    `as_path` has the nearest AS number first.
    """

    prefix: Network
    as_path: tuple[int, ...] | None = None
    communities: frozenset[str] | None = None
    med: int | None = None
    local_preference: int | None = None


@dataclass(slots=True, frozen=True)
class Step:
    """One rule that acted on a route."""

    policy: str
    rule: int
    action: str
    pointer: str


@dataclass(slots=True, frozen=True)
class Outcome:
    """The route after the policies, or None where they drop it; `steps` are the rules that acted."""

    route: Route | None
    steps: tuple[Step, ...] = ()
    assumptions: tuple[str, ...] = ()
