"""The parts that a topology in memory is made of, each by itself."""

from __future__ import annotations

from array import array

from cloudwan_mcp.topology.arena import SEGMENT_BYTES, Arena
from cloudwan_mcp.topology.blocks import LONE_BYTES, Blocks, Cache, size_of
from cloudwan_mcp.topology.columns import Column
from cloudwan_mcp.topology.id_index import UNKNOWN, IdIndex


def test_ids_of_one_key_are_told_apart() -> None:
    ids = [str(n) for n in range(200)]
    index = IdIndex(ids.__getitem__, key=lambda identifier: len(identifier))
    for identifier in ids:
        assert index.find(identifier) is None
        index.add(identifier)
    assert [index.find(identifier) for identifier in ids] == list(range(200))
    assert index.find("x") is None


def test_every_key_of_a_growing_index_is_found_and_no_other() -> None:
    ids = [f"vpc-{n:017x}" for n in range(3000)]
    index = IdIndex(ids.__getitem__)
    for identifier in ids:
        index.add(identifier)
    keys = array("q", map(index.key, [*ids, "other"]))
    assert list(index.positions(keys)) == [*range(3000), UNKNOWN]
    assert index.bytes < 3000 * 20


def test_codes_grow_wider_when_there_are_more_texts_than_fit() -> None:
    texts = [str(n % 70_000) for n in range(70_100)]
    column = Column()
    for at, text in enumerate(texts):
        column.append(text)
        if at in (255, 256, 65_535, 65_536):
            assert [column[0], column[at]] == [texts[0], text]
    assert list(column.texts(0, len(texts))) == texts
    assert list(column.positions("5")) == [5, 70_005]
    assert list(column.positions("none")) == []


def test_pieces_of_every_size_are_found_in_their_segments() -> None:
    pieces = [b"a" * 10, b"", b"b" * SEGMENT_BYTES, b"c", b"d" * (3 * SEGMENT_BYTES), b"e", b""]
    arena = Arena()
    for piece in pieces:
        arena.append(piece)
    assert [bytes(arena[n]) for n in range(len(arena))] == pieces
    assert arena.bytes >= sum(map(len, pieces))


def test_rows_are_read_while_they_are_written_and_long_ones_stand_alone() -> None:
    cache: Cache = Cache(1024 * 1024, size=size_of)
    blocks = Blocks(4, cache)
    rows = [(str(n), n, b"x" * (LONE_BYTES * (n % 7 == 3) + n)) for n in range(300)]
    for n, row in enumerate(rows):
        blocks.append(row)
        assert [blocks.row(n), blocks.row(n // 2)] == [row, rows[n // 2]]
    blocks.finish()
    assert [blocks.row(n) for n in range(len(blocks))] == rows
    assert list(blocks.rows(5, 290)) == rows[5:290]
    cache.clear()
    assert blocks.row(11) == rows[11]  # the row before it is long
    assert len(cache) == 1
    assert cache.bytes < LONE_BYTES
