"""Which prefixes an element holds, and which an attachment brings into the network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cloudwan_mcp.finding import items_of, strings_of
from cloudwan_mcp.model import Element
from cloudwan_mcp.store.index.prefix import Network, network

NESTED = 8  # levels: a definition is what another service described, and its prefixes lie not deep


def prefixes(element: Element, attributes: Mapping[str, Any]) -> Iterator[Network]:
    """The prefixes and addresses that an element says are its own or, of a route, its destination."""
    if element.type == "route":
        written = [str(attributes.get("DestinationCidrBlock") or "")]
    elif element.type == "core-network-edge":
        written = strings_of(attributes.get("InsideCidrBlocks"))
    elif element.type == "network-telemetry":
        written = [str(attributes.get("Address") or "")]
    elif "Definition" in attributes and "idr" in str(attributes["Definition"]):
        written = list(_blocks(attributes["Definition"]))
    else:
        return
    yield from {net for text in written if text and (net := network(text))}


def _blocks(definition: Any) -> Iterator[str]:
    """Whatever a described resource calls a CIDR block."""
    try:
        described = json.loads(definition) if isinstance(definition, str) else definition
    except ValueError:
        return
    level = [described]
    for _ in range(NESTED):
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                blocks = [v for k, v in value.items() if "cidr" in k.lower()]
                for block in [blocks, *blocks]:
                    yield from strings_of(block)
                deeper += value.values()
            elif isinstance(value, list):
                deeper += value
        level = deeper


def brought(element: Element, attributes: Mapping[str, Any]) -> Iterator[tuple[Network, str]]:
    """(prefix, id of the attachment that brings it) of a propagated route; nothing of anything else."""
    if element.type != "route" or attributes.get("Type") != "PROPAGATED":
        return
    net = network(str(attributes.get("DestinationCidrBlock") or ""))
    for end in items_of(attributes.get("Destinations")):
        owner = end.get("CoreNetworkAttachmentId")
        if net and isinstance(owner, str) and owner:
            yield net, owner
