"""Blocks: 8 rows of text deflated together against a dictionary of the same kind of text."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import overload

ROWS = 8
LONE_CHARACTERS = 32 * 1024  # a row this long is a block of its own, so that its neighbours stay cheap
DICTIONARY_BYTES = 32 * 1024  # deflate's window: more is never looked at
LEVEL = 1
MOST_BYTES = 64 * 1024 * 1024  # a block that would inflate beyond this is damaged, not large
_ROW, _FIELD = "\x1e", "\x1f"  # control characters, which JSON text cannot contain unescaped
_CONTROLS = dict.fromkeys(range(32), " ")

Row = tuple[str, str, str]


def plain(text: str, most: int = 256) -> str:
    """`text` on one line, without control characters or halves of characters, at most `most` characters."""
    text = text if len(text) <= most else text[: most - 1] + "…"
    if text.isprintable():
        return text
    # JSON can spell half a surrogate pair, which neither SQLite nor a reply can hold
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode()


class Packer:
    """Writes blocks of one kind; the dictionary is the first page's own text."""

    def __init__(self, dictionary: bytes) -> None:
        self._primed = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, 6, zlib.Z_DEFAULT_STRATEGY, dictionary)

    def pack(self, rows: list[Row]) -> Iterator[tuple[int, bytes]]:
        """(offset of the block's first row, bytes) for each block of `rows` = (id, name, attributes)."""
        for start, end in _cuts(rows):
            text = _ROW.join([_FIELD.join(row) for row in rows[start:end]])
            deflate = self._primed.copy()
            yield start, deflate.compress(text.encode("utf-8", "surrogatepass")) + deflate.flush()


def _cuts(rows: list[Row]) -> Iterator[tuple[int, int]]:
    start = size = 0
    for end, row in enumerate(rows):
        if end > start and (end - start == ROWS or size + len(row[2]) > LONE_CHARACTERS):
            yield start, end
            start, size = end, 0
        size += len(row[2])
    if rows:
        yield start, len(rows)


def dictionary_of(rows: list[Row]) -> bytes:
    """The text that later blocks are likely to repeat: the last window of the first page."""
    text = _ROW.join(_FIELD.join(row) for row in rows[-64:])
    return text.encode("utf-8", "surrogatepass")[-DICTIONARY_BYTES:]


class Block(Sequence[Row]):
    """The rows of one block; each is taken apart when it is asked for, since most never are."""

    def __init__(self, text: bytes) -> None:
        self.size = len(text)
        self._rows = text.split(_ROW.encode())

    def __len__(self) -> int:
        return len(self._rows)

    def raw(self, at: int) -> bytes:
        """A row as it was packed: equal for equal rows alone."""
        return self._rows[at]

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        return [_split(row) for row in self._rows[at]] if isinstance(at, slice) else _split(self._rows[at])


def unpack(data: bytes, dictionary: bytes) -> Block:
    inflate = zlib.decompressobj(-15, zdict=dictionary)
    text = inflate.decompress(data, MOST_BYTES)
    if not inflate.eof:
        raise ValueError("a block is cut short or inflates beyond reason")
    return Block(text)


def _split(row: bytes) -> Row:
    identifier, name, attributes = row.decode("utf-8", "surrogatepass").split(_FIELD)
    return identifier, name, attributes
