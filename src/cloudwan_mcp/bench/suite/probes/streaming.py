"""A topology that comes into being as it is read: streamed in chunks, and collected into a list.

Their times include that of parsing the items, which happens on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cloudwan_mcp.bench.suite.benchmark import Sample
from cloudwan_mcp.bench.suite.items import Item, Items
from cloudwan_mcp.bench.suite.meter import Meter

CHUNK = 100  # elements, each with a connection
WARM = 2  # chunks that are read before measuring


def streamed(chunks: int, folder: str) -> Sample:
    """What a consumer of the chunks takes: one after the other."""
    import anyio

    anyio.run(_stream, _items(folder, WARM))
    items = _items(folder, chunks)
    meter = Meter()
    with meter.timed():
        check = anyio.run(_stream, items)
    return _sample(items, meter, check)


def collected(chunks: int, folder: str) -> Sample:
    """The baseline: what a consumer takes that collects first."""
    list(_listed(_items(folder, WARM)))
    items = _items(folder, chunks)
    meter = Meter()
    check = Check(items)
    with meter.timed():
        for item in list(_listed(items)):
            if "From" in item:
                check.connection(item["From"])
            else:
                check.element(item["AttachmentId"])
    return _sample(items, meter, check)


class Check:
    """Whether every element and every connection comes once, in its place; remembers none of them."""

    def __init__(self, items: Items) -> None:
        self._elements, self._sources = items.ids(), items.ids()  # each has one connection that goes out
        self._wrong = 0

    def element(self, identifier: str) -> None:
        self._wrong += identifier != next(self._elements, None)

    def connection(self, source: str) -> None:
        self._wrong += source != next(self._sources, None)

    def end(self) -> int:
        """How many were not where they belong, lacking or too many."""
        return self._wrong + sum(1 for _ in chain(self._elements, self._sources))


async def _stream(items: Items) -> Check:
    from cloudwan_mcp.streaming import StreamingTopologyManager

    check = Check(items)
    manager = StreamingTopologyManager(chunk_size=CHUNK)
    async for chunk in manager.stream_topology_chunks(_listed(items)):
        for element in chunk.elements:
            check.element(element.id)
        for connection in chunk.connections:
            check.connection(connection.source)
    return check


def _items(folder: str, chunks: int) -> Items:
    return Items(folder, chunks * CHUNK, chunks * CHUNK)


def _listed(items: Items) -> Iterator[Item]:
    """Pages as a discovery reads them: elements, then the connections that go out from them."""
    for elements, connections in zip(items.element_pages(), items.connection_pages(), strict=True):
        yield from elements
        yield from connections


def _sample(items: Items, meter: Meter, check: Check) -> Sample:
    return {
        "elements": items.count,
        "connections": items.connections,
        "peak_mib": meter.peak_mib(),
        "cpu_s": meter.cpu_s,
        "elements_per_s": items.count / max(meter.cpu_s, 1e-6),
        "lost_or_repeated": check.end(),
    }
