"""A topology of any size that reads like a dict of elements and takes a twentieth of one's memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from types import TracebackType
from typing import Any

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.topology.arguments import Direction, UnknownElement, at_least, ways
from cloudwan_mcp.topology.body import Body
from cloudwan_mcp.topology.builder import Gathering
from cloudwan_mcp.topology.element import NetworkConnection, NetworkElement
from cloudwan_mcp.topology.graph import neighbourhood, shortest_path
from cloudwan_mcp.topology.origins import is_snapshot, origin_of
from cloudwan_mcp.topology.views import Items, Values, View

_PAGE = 512  # elements read together where all are


class TopologyBuilder(Gathering):
    """A topology in the making: elements and connections in any order, and then `build`."""

    def build(self) -> MemoryOptimizedTopology:
        """The topology of everything added; the builder is then done."""
        return MemoryOptimizedTopology.around(self.finish())


class MemoryOptimizedTopology(Mapping[str, NetworkElement]):
    """Elements by id, in the order in which they came, and the connections between them.

    What is given out is made on the spot and belongs to the caller. With `enable_streaming` everything lies
    in a private temporary file (mode 0700, gone with `close`, with the topology or with the interpreter), and
    memory stays the same whatever the size. Of elements with one id the first is kept (`repeated` counts the
    others); connections with an end that is no element are left out (`unresolved` counts them).

    Immutable; any number of threads may read it. Values go in as they are: `BadRequest` names the one whose
    metadata could not come out equal.
    """

    def __init__(
        self,
        elements: Iterable[Any] = (),
        connections: Iterable[Any] = (),
        *,
        enable_streaming: bool = False,
    ) -> None:
        gathering = Gathering(enable_streaming=enable_streaming)
        try:
            gathering.add_elements(elements)
            gathering.add_connections(connections)
            self._body: Body | None = gathering.finish()
        finally:
            gathering.discard()

    @classmethod
    def from_topology(cls, topology: Any, *, enable_streaming: bool = False) -> MemoryOptimizedTopology:
        """A topology out of one in another form.

        `topology` is an object with `elements` and `connections` (attributes or methods), a dict of these or
        of `nodes` and `edges`, a pair of them, a networkx graph, or a reader of a complete snapshot, which is
        then looked at and not copied. Elements are values of ours, dicts as boto3 returns them, or objects:
        id, name, type and region are found under AWS's names for them, and the whole dict is the metadata.
        Raises `BadRequest`.
        """
        if is_snapshot(topology):
            from cloudwan_mcp.topology.stored import Stored

            return cls.around(Stored(topology))
        origin = origin_of(topology)
        return cls(origin.elements, origin.connections, enable_streaming=enable_streaming)

    @classmethod
    def around(cls, body: Body) -> MemoryOptimizedTopology:
        """A topology of what `body` holds."""
        topology = cls.__new__(cls)
        topology._body = body  # noqa: SLF001 - of this very class
        return topology

    def __enter__(self) -> MemoryOptimizedTopology:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the memory or the file; what is asked afterwards is a `BadRequest`."""
        body, self._body = self._body, None
        if body:
            body.close()

    @property
    def _held(self) -> Body:
        if self._body is None:
            raise BadRequest("This topology is closed.", next_step="Build it again.", field="topology")
        return self._body

    @property
    def spilled(self) -> bool:
        """Whether the elements lie in a file."""
        return self._held.spilled

    @property
    def unresolved(self) -> int:
        return self._held.unresolved

    @property
    def repeated(self) -> int:
        return self._held.repeated

    def __len__(self) -> int:
        return self._held.size

    def __iter__(self) -> Iterator[str]:
        return self._held.identifiers()

    def __contains__(self, identifier: object) -> bool:
        return isinstance(identifier, str) and self._held.find(str.__str__(identifier)) is not None

    def __getitem__(self, identifier: str) -> NetworkElement:
        """Raises `UnknownElement`, which is a `KeyError`."""
        return self._held.element(self._position(identifier))

    def values(self) -> Values:
        return Values(self, self._read)

    def items(self) -> Items:
        return Items(self, self._read)

    @property
    def elements(self) -> View[NetworkElement]:
        return View(self._held.size, self._read)

    @property
    def connections(self) -> View[NetworkConnection]:
        """Grouped by their source, in the order of the elements; of one source as they were added."""
        return View(self._held.links, lambda: self._outgoing(range(self._held.size)))

    def page(self, after: int, limit: int) -> list[NetworkElement]:
        """Up to `limit` elements, leaving out the first `after`."""
        at_least("after", after, 0)
        at_least("limit", limit, 1)
        return list(self._held.read(after, limit))

    def chunks(self, size: int) -> Iterator[tuple[list[NetworkElement], list[NetworkConnection]]]:
        """All elements, `size` at a time, each time with the connections that they are the source of."""
        at_least("size", size, 1)
        for first in range(0, self._held.size, size):
            elements = self.page(first, size)
            yield elements, list(self._outgoing(range(first, first + len(elements))))

    def filter(
        self,
        element_type: str | None = None,
        region: str | None = None,
        predicate: Callable[[NetworkElement], object] | None = None,
    ) -> Iterator[NetworkElement]:
        """The elements of this type, in this region, that `predicate` holds for; what is left out is any."""
        found = self._held.select(element_type, region)
        return found if predicate is None else filter(predicate, found)

    def count(self, element_type: str | None = None, region: str | None = None) -> int:
        """How many `filter` would give; reads no element."""
        return self._held.count(element_type, region)

    def connections_of(self, identifier: str, direction: Direction = "both") -> list[NetworkConnection]:
        """The connections that the element is the source or (`in`) the target of; one with itself once."""
        both = ways(direction)
        n = self._position(identifier)
        found = list(self._held.connections(n, outward=both[0]))
        if len(both) > 1:
            incoming = self._held.connections(n, outward=False)
            found += [connection for connection in incoming if connection.source != connection.target]
        return found

    def neighbours(
        self, identifier: str, direction: Direction = "both", limit: int | None = None
    ) -> list[str]:
        """The ids of the elements at the other end, each once; at most `limit` of them."""
        outward = ways(direction)
        at_least("limit", 1 if limit is None else limit, 1)
        n = self._position(identifier)
        ends = dict.fromkeys(chain.from_iterable(self._held.ends(n, outward=way) for way in outward))
        return [self._held.identifier(end) for end in islice(ends, limit)]

    neighbors = neighbours

    def neighbourhood(self, identifier: str, hops: int, limit: int | None = None) -> dict[str, int]:
        """The ids within so many connections of either direction, nearest first, with their distance.

        At most `limit` of them: three hops from an attachment lead over its segment to nearly everything.
        """
        at_least("hops", hops, 0)
        at_least("limit", 1 if limit is None else limit, 1)
        start = self._position(identifier)
        near = neighbourhood(self._held, start, hops, self._held.size if limit is None else limit)
        ids = {n: self._held.identifier(n) for n in sorted(near)}  # neighbouring rows are read together
        return {ids[n]: distance for n, distance in near.items()}

    def shortest_path(self, source: str, target: str) -> list[str]:
        """Ids from one to the other, whatever the direction of the connections; empty where no path leads."""
        path = shortest_path(self._held, self._position(source), self._position(target))
        return [self._held.identifier(n) for n in path]

    def memory_usage(self) -> dict[str, int]:
        """Bytes of memory by part, and their `total`; not the file of a spilled one."""
        parts = self._held.usage()
        return {**parts, "total": sum(parts.values())}

    def to_dict(self) -> dict[str, list[dict[str, Any]]]:
        """Everything as plain dicts, which `from_topology` takes back to an equal topology."""
        return {
            "elements": [_plain(element) for element in self.elements],
            "connections": [_plain(connection) for connection in self.connections],
        }

    def __eq__(self, other: object) -> bool:
        """Equal elements and connections in the same order; reads both through."""
        if not isinstance(other, MemoryOptimizedTopology):
            return NotImplemented
        pairs = ((self.elements, other.elements), (self.connections, other.connections))
        return all(len(mine) == len(theirs) for mine, theirs in pairs) and all(
            a == b for mine, theirs in pairs for a, b in zip(mine, theirs, strict=True)
        )

    def __repr__(self) -> str:
        if self._body is None:
            return "<MemoryOptimizedTopology, closed>"
        return f"<MemoryOptimizedTopology of {self._body.size} elements, {self._body.links} connections>"

    def _position(self, identifier: str) -> int:
        n = self._held.find(str.__str__(identifier)) if isinstance(identifier, str) else None
        if n is None:
            raise UnknownElement(f"No element has the id {identifier!r}.", next_step="Ask `in` first.")
        return n

    def _read(self) -> Iterator[NetworkElement]:
        for first in range(0, self._held.size, _PAGE):
            yield from self._held.read(first, _PAGE)

    def _outgoing(self, positions: Iterable[int]) -> Iterator[NetworkConnection]:
        for n in positions:
            yield from self._held.connections(n, outward=True)


def _plain(value: NetworkElement | NetworkConnection) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
