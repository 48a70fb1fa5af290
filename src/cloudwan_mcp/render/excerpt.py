"""Excerpts: bounded pieces of a document that, one after the other, are exactly the document."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cloudwan_mcp.render.format import Format, Place, Source
from cloudwan_mcp.row import encode

PATIENCE_S = 3.0  # until a piece is given out however short it is: filters by text may pass over a network


@dataclass(slots=True, frozen=True)
class Excerpt:
    """`place` is where the next one is rendered from, leaving out `offset` characters; None at the end."""

    text: str
    place: Place | None
    offset: int = 0


def excerpt(
    kind: Format,
    source: Source,
    place: Place,
    offset: int,
    *,
    room: int,
    clock: Callable[[], float] = time.monotonic,
) -> Excerpt:
    """Go on with a document: as much as takes at most `room` bytes as JSON text, at the end of a line.

    Only a line that is longer is cut within.
    """
    taken: list[str] = []
    passed, skip, ends = 0, offset, clock() + PATIENCE_S
    for chunk in kind.render(source, place):
        text = chunk.text[skip:]
        skip -= len(chunk.text) - len(text)
        fits = _fitting(text, room, alone=not any(taken))
        taken.append(text[:fits])
        room -= _size(text[:fits])
        if fits < len(text):
            return Excerpt("".join(taken), place, passed + len(chunk.text) - len(text) + fits)
        passed += len(chunk.text)
        if chunk.place:
            place, passed = chunk.place, 0
            if clock() >= ends:
                return Excerpt("".join(taken), place)
    return Excerpt("".join(taken), None)


def _fitting(text: str, room: int, *, alone: bool) -> int:
    """How many of the first characters fit, whole lines of them unless `alone` and one is too long."""
    if _size(text) <= room:
        return len(text)
    low, high = 0, min(len(text), max(room, 0)) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _size(text[:middle]) <= room else (low, middle)
    lines = text.rfind("\n", 0, low) + 1
    return lines or (max(low, 1) if alone else 0)


def _size(text: str) -> int:
    return len(encode(text).encode()) - 2  # its quotes are of the reply around it
