"""What one output format is: its name, its file's suffix, and how it turns a network into text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.store import Filters, Reader

Tally = list[tuple[tuple[str, ...], int]]
Count = Callable[[Filters, tuple[str, ...]], Tally]
"""(values, count) of each combination of the fields named that occurs among what matches."""


class Place(NamedTuple):
    """Where a document can be gone on with: a part of it, the number of the last element passed there, and
    how many of that element's connections were written. Without a part, its beginning."""

    part: str = ""
    n: int = 0
    given: int = 0


class Chunk(NamedTuple):
    """A stretch of a document, and the place after it; None where it can only be rendered from before.

    `elements` and `connections` are how many of them it holds, or counts.
    """

    text: str
    place: Place | None = None
    elements: int = 0
    connections: int = 0


@dataclass(slots=True, frozen=True)
class Source:
    """What a document is made of. The same source gives the same document, whenever it is rendered.

    `last` is the number of the last element that belongs to it where the snapshot still grows, and 0 where
    that is complete. Connections are known in complete snapshots only.
    """

    reader: Reader
    filters: Filters
    info: SnapshotInfo
    count: Count
    last: int = 0

    @property
    def whole(self) -> bool:
        return not self.last


Render = Callable[[Source, Place], Iterator[Chunk]]


@dataclass(slots=True, frozen=True)
class Format:
    """`render` yields a document from a place on, the same text whatever stretches it was asked for in.

    With `overview` it draws segments against edges, of one core network, whose size does not grow with the
    network; without, it holds every element that matches.
    """

    name: str
    suffix: str
    media_type: str
    render: Render
    overview: bool = False
