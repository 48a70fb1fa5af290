"""One element in full: what it is connected with, what is in it, and what is near."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloudwan_mcp.graph import neighbourhood
from cloudwan_mcp.locate import locate, members_of
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Reader
from cloudwan_mcp.store.tally import Tally

CONNECTIONS = 40
NEAR = 60


@dataclass(slots=True)
class Described:
    """`connected` are (type, element) of its connections, either way, and `more` says that there are others.

    `members` counts what is in a segment, network function group or edge by type and state. `near` are the
    elements in a distance of 2 hops and more, with it; `crowded` says that there are more of them.
    """

    number: int
    element: Element
    connected: list[tuple[str, Element]] = field(default_factory=list)
    more: bool = False
    members: Tally = field(default_factory=list)
    near: list[tuple[int, Element]] = field(default_factory=list)
    crowded: bool = False


def describe(reader: Reader, identifier: str, hops: int) -> Described:
    """The element that `identifier` names; see `locate` for what is raised."""
    number = locate(reader, identifier, field_name="id")
    (element,) = reader.elements([number])
    described = Described(number, element)
    found = reader.neighbours(number, limit=CONNECTIONS + 1)
    others = reader.elements([other for other, _ in found[:CONNECTIONS]])
    described.connected = [(kind, other) for (_, kind), other in zip(found, others, strict=False)]
    described.more = len(found) > CONNECTIONS
    if within := members_of(element):
        described.members = reader.tally(within, "type", "state")
    if hops > 1:
        near = neighbourhood(reader, number, hops, most_nodes=NEAR)
        far = [(distance, n) for n, distance in near.nodes.items() if distance > 1]
        described.near = list(zip([d for d, _ in far], reader.elements([n for _, n in far]), strict=True))
        described.crowded = near.truncated
    return described
