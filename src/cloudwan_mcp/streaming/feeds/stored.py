"""A snapshot of the store, read in a worker thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

import anyio.to_thread

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.streaming.feed import FAN_OUT, Feed, Portion
from cloudwan_mcp.topology.convert import connection_of, element_of

T = TypeVar("T")


class Ask(Protocol):
    """Puts a question to a snapshot, wherever its reader comes from."""

    def __call__(self, question: Callable[[Reader], T], /) -> T: ...


class StoredFeed(Feed):
    """Positions are element numbers.

    Of a snapshot that was growing when it was first read this gives the elements, without connections: the
    store knows those once it is complete. It ends with the last element stored by then; `start` goes on with
    what has come since.
    """

    def __init__(self, ask: Ask, start: int) -> None:
        self.position = start
        self._ask = ask
        self._complete: bool | None = None

    async def take(self, size: int) -> Portion | None:
        if self._complete is None:
            self._complete = await anyio.to_thread.run_sync(self._ask, _is_complete)
        question = partial(portion_after, position=self.position, size=size, connected=self._complete)
        portion, self.position = await anyio.to_thread.run_sync(self._ask, question)
        return portion


def portion_after(reader: Reader, *, position: int, size: int, connected: bool) -> tuple[Portion | None, int]:
    """At most `size` elements numbered above `position`, with what goes out from them; the new position."""
    rows = reader.page(Filters(), after=position, limit=size).rows
    if not rows:
        return None, position
    connections: list[Connection] = []
    if connected:
        connections, whole = _outgoing(reader, rows, size * FAN_OUT)
        rows = rows[:whole]
    elements = [element_of(element) for _, element in rows]
    return Portion(elements, [connection_of(each) for each in connections]), rows[-1][0]


def _is_complete(reader: Reader) -> bool:
    return reader.info().complete


def _outgoing(reader: Reader, rows: list[tuple[int, Element]], most: int) -> tuple[list[Connection], int]:
    """The connections of these elements, which come in their order, and of how many they are all there.

    Beyond `most` connections no further element is begun.
    """
    place = {element.id: at for at, (_, element) in enumerate(rows)}
    found: list[Connection] = []
    after, end, at = (rows[0][0] - 1, 0), False, 0
    while not end:
        page = reader.connections(Filters(), after=after, limit=len(rows) * 2 + 1)
        for connection in page.rows:
            previous, at = at, place.get(connection.source, len(rows))
            if at == len(rows) or (at > previous and len(found) >= most):
                return found, at
            found.append(connection)
        after, end = page.position, page.end
    return found, len(rows)
