"""The LIVE policy document of a core network."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.discovery.item import text
from cloudwan_mcp.discovery.kind import Item, Kind, core_network
from cloudwan_mcp.model import Connection, Element, Scope


def _live(scope: Scope) -> str:
    return "LIVE"


def _parse(item: Item, scope: Scope) -> Iterable[Element | Connection]:
    identifier = f"{scope.core_network}/policy/{text(item, 'Alias') or 'LIVE'}"
    state = text(item, "ChangeSetState")
    yield Element(
        identifier,
        "core-network-policy",
        f"version {text(item, 'PolicyVersionId')}",
        scope.global_network,
        scope.core_network,
        state=state,
    )
    yield Connection(identifier, scope.core_network, "part-of")


KIND = Kind(
    name="core-network-policy",
    operation="get_core_network_policy",
    items="CoreNetworkPolicy",
    scope="core-network",
    parse=_parse,
    parameters={"CoreNetworkId": core_network, "Alias": _live},
    timestamps=("CreatedAt",),
)
