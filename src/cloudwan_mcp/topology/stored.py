"""A snapshot in the store, looked at as a topology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.protocol import End
from cloudwan_mcp.topology.convert import from_stored, from_stored_connection
from cloudwan_mcp.topology.element import NetworkConnection, NetworkElement

PAGE = 512  # rows read together where all are
_MANY = "attachment"  # which `Filters` takes for every type of attachment


class Stored:
    """Satisfies `body.Body` over a reader of a complete snapshot, which stays its caller's to close.

    An element's metadata are its attributes and the columns that have no field of their own. Positions are
    the snapshot's element numbers less 1.
    """

    spilled = True

    def __init__(self, reader: Reader) -> None:
        info = reader.info()
        if not info.complete:
            raise BadRequest(
                f"Snapshot {info.id} is still being discovered.",
                next_step="Wait until it is complete.",
                field="topology",
            )
        self._reader = reader
        self.size, self.links = info.elements, info.connections
        self.unresolved, self.repeated = info.unresolved, info.repeated

    def find(self, identifier: str) -> int | None:
        """Unlike the reader's own, knows an element by its id alone, and not by its ARN."""
        number = self._reader.find(identifier)
        return None if number is None or self.identifier(number - 1) != identifier else number - 1

    def identifier(self, n: int) -> str:
        return self._identifier(self._row(n))

    def identifiers(self) -> Iterator[str]:
        return (self._identifier(row) for row in self._rows(Filters()))

    def element(self, n: int) -> NetworkElement:
        return self._element(self._row(n))

    def read(self, first: int, most: int) -> Sequence[NetworkElement]:
        page = self._reader.page(Filters(), after=first, limit=most)
        return [self._element(row) for _, row in page.rows]

    def select(self, element_type: str | None, region: str | None) -> Iterator[NetworkElement]:
        for row in self._rows(Filters(types=(element_type,) if element_type else (), edge=region or "")):
            if element_type in (None, row.type) and region in (None, row.edge):
                yield self._element(row)

    def count(self, element_type: str | None, region: str | None) -> int:
        if element_type in ("", _MANY) or region == "":
            return sum(1 for _ in self.select(element_type, region))
        filters = Filters(types=(element_type,) if element_type else (), edge=region or "")
        return self._reader.count(filters) or 0

    def ends(self, n: int, *, outward: bool) -> Sequence[int]:
        return [end.number - 1 for end in self._reader.ends(n + 1, outward=outward)]

    def steps(self, n: int) -> Iterable[int]:
        numbers, _ = self._reader.steps(n + 1, most=2 * self.links)
        return [number - 1 for number in numbers]

    def connections(self, n: int, *, outward: bool) -> Iterator[NetworkConnection]:
        own = self.identifier(n)
        for end in self._reader.ends(n + 1, outward=outward):
            other = own if end.number == n + 1 else self.identifier(end.number - 1)
            source, target = (own, other) if outward else (other, own)
            yield self._connection(source, target, end)

    def usage(self) -> dict[str, int]:
        return {}

    def close(self) -> None:
        """The reader is not ours to close."""

    def _element(self, row: Element) -> NetworkElement:
        return from_stored(row)

    def _identifier(self, row: Element) -> str:
        return row.id

    def _connection(self, source: str, target: str, end: End) -> NetworkConnection:
        note = self._reader.note(end.key)
        return from_stored_connection(Connection(source, target, end.kind, end.state, note))

    def _row(self, n: int) -> Element:
        return self._reader.elements([n + 1])[0]

    def _rows(self, filters: Filters) -> Iterator[Element]:
        position, end = 0, False
        while not end:
            page = self._reader.page(filters, after=position, limit=PAGE)
            yield from (row for _, row in page.rows)
            position, end = page.position, page.end
