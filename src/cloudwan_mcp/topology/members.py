"""The names under which others keep an element's or a connection's id, type, region and ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

OWN_ELEMENT = frozenset(("id", "name", "element_type", "region", "metadata"))
OWN_CONNECTION = frozenset(("source", "target", "connection_type", "metadata"))
IDS = (  # the most specific first: an attachment also names its core network, a link its site
    "id",
    "Id",
    "AttachmentId",
    "ConnectPeerId",
    "PeeringId",
    "ConnectionId",
    "LinkId",
    "DeviceId",
    "SiteId",
    "TransitGatewayConnectPeerId",
    "TransitGatewayAttachmentId",
    "TransitGatewayRouteTableId",
    "TransitGatewayId",
    "VpnConnectionId",
    "CustomerGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "SubnetId",
    "RouteTableId",
    "VpcId",
    "ResourceId",
    "CoreNetworkId",
    "GlobalNetworkId",
    "ResourceArn",
)
NAMES = ("name", "Name")
TYPES = ("element_type", "type", "Type", "AttachmentType", "PeeringType", "ResourceType")
REGIONS = ("region", "Region", "EdgeLocation", "AwsRegion", "edge", "EdgeLocations")
SOURCES = ("source", "Source", "from", "From", "src", "SourceId")
TARGETS = ("target", "Target", "to", "To", "dst", "TargetId")
KINDS = ("connection_type", "type", "Type", "ConnectionType")
ARNS = ("From", "To")  # of GetNetworkResourceRelationships
ELEMENTS = ("elements", "nodes")
CONNECTIONS = ("connections", "edges", "links")
_UNTYPED = ("id", "Id", "ResourceId", "ResourceArn")
MOST_KEYS = 64  # dicts with more are no item of AWS's, and their keys not worth remembering


class ElementKeys(NamedTuple):
    """Which of a dict's members say what about an element; `own` for the form that `to_dict` gives."""

    own: bool
    identifier: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    regions: tuple[str, ...]
    implied: str


class ConnectionKeys(NamedTuple):
    """Likewise about a connection; empty where no member does."""

    own: bool
    source: str
    target: str
    kinds: tuple[str, ...]


def element_keys(value: Mapping[str, Any]) -> ElementKeys:
    """Worked out once for all dicts of the same keys."""
    find = _element_keys if len(value) <= MOST_KEYS else _element_keys.__wrapped__
    return find(tuple(value))


def connection_keys(value: Mapping[str, Any]) -> ConnectionKeys:
    """Worked out once for all dicts of the same keys."""
    find = _connection_keys if len(value) <= MOST_KEYS else _connection_keys.__wrapped__
    return find(tuple(value))


@lru_cache(maxsize=512)
def _element_keys(keys: tuple[str, ...]) -> ElementKeys:
    identifier = next(iter(_present(IDS, keys)), "")
    names, types, regions = (_present(each, keys) for each in (NAMES, TYPES, REGIONS))
    return ElementKeys(set(keys) <= OWN_ELEMENT, identifier, names, types, regions, _type_of(identifier))


@lru_cache(maxsize=512)
def _connection_keys(keys: tuple[str, ...]) -> ConnectionKeys:
    source, target = (next(iter(_present(each, keys)), "") for each in (SOURCES, TARGETS))
    return ConnectionKeys(set(keys) <= OWN_CONNECTION, source, target, _present(KINDS, keys))


def _present(names: Iterable[str], keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name in keys)


def _type_of(member: str) -> str:
    """`CoreNetworkId` -> `core-network`; nothing for members that say no type."""
    stem = "" if member in _UNTYPED else member.removesuffix("Id")
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in stem).lstrip("-")
