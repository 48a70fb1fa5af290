"""Excerpts, one after the other, are the document; each fits, ends with a line, and renders little anew."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.render.excerpt import PATIENCE_S, excerpt
from cloudwan_mcp.render.format import Chunk, Format, Place, Source
from cloudwan_mcp.row import encode
from cloudwan_mcp.store import Filters
from render.networks import BY_NAME, hostile, regular, source, text_of

NO_SOURCE: Source = None  # type: ignore[assignment]
TEXTS = st.lists(st.tuples(st.text(st.sampled_from('ab\n"é語😀\x07')), st.booleans()), max_size=12)


def pieces(kind: Format, made: Source, room: int) -> Iterator[str]:
    place: Place | None = Place()
    offset = 0
    while place is not None:
        found = excerpt(kind, made, place, offset, room=room)
        yield found.text
        place, offset = found.place, found.offset


def scripted(chunks: list[tuple[str, bool]]) -> Format:
    """A format whose document is `chunks`, after those marked of which it can be gone on with."""

    def render(made: Source, place: Place) -> Iterator[Chunk]:
        for at, (text, marked) in enumerate(chunks[place.n :], place.n + 1):
            yield Chunk(text, Place("part", at) if marked else None)

    return Format("scripted", ".txt", "text/plain", render)


@given(chunks=TEXTS, room=st.integers(8, 60))
def test_pieces_are_the_document_and_fit(chunks: list[tuple[str, bool]], room: int) -> None:
    found = list(pieces(scripted(chunks), NO_SOURCE, room))
    assert "".join(found) == "".join(text for text, _ in chunks)
    assert all(len(json.dumps(each, ensure_ascii=False).encode()) - 2 <= room for each in found)
    assert all(found[:-1])


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("room", [700, 5000])
def test_every_formats_pieces_are_its_document(name: str, room: int) -> None:
    for values, filters in ((hostile(), Filters()), (regular(230), Filters(types=("attachment", "segment")))):
        with source(values, filters) as made:
            found = list(pieces(BY_NAME[name], made, room))
            assert "".join(found) == text_of(name, made)
        assert max(len(encode(each).encode()) - 2 for each in found) <= room


def test_a_piece_ends_at_the_end_of_a_line_where_one_fits() -> None:
    with source(regular(300)) as made:
        found = list(pieces(BY_NAME["csv"], made, 1000))
    assert all(each.endswith("\r\n") for each in found)


def test_going_on_renders_a_page_anew_and_not_what_came_before() -> None:
    kind, rendered = BY_NAME["csv"], []

    def render(made: Source, place: Place) -> Iterator[Chunk]:
        for chunk in kind.render(made, place):
            rendered.append(len(chunk.text))
            yield chunk

    counting = Format("csv", ".csv", "text/csv", render)
    with source(regular(2000)) as made:
        size = len(text_of("csv", made))
        found = list(pieces(counting, made, 8000))
    assert len(found) > 20
    assert sum(rendered) < 5 * size


def test_a_piece_comes_in_time_however_little_was_found() -> None:
    ticks = itertools.count(0, PATIENCE_S / 3)
    kind = scripted([("", True)] * 100)
    found = excerpt(kind, NO_SOURCE, Place(), 0, room=100, clock=lambda: next(ticks))
    assert (found.text, found.place, found.offset) == ("", Place("part", 3), 0)
