"""Blocks give back the text that went in."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.store.blocks import ROWS, BlockCache, Packer, Row, dictionary_of, plain, unpack
from fakes.snapshots import flat
from fakes.strategies import HOSTILE, attribute_texts

TEXT_ROWS = st.lists(st.tuples(HOSTILE.map(plain), HOSTILE.map(plain), attribute_texts()), max_size=70)


@given(rows=TEXT_ROWS, others=TEXT_ROWS)
def test_packed_rows_are_unpacked_as_they_were(rows: list[Row], others: list[Row]) -> None:
    dictionary = dictionary_of(others)
    packer = Packer(dictionary)
    for _ in range(2):
        found: list[Row] = []
        for start, data in packer.pack(rows):
            assert start == len(found)
            block = unpack(data, dictionary)
            assert 1 <= len(block) <= ROWS
            found += block
        assert found == rows


@given(text=HOSTILE)
def test_plain_text_is_one_line_of_whole_characters(text: str) -> None:
    assert plain(text) == flat(text)
    assert len(plain(text)) <= 256
    plain(text).encode()


def test_a_large_row_has_a_block_of_its_own() -> None:
    rows: list[Row] = [(str(n), "", "x" * (100_000 if n == 5 else 10)) for n in range(20)]
    starts = [start for start, _ in Packer(b"").pack(rows)]
    assert starts == [0, 5, 6, 6 + ROWS]


def test_what_inflates_without_end_is_refused_instead_of_read() -> None:
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    bomb = deflate.compress(bytes(80 << 20)) + deflate.flush()
    with pytest.raises(ValueError, match="inflates"):
        unpack(bomb, b"")


def test_the_cache_is_bounded_in_characters_and_keeps_what_was_used_last() -> None:
    cache = BlockCache(most=1000)
    for first in range(10):
        cache.put(first, [("", "", "x" * 300)])
        assert cache.characters <= 1000
        cache.get(0)
    assert cache.get(0)
    assert cache.get(9)
    assert cache.get(1) is None
    cache.put(99, [("", "", "x" * 5000)])
    assert cache.get(99)
    assert cache.characters == 5000
