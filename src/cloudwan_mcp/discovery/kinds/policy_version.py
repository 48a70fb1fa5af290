"""Versions of a core network's policy, with the state of each one's change set."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier = f"{scope.core_network}/policy-version/{text(item, 'PolicyVersionId')}"
    label = " ".join(part for part in (text(item, "Alias"), text(item, "Description")) if part)
    state = text(item, "ChangeSetState")
    yield Element(identifier, "policy-version", label, scope.global_network, scope.core_network, state=state)
    yield Connection(identifier, scope.core_network, "part-of")


KIND = Kind(
    name="policy-version",
    operation="list_core_network_policy_versions",
    items="CoreNetworkPolicyVersions",
    scope="core-network",
    parse=_parse,
    parameters={"CoreNetworkId": core_network},
    timestamps=("CreatedAt",),
)
