"""Blocks give back the text that went in."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.store.blocks import ROWS, Packer, Row, dictionary_of, plain, unpack
from cloudwan_mcp.store.texts import CACHE_BYTES, Texts
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


def texts_of(rows: list[Row]) -> Texts:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE dictionary (code INTEGER, bytes BLOB)")
    db.execute("CREATE TABLE block (first INTEGER, dictionary INTEGER, bytes BLOB)")
    db.execute("INSERT INTO dictionary VALUES (1, x'')")
    blocks = ((start, 1, data) for start, data in Packer(b"").pack(rows))
    db.executemany("INSERT INTO block VALUES (?, ?, ?)", blocks)
    return Texts(db, Path("snapshot.db"))


def test_unpacked_blocks_are_held_within_their_bytes_and_read_beyond_them() -> None:
    sizes = [200] * 40 + [20_000] * 40 + [CACHE_BYTES + 1] + [200] * 40
    rows: list[Row] = [(str(n), "", "x" * size) for n, size in enumerate(sizes)]
    texts = texts_of(rows)
    for n in (*range(121), *reversed(range(121)), 80, 3, 80):
        assert texts.row(n) == rows[n]
        assert texts._blocks.bytes <= CACHE_BYTES
    texts._db.close()


def test_a_block_at_hand_is_not_unpacked_again() -> None:
    texts = texts_of([(str(n), "", "") for n in range(3 * ROWS)])
    for n in (0, ROWS, 1, ROWS + 1):
        texts.row(n)
    found = texts._blocks.statistics()
    assert (found["misses"], found["hits"], found["entries"]) == (2, 2, 2)
    texts._db.close()


def test_a_block_counts_the_bytes_of_its_text() -> None:
    row: Row = ("a", "ü", "x" * 300)
    ((_, data),) = Packer(b"").pack([row])
    assert unpack(data, b"").size == len("\x1f".join(row).encode())
