"""A topology in memory: columns, an index, adjacency arrays and deflated rows."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from sys import getsizeof
from typing import Any

from cloudwan_mcp.topology.adjacency import Side, sides
from cloudwan_mcp.topology.blocks import Blocks, Cache, size_of
from cloudwan_mcp.topology.codec import Codec
from cloudwan_mcp.topology.columns import Column
from cloudwan_mcp.topology.element import NetworkConnection, NetworkElement, Packed
from cloudwan_mcp.topology.id_index import UNKNOWN, IdIndex

ELEMENTS_IN_BLOCK = 16  # a lookup unpacks one block: half as many rows cost 3 % more memory
CONNECTIONS_IN_BLOCK = 64
CACHE_BYTES = 1024 * 1024


class Parts:
    """The columns and blocks of one topology."""

    def __init__(self) -> None:
        self.cache: Cache = Cache(CACHE_BYTES, size=size_of)
        self.codec = Codec()
        self.types, self.regions = Column(), Column()
        self.rows = rows = Blocks(ELEMENTS_IN_BLOCK, self.cache)
        self.index = IdIndex(lambda n: str(rows.row(n)[0]))  # no way back to `self`: a cycle would outlive it
        self.kinds = Column()
        self.links = Blocks(CONNECTIONS_IN_BLOCK, self.cache)


class InMemoryBuilder:
    """Satisfies `body.Builder`; see there."""

    def __init__(self) -> None:
        self._parts = Parts()
        self._repeated = 0
        self._sources, self._targets = array("q"), array("q")  # keys: the elements may come later

    def element(
        self, identifier: str, name: str, element_type: str, region: str, metadata: dict[str, Any]
    ) -> None:
        parts = self._parts
        shape, leaves = parts.codec.to_marshal(metadata)
        if not parts.index.add(identifier):
            self._repeated += 1
            return
        parts.types.append(element_type)
        parts.regions.append(region)
        parts.rows.append((identifier, name, shape, leaves))

    def connection(self, source: str, target: str, kind: str, metadata: dict[str, Any]) -> None:
        parts = self._parts
        shape, leaves = parts.codec.to_marshal(metadata)
        self._sources.append(parts.index.key(source))
        self._targets.append(parts.index.key(target))
        parts.kinds.append(kind)
        parts.links.append((shape, leaves))

    def finish(self) -> InMemory:
        """Connections find their elements by 64-bit keys: an id that is not there passes for another with a
        chance of 1 in 2**64 for each that is.
        """
        parts, index = self._parts, self._parts.index
        parts.rows.finish()
        sources, self._sources = index.positions(self._sources), array("q")
        targets, self._targets = index.positions(self._targets), array("q")
        whole = len(sources)
        if UNKNOWN in sources or UNKNOWN in targets:
            sources, targets = self._drop(sources, targets)
        parts.links.finish()
        return InMemory(parts, sides(len(parts.rows), sources, targets), whole - len(sources), self._repeated)

    def discard(self) -> None:
        self._parts = Parts()

    def _drop(self, sources: array[int], targets: array[int]) -> tuple[array[int], array[int]]:
        """Leave out the connections with an unknown end."""
        parts, kept = self._parts, [array("I"), array("I")]
        kinds, links = parts.kinds, parts.links
        parts.kinds, parts.links = Column(), Blocks(CONNECTIONS_IN_BLOCK, parts.cache)
        for number, ends in enumerate(zip(sources, targets, strict=True)):
            if UNKNOWN not in ends:
                for column, end in zip(kept, ends, strict=True):
                    column.append(end)
                parts.kinds.append(kinds[number])
                parts.links.append(links.row(number))
        parts.cache.clear()
        return kept[0], kept[1]


class InMemory:
    """Satisfies `body.Body`; see there."""

    spilled = False

    def __init__(self, parts: Parts, adjacency: tuple[Side, Side], unresolved: int, repeated: int) -> None:
        self.size, self.links = len(parts.rows), len(parts.links)
        self.unresolved, self.repeated = unresolved, repeated
        self._parts = parts
        self._out, self._in = adjacency
        self._counts = Counter(zip(parts.types.codes, parts.regions.codes, strict=True))

    def find(self, identifier: str) -> int | None:
        return self._parts.index.find(identifier)

    def identifier(self, n: int) -> str:
        identifier: str = self._parts.rows.row(n)[0]
        return identifier

    def identifiers(self) -> Iterator[str]:
        return map(self.identifier, range(self.size))

    def element(self, n: int) -> NetworkElement:
        parts = self._parts
        identifier, name, shape, leaves = parts.rows.row(n)
        metadata: Any = Packed(parts.codec.from_marshal, shape, leaves)
        return NetworkElement(identifier, name, parts.types[n], parts.regions[n], metadata)

    def read(self, first: int, most: int) -> list[NetworkElement]:
        parts, end = self._parts, min(first + most, self.size)
        columns = parts.types.texts(first, end), parts.regions.texts(first, end)
        rows: Iterator[Any] = zip(parts.rows.rows(first, end), *columns, strict=True)
        unpack, made = parts.codec.from_marshal, []
        for (identifier, name, shape, leaves), kind, region in rows:
            metadata: Any = Packed(unpack, shape, leaves)
            made.append(NetworkElement(identifier, name, kind, region, metadata))
        return made

    def select(self, element_type: str | None, region: str | None) -> Iterator[NetworkElement]:
        types, regions = self._parts.types, self._parts.regions
        for n in types.positions(element_type):
            if region is None or regions[n] == region:
                yield self.element(n)

    def count(self, element_type: str | None, region: str | None) -> int:
        kinds, places = self._parts.types.vocabulary.texts, self._parts.regions.vocabulary.texts
        return sum(
            count
            for (kind, place), count in self._counts.items()
            if element_type in (None, kinds[kind]) and region in (None, places[place])
        )

    def ends(self, n: int, *, outward: bool) -> Sequence[int]:
        return (self._out if outward else self._in).ends(n)

    def steps(self, n: int) -> Iterable[int]:
        return chain(self._out.ends(n), self._in.ends(n))

    def connections(self, n: int, *, outward: bool) -> Iterator[NetworkConnection]:
        side = self._out if outward else self._in
        parts, own = self._parts, self.identifier(n)
        for end, number in zip(side.ends(n), side.numbers(n), strict=True):
            other = own if end == n else self.identifier(end)
            source, target = (own, other) if outward else (other, own)
            shape, leaves = parts.links.row(number)
            metadata: Any = Packed(parts.codec.from_marshal, shape, leaves)
            yield NetworkConnection(source, target, parts.kinds[number], metadata)

    def usage(self) -> dict[str, int]:
        parts = self._parts
        return {
            "columns": parts.types.bytes + parts.regions.bytes,
            "index": parts.index.bytes,
            "rows": parts.rows.bytes,
            "adjacency": self._out.bytes + self._in.bytes,
            "connections": parts.links.bytes + parts.kinds.bytes,
            "vocabulary": parts.codec.bytes
            + getsizeof(self._counts)
            + sum(each.vocabulary.bytes for each in (parts.types, parts.regions, parts.kinds)),
            "cache": parts.cache.bytes,
        }

    def close(self) -> None:
        self._parts.cache.clear()
