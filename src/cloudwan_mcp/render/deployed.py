"""What a core network deploys beside its attachments: policy in force, isolation, inspection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.locate import lanes
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.parse import parse
from cloudwan_mcp.store import Filters, Reader

POLICIES = 20  # one a core network


def isolated(reader: Reader, core_network: str) -> frozenset[str]:
    """The segments whose own attachments the policy in force keeps apart; none where it cannot be read."""
    found = documents(reader, core_network)
    return frozenset(each.name for document in found for each in document.segments if each.isolated)


def documents(reader: Reader, core_network: str) -> Iterator[Document]:
    """The policies in force that can be read: one of a core network that is named."""
    for item in _in_force(reader, core_network):
        given = item.get("PolicyDocument")
        if given:
            with suppress(BadRequest):
                yield parse(given if isinstance(given, str) else json.dumps(given))


def inspected(reader: Reader, core_network: str) -> frozenset[str]:
    """The edges at which a network function group is deployed."""
    listed = lanes(reader, core_network=core_network)
    return frozenset(
        edge for lane, edges in listed if lane.type == "network-function-group" for edge in edges
    )


def policy_version(reader: Reader, core_network: str) -> int:
    """The number of the policy in force; 0 where that is not known."""
    versions = (item.get("PolicyVersionId") for item in _in_force(reader, core_network))
    return next((each for each in versions if isinstance(each, int)), 0)


def _in_force(reader: Reader, core_network: str) -> Iterator[dict[str, Any]]:
    """The items of policies in force, as AWS gave them to the discovery."""
    only = Filters(types=("core-network-policy",), core_network=core_network)
    for _, element in reader.page(only, after=0, limit=POLICIES).rows:
        item = json.loads(element.attributes or "{}")
        if isinstance(item, dict):
            yield item
