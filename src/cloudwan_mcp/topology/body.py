"""What holds a topology's elements and connections: memory, a file of its own, or somebody's snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from cloudwan_mcp.topology.element import NetworkConnection, NetworkElement


class Body(Protocol):
    """Elements by position, 0 to `size` - 1, and connections by the elements at their ends. Thread-safe.

    `ends` and `connections` follow one order in each direction: outgoing ones as they were added, incoming
    ones by the position of their source.
    """

    size: int
    links: int
    unresolved: int
    repeated: int
    spilled: bool

    def find(self, identifier: str) -> int | None: ...

    def identifier(self, n: int) -> str: ...

    def identifiers(self) -> Iterator[str]:
        """All ids, in order."""
        ...

    def element(self, n: int) -> NetworkElement: ...

    def read(self, first: int, most: int) -> Sequence[NetworkElement]:
        """Up to `most` elements from position `first` on; `most` is a page's worth."""
        ...

    def select(self, element_type: str | None, region: str | None) -> Iterator[NetworkElement]:
        """The elements of a type, of a region, or of both; None is any."""
        ...

    def count(self, element_type: str | None, region: str | None) -> int: ...

    def ends(self, n: int, *, outward: bool) -> Sequence[int]:
        """The element at the other end of each connection of `n`, parallel ones as often as they are."""
        ...

    def steps(self, n: int) -> Iterable[int]:
        """The elements at the other end of all connections of `n`, either way, as often as they are."""
        ...

    def connections(self, n: int, *, outward: bool) -> Iterator[NetworkConnection]: ...

    def usage(self) -> dict[str, int]:
        """Bytes of memory by part."""
        ...

    def close(self) -> None: ...


class Builder(Protocol):
    """Takes in values one by one. Raises `NotExact`, and has then taken in nothing."""

    def element(
        self, identifier: str, name: str, element_type: str, region: str, metadata: dict[str, Any]
    ) -> None: ...

    def connection(self, source: str, target: str, kind: str, metadata: dict[str, Any]) -> None: ...

    def finish(self) -> Body: ...

    def discard(self) -> None:
        """Give up what was taken in."""
        ...
