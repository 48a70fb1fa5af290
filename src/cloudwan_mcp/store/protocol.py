"""What a store is, so that another engine can stand where SQLite does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cloudwan_mcp.model import Connection, Element, SnapshotInfo
from cloudwan_mcp.store.filters import Filters
from cloudwan_mcp.store.index.reader import Index
from cloudwan_mcp.store.index.routes import Fold
from cloudwan_mcp.store.side import Side


@dataclass(slots=True, frozen=True)
class Rows:
    """A stretch of matching elements in their fixed order.

    `position` is where the next call goes on; `end` says that nothing stored lies beyond it. With `end`
    False and fewer rows than asked for, the bound on scanned rows was met: there may be more.
    """

    rows: list[tuple[int, Element]]
    position: int
    end: bool
    scanned: int = 0


@dataclass(slots=True, frozen=True)
class ConnectionRows:
    """A stretch of connections; `position` is (element number, how many of its connections were given)."""

    rows: list[Connection]
    position: tuple[int, int]
    end: bool


class End(NamedTuple):
    """The other end of a connection: an element's number; and the connection's type and state.

    `key` is the number under which its attributes are kept, 0 where it has none.
    """

    number: int
    kind: str
    state: str = ""
    key: int = 0


class Reader(Protocol):
    """One snapshot, growing or complete; what it answers never comes from another one.

    Thread-safe. Element numbers (`n`) are positions in discovery order and never change, so they serve as
    cursors while the snapshot grows and after it is published. Raises `NotFound` for a damaged file.
    """

    def info(self) -> SnapshotInfo: ...

    def page(self, filters: Filters, *, after: int, limit: int, scan: int = ..., upto: int = ...) -> Rows:
        """The next `limit` matching elements after the number `after`, none beyond `upto`."""
        ...

    def count(self, filters: Filters) -> int | None:
        """How many stored elements match; None where only reading their attributes could tell."""
        ...

    def tally(self, filters: Filters, *fields: str) -> list[tuple[tuple[str, ...], int]]:
        """(values, count) of each combination of `fields` that occurs, largest first; no text or tag."""
        ...

    def tally_tag(self, filters: Filters, key: str) -> list[tuple[tuple[str, ...], int]] | None:
        """As `tally` by the values of a tag; None where only reading the elements could tell."""
        ...

    @property
    def index(self) -> Index | None:
        """What the snapshot can be searched by; None until that is written, a while after it is complete."""
        ...

    def routes(self, filters: Filters, *, limit: int) -> tuple[list[Fold], int] | None:
        """The different routes, those of most tables first, and how many there are; None without an index.

        `filters` are by core network, segment, edge and state.
        """
        ...

    def connections(self, filters: Filters, *, after: tuple[int, int], limit: int) -> ConnectionRows:
        """Connections of the matching elements, each given once, at its source. Complete snapshots only."""
        ...

    def find(self, identifier: str) -> int | None:
        """The number of the element with this id or ARN."""
        ...

    def elements(self, numbers: list[int]) -> list[Element]: ...

    def neighbours(self, n: int, *, limit: int) -> list[tuple[int, str]]:
        """(number, connection type) of up to `limit` elements connected with `n`, either way."""
        ...

    def ends(self, n: int, *, outward: bool, limit: int = ...) -> list[End]:
        """Where connections from or to `n` lead, the first `limit` in a fixed order. Complete ones only."""
        ...

    def note(self, key: int) -> str:
        """The attributes of the connection that `ends` gave with this key; empty for 0."""
        ...

    def steps(self, n: int, *, most: int) -> tuple[list[int], bool]:
        """All neighbours of `n`, and True; of a hub with more than `most` only those that it points at."""
        ...

    def between(self, a: int, b: int) -> str:
        """The type of a connection between two elements, either way; empty where there is none."""
        ...

    def tables(self) -> frozenset[tuple[str, str, str]]:
        """(core network, segment, edge) of the route tables that were read."""
        ...

    def side(self) -> Side:
        """This snapshot, to be read along with another one; the caller closes it. Complete ones only."""
        ...

    def close(self) -> None: ...
