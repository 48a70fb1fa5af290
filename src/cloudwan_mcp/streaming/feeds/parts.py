"""An object that has its elements and its connections side by side."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import anyio.lowlevel
import anyio.to_thread

from cloudwan_mcp.streaming.feed import FAN_OUT, Feed, Portion
from cloudwan_mcp.streaming.item import connection_at, element_at
from cloudwan_mcp.topology import NetworkConnection


class PartsFeed(Feed):
    """Each element comes with the connections that go out from it; what goes out from none comes last.

    Positions count elements and, after the last of them, such connections.
    """

    def __init__(self, elements: Iterable[Any], connections: Sequence[Any], start: int) -> None:
        self.position = start
        self._elements = enumerate(elements)
        self._connections = connections
        self._outgoing: Outgoing | None = None
        self._filling = Portion([], [])

    async def take(self, size: int) -> Portion | None:
        await anyio.lowlevel.checkpoint()
        if self._outgoing is None:
            self._outgoing = await anyio.to_thread.run_sync(self._skipped)
        self._fill(self._outgoing, size)
        portion, self._filling = self._filling, Portion([], [])
        self.position += len(portion.elements) or len(portion.connections)
        return portion if portion.elements or portion.connections else None

    def _skipped(self) -> Outgoing:
        """The connections, those left out that were given before `position`."""
        outgoing = Outgoing(self._connections)
        before = 0
        for number, value in islice(self._elements, self.position):
            list(outgoing.of(element_at(value, number).id))
            before += 1
        list(islice(outgoing.rest, self.position - before))
        return outgoing

    def _fill(self, outgoing: Outgoing, size: int) -> None:
        elements, connections = self._filling.elements, self._filling.connections
        while len(elements) < size and len(connections) < size * FAN_OUT:
            number, value = next(self._elements, (0, END))
            if value is END:
                break
            elements.append(element_at(value, number))
            connections += outgoing.of(elements[-1].id)
        if not elements:
            connections += islice(outgoing.rest, size)


END = object()


class Outgoing:
    """Connections by source, each given once: sorted by it, at 17 bytes each."""

    def __init__(self, connections: Sequence[Any]) -> None:
        self._connections = connections
        self._sources = [connection_at(each, number).source for number, each in enumerate(connections)]
        self._order = array("Q", sorted(range(len(connections)), key=self._sources.__getitem__))
        self._given = bytearray(len(connections))
        self.rest = self._rest()

    def of(self, source: str) -> Iterator[NetworkConnection]:
        """Those that go out from `source`, in their own order."""
        at = bisect_left(self._order, source, key=self._sources.__getitem__)
        while at < len(self._order) and self._sources[self._order[at]] == source:
            yield from self._give(self._order[at])
            at += 1

    def _rest(self) -> Iterator[NetworkConnection]:
        for number in range(len(self._order)):
            yield from self._give(number)

    def _give(self, number: int) -> Iterator[NetworkConnection]:
        if not self._given[number]:
            self._given[number] = True
            yield connection_at(self._connections[number], number)
