"""A topology of attachments: as plain dicts, as boto3 returns them, as a graph of networkx, and as ours."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from cloudwan_mcp.bench.suite.benchmark import Sample
from cloudwan_mcp.bench.suite.items import PAGE, Item, Items
from cloudwan_mcp.bench.suite.meter import Meter

if TYPE_CHECKING:
    from cloudwan_mcp.topology import NetworkElement

ASKED = 500  # elements that are looked up one by one, with their neighbours
WARM = 8  # elements of a topology that is built and dropped before measuring


class Topology(Protocol):
    """What both sides take in, and can be asked. An answer is plain: an element is its id and its item."""

    def add_elements(self, page: list[Item]) -> None: ...
    def add_connections(self, page: list[Item]) -> None: ...
    def finish(self) -> None: ...
    def lookup(self, identifier: str) -> Any: ...
    def neighbours(self, identifier: str) -> list[str]: ...
    def page(self, after: int, limit: int) -> list[Any]: ...
    def plain(self, found: Any) -> list[Any]: ...


class PlainTopology:
    """Dicts of what boto3 returned: what one writes first, and what answers fastest."""

    def __init__(self) -> None:
        self._elements: dict[str, Item] = {}
        self._outgoing: dict[str, list[Item]] = {}
        self._incoming: dict[str, list[Item]] = {}
        self._order: list[str] = []

    def add_elements(self, page: list[Item]) -> None:
        self._elements |= {item["AttachmentId"]: item for item in page}

    def add_connections(self, page: list[Item]) -> None:
        for item in page:
            self._outgoing.setdefault(item["From"], []).append(item)
            self._incoming.setdefault(item["To"], []).append(item)

    def finish(self) -> None:
        self._order = list(self._elements)  # pages are asked for by position

    def lookup(self, identifier: str) -> Item | None:
        return self._elements.get(identifier)

    def neighbours(self, identifier: str) -> list[str]:
        ends = [item["To"] for item in self._outgoing.get(identifier, ())]
        return [*dict.fromkeys(ends + [item["From"] for item in self._incoming.get(identifier, ())])]

    def page(self, after: int, limit: int) -> list[Item]:
        return [self._elements[identifier] for identifier in self._order[after : after + limit]]

    def plain(self, found: Item) -> list[Any]:
        return [found["AttachmentId"], found]


class OptimizedTopology:
    """MemoryOptimizedTopology of the same items, by its builder."""

    def __init__(self) -> None:
        from cloudwan_mcp.topology import TopologyBuilder

        self._builder = TopologyBuilder()
        self.add_elements, self.add_connections = self._builder.add_elements, self._builder.add_connections

    def finish(self) -> None:
        topology = self._builder.build()
        self.lookup, self.neighbours, self.page = topology.get, topology.neighbours, topology.page

    def plain(self, found: NetworkElement) -> list[Any]:
        return [found.id, found.metadata]


class NetworkxTopology:
    """A directed graph, the items being the attributes of its nodes and edges; one edge between any two."""

    def __init__(self) -> None:
        import networkx

        self._graph: Any = networkx.DiGraph()
        self._order: list[str] = []

    def add_elements(self, page: list[Item]) -> None:
        self._graph.add_nodes_from((item["AttachmentId"], item) for item in page)

    def add_connections(self, page: list[Item]) -> None:
        self._graph.add_edges_from((item["From"], item["To"], item) for item in page)

    def finish(self) -> None:
        self._order = list(self._graph)

    def lookup(self, identifier: str) -> Item | None:
        found: Item | None = self._graph.nodes.get(identifier)
        return found

    def neighbours(self, identifier: str) -> list[str]:
        return [*{*self._graph.successors(identifier), *self._graph.predecessors(identifier)}]

    def page(self, after: int, limit: int) -> list[Item]:
        return [self._graph.nodes[identifier] for identifier in self._order[after : after + limit]]

    def plain(self, found: Item) -> list[Any]:
        return [found["AttachmentId"], found]


def dicts(elements: int, connections: int, folder: str) -> Sample:
    """The baseline."""
    return _measure(PlainTopology, Items(folder, elements, connections))


def networkx(elements: int, connections: int, folder: str) -> Sample:
    """What one reaches for when dicts no longer do."""
    return _measure(NetworkxTopology, Items(folder, elements, connections))


def optimized(elements: int, connections: int, folder: str) -> Sample:
    """What replaces them."""
    return _measure(OptimizedTopology, Items(folder, elements, connections))


def _build(topology: Topology, items: Items, meter: Meter | None = None) -> None:
    meter = meter or Meter()
    for page in items.element_pages():
        with meter.timed():
            topology.add_elements(page)
    for page in items.connection_pages():
        with meter.timed():
            topology.add_connections(page)
    with meter.timed():
        topology.finish()


def _measure(kind: type[Topology], items: Items) -> Sample:
    """Builds and asks one, after a small one that is dropped: imports and first calls are nobody's."""
    _build(kind(), items.first(WARM))
    meter = Meter()
    topology = kind()
    _build(topology, items, meter)
    built_s, retained = meter.cpu_s, meter.retained_mib()
    answers = list(_answers(topology, items, meter))
    return {
        "elements": items.count,
        "connections": items.connections,
        "retained_mib": retained,
        "peak_mib": meter.peak_mib(),
        "build_cpu_s": built_s,
        "cpu_s": meter.cpu_s,
        "elements_per_s": items.count / max(meter.cpu_s, 1e-6),
        "answers": answers,
    }


def _answers(topology: Topology, items: Items, meter: Meter) -> Iterator[int]:
    """A checksum of every answer: of each lookup, each set of neighbours, each page of all elements."""
    chance = random.Random(0)  # noqa: S311 - both sides are asked the same
    drawn = [items.id(chance.randrange(items.count)) for _ in range(min(ASKED, items.count))]
    for identifier in [*drawn, "attachment-unknown"]:
        with meter.timed():
            found = topology.lookup(identifier)
        yield _checksum(None if found is None else topology.plain(found))
    for identifier in drawn:
        with meter.timed():
            ends = topology.neighbours(identifier)
        yield _checksum(sorted(ends))
    for after in range(0, items.count, PAGE):
        with meter.timed():
            page = topology.page(after, PAGE)
        yield _checksum([topology.plain(found) for found in page])


def _checksum(answer: Any) -> int:
    return zlib.crc32(json.dumps(answer, sort_keys=True).encode())
