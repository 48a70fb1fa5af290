"""Documents in parts: a head, one after another what they hold, a tail, each gone on with by itself."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.render.format import Chunk, Place, Render, Source


def in_parts(source: Source, place: Place, **parts: Render) -> Iterator[Chunk]:
    """What `parts` give one after the other, from `place` on."""
    names = list(parts)
    begin = names.index(place.part) if place.part else 0
    for name in names[begin:]:
        yield from parts[name](source, place if name == place.part else Place(name))
