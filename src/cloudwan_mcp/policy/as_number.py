"""AS numbers: the ranges of a document, and those of its edges."""

from __future__ import annotations

import re
from itertools import chain

from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.finding import step

RANGES = "/core-network-configuration/asn-ranges"
_RANGE = re.compile(r"\s*(\d{1,10})\s*-\s*(\d{1,10})\s*")


def ranges_of(document: Document) -> list[tuple[int, int, str]]:
    """(first, last, pointer) of every range that can be read; a single number is a range of one."""
    found = []
    for index, text in enumerate(document.configuration.asn_ranges):
        match = _RANGE.fullmatch(text if "-" in text else f"{text}-{text}")
        if match and int(match[1]) <= int(match[2]):
            found.append((int(match[1]), int(match[2]), step(RANGES, index)))
    return found


def ends_of_ranges(document: Document) -> bool:
    """Whether an edge has the last AS number of a range, which one AWS source excludes."""
    last = {high for _, high, _ in ranges_of(document)}
    return any(each.asn in last for each in document.configuration.edges)


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
