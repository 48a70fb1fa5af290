"""How two elements are connected, and what depends on one that is to go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cloudwan_mcp.locate import PLACES, lanes, members_of
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.tally import Tally, largest_first

MOST = 500  # elements that depend on one, one on another; beyond, the counts say how many are in a place
OF_ONE = 100
SHOWN = 20
FRINGE = ("network-telemetry", "policy-version")  # they say something of an element, and carry nothing


@dataclass(slots=True)
class Removal:
    """What would break without an element.

    `members` counts what is in it by type and state, `dependants` what points at it, directly or through
    others, by type, and `examples` are some of those. `last` are segments and groups that would be nowhere
    else. `truncated` says that there are more dependants than were followed.
    """

    element: Element
    members: Tally = field(default_factory=list)
    dependants: Tally = field(default_factory=list)
    examples: list[Element] = field(default_factory=list)
    last: list[Element] = field(default_factory=list)
    truncated: bool = False


class Without:
    """A snapshot in which some elements are not there; enough of a reader for a search of paths."""

    def __init__(self, reader: Reader, gone: frozenset[int]) -> None:
        self._reader = reader
        self._gone = gone

    def steps(self, n: int, *, most: int) -> tuple[list[int], bool]:
        found, whole = self._reader.steps(n, most=most)
        return [each for each in found if each not in self._gone], whole

    def between(self, a: int, b: int) -> str:
        return self._reader.between(a, b)


def removal(reader: Reader, number: int) -> Removal:
    """What depends on this element. AWS refuses to remove an edge that attachments are at."""
    (element,) = reader.elements([number])
    found = Removal(element)
    within = members_of(element)
    if within:
        found.members = [
            (values, count)
            for values, count in reader.tally(within, "type", "state")
            if values[0] != element.type
        ]
    if element.type == "core-network-edge":
        found.last = _only_at(reader, element)
    numbers, found.truncated = _pointing_at(reader, number, followed=lambda n: not within or n != number)
    if not within:
        elements = [each for each in reader.elements(numbers) if each.type not in FRINGE]
        found.dependants = largest_first(Counter((each.type,) for each in elements))
        found.examples = elements[:SHOWN]
    else:
        found.examples = _examples(reader, within)
    return found


def _pointing_at(reader: Reader, number: int, followed: Callable[[int], bool]) -> tuple[list[int], bool]:
    """The elements whose connections lead to this one, directly or through others, nearest first."""
    seen, waiting, truncated = {number: None}, [number], False
    while waiting:
        node = waiting.pop(0)
        if not followed(node):
            continue
        ends = reader.ends(node, outward=False, limit=OF_ONE + 1)
        truncated |= len(ends) > OF_ONE or len(seen) > MOST
        for end in ends[:OF_ONE]:
            if end.number not in seen and len(seen) <= MOST:
                seen[end.number] = None
                waiting.append(end.number)
    return list(seen)[1:], truncated


def _examples(reader: Reader, within: Filters) -> list[Element]:
    page = reader.page(within, after=0, limit=SHOWN + 1)
    return [each for _, each in page.rows if each.type not in PLACES][:SHOWN]


def _only_at(reader: Reader, edge: Element) -> list[Element]:
    found = lanes(reader, core_network=edge.core_network)
    return [lane for lane, edges in found if edges == [edge.edge]]
