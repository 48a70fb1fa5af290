"""What one kind of resource is: the operation that lists it, and how an item becomes elements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cloudwan_mcp.model import Connection, Element, Scope

ScopeLevel = Literal["account", "global-network", "core-network", "resource-type", "route-table"]
Item = Mapping[str, Any]
Parse = Callable[[Item, Scope], Iterable[Element | Connection]]
Reveal = Callable[[Item, Scope], Iterable[tuple[ScopeLevel, Scope]]]


def _nothing(item: Item, scope: Scope) -> Iterable[Any]:
    return ()


@dataclass(slots=True, frozen=True, kw_only=True)
class Kind:
    """`operation` is botocore's snake-case name and `items` the member of its output that holds the page.

    `parameters` maps input members to a function of the scope; a member whose value is empty is not sent.
    `reveals` gives the scopes that an item opens (a global network opens the listings within it), and
    `assumes` those to try when this kind itself may not be read. `announces` is which resource type an
    item counts and how many there are; `counted_as` is the type under which a kind's own items are counted.
    `timestamps` names the members that AWS sends as seconds since the epoch. A contract test
    holds all of these against botocore's model.
    """

    name: str
    operation: str
    items: str
    scope: ScopeLevel
    parse: Parse
    parameters: Mapping[str, Callable[[Scope], Any]] = field(default_factory=dict)
    timestamps: tuple[str, ...] = ()
    reveals: Reveal = _nothing
    assumes: Callable[[Scope], Iterable[tuple[ScopeLevel, Scope]]] | None = None
    announces: Callable[[Item], tuple[str, int]] | None = None
    counted_as: str = ""

    @property
    def operation_name(self) -> str:
        """AWS's own spelling: `get_sites` -> `GetSites`."""
        return _aws_name(self.operation)

    @property
    def action(self) -> str:
        """The IAM action that permits the operation."""
        return action_of(self.operation)

    def arguments(self, scope: Scope) -> dict[str, Any]:
        """Input members for this kind within `scope`."""
        values = {member: value(scope) for member, value in self.parameters.items()}
        return {member: value for member, value in values.items() if value}


def action_of(operation: str) -> str:
    """The IAM action that permits one of Network Manager's operations, by botocore's name."""
    return f"networkmanager:{_aws_name(operation)}"


def _aws_name(operation: str) -> str:
    return "".join(part.capitalize() for part in operation.split("_"))


def global_network(scope: Scope) -> str:
    return scope.global_network


def core_network(scope: Scope) -> str:
    return scope.core_network
