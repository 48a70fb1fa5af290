"""Pages of a store as the formats read them: from a place on, never more than one in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.render.format import Place, Source
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.protocol import End

PAGE = 100  # rows in one chunk: what going on in the middle of one renders again
KNOWN = 4096  # elements of which it is remembered whether they match

Numbered = tuple[int, Element]


def elements(source: Source, place: Place) -> Iterator[tuple[list[Numbered], Place]]:
    """The elements that match, a page at a time, with the place after it; a page may be empty."""
    n, end = place.n, False
    while not end:
        page = source.reader.page(source.filters, after=n, limit=PAGE)
        n, end = page.position, page.end
        rows = page.rows
        if source.last:
            rows = [row for row in rows if row[0] <= source.last]
            end = end or n >= source.last
        if rows or not end:
            yield rows, Place(place.part, n)


def connections(source: Source, place: Place) -> Iterator[tuple[list[Connection], Place]]:
    """The connections of the elements that match, each once, with the place after them."""
    after, end = (place.n, place.given), not source.whole
    while not end:
        found = source.reader.connections(source.filters, after=after, limit=PAGE)
        after, end = found.position, found.end
        if found.rows or not end:
            yield found.rows, Place(place.part, *after)


def links(source: Source, place: Place) -> Iterator[tuple[list[tuple[int, End]], Place]]:
    """(number of the source, end) of the connections whose both ends match, with the place after them."""
    if not source.whole:
        return
    matching = Matching(source)
    for rows, after in elements(source, place):
        found = [(n, end) for n, _ in rows for end in source.reader.ends(n, outward=True)]
        yield [(n, end) for n, end in found if end.number in matching], after


class Matching:
    """The numbers of the elements that match, asked of the store one by one."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._every = source.filters == Filters()
        self._known: dict[int, bool] = {}

    def __contains__(self, number: int) -> bool:
        if self._every:
            return True
        found = self._known.get(number)
        if found is None:
            found = self._known[number] = self._ask(number)
            if len(self._known) > KNOWN:
                del self._known[next(iter(self._known))]
        return found

    def _ask(self, number: int) -> bool:
        filters = self._source.filters
        quick = replace(filters, tag="", text="")  # else the store looks at the text of all that follow
        page = self._source.reader.page(quick, after=number - 1, limit=1)
        if not page.rows or page.rows[0][0] != number:
            return False
        element = page.rows[0][1]
        return filters.accepts(element.id, element.name, element.attributes)


def few(source: Source, most: int) -> list[Numbered] | None:
    """The elements that match; None when there are more than `most`."""
    count = source.reader.count(source.filters) if source.whole else None  # which does not know of `last`
    if count is not None and count > most:
        return None
    found: list[Numbered] = []
    for rows, _ in elements(source, Place()):
        found += rows
        if len(found) > most:
            return None
    return found


def tags(element: Element) -> list[tuple[str, str]]:
    if '"Tags"' not in element.attributes:
        return []
    found = json.loads(element.attributes).get("Tags") or []
    return [(str(each.get("Key") or ""), str(each.get("Value") or "")) for each in found]
