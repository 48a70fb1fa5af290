"""What originates a route in the core network, and the AS numbers of its edges."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

from cloudwan_mcp.policy.attachment import Attachment
from cloudwan_mcp.policy.checks.edges import ranges_of
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.route import Route


@dataclass(slots=True, frozen=True)
class Origination:
    """A route as an attachment in a segment gives it to the core network.

    The attachment's `region` is the edge; its `label` chooses routing policies. `static` is a static route.
    """

    route: Route
    segment: str
    attachment: Attachment = field(default_factory=Attachment)
    static: bool = False


def as_numbers(document: Document) -> tuple[dict[str, int], bool]:
    """The AS number of each edge, and whether any had to be assumed: the lowest free of the ranges."""
    known = {each.location: each.asn for each in document.configuration.edges if each.asn is not None}
    taken = set(known.values())
    spare = (
        number
        for number in chain.from_iterable(range(low, high + 1) for low, high, _ in ranges_of(document))
        if number not in taken
    )
    numbers: dict[str, int] = {}
    for index, edge in enumerate(document.edges):
        asn = known.get(edge)
        # without readable ranges, any distinct numbers serve: only the paths' lengths are compared
        numbers[edge] = asn if asn is not None else next(spare, 2**32 + index)
    return numbers, len(known) < len(numbers)
