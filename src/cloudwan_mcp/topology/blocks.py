"""Rows in deflated blocks: what is read seldom, kept small."""

from __future__ import annotations

import marshal
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from cloudwan_mcp.memory.cache import ByteCache
from cloudwan_mcp.topology.arena import Arena
from cloudwan_mcp.topology.codec import VERSION

LEVEL = 4
LONE_BYTES = 32 * 1024  # a row this long is a block of its own, so that its neighbours stay cheap
DICTIONARY_BYTES = 32 * 1024  # deflate's window: more is never looked at
RENEWED = (0, 4, 64, 1024)  # blocks before which the dictionary is made anew, of the rows just before
ROW_BYTES = 250  # what a row's own objects take beside its bytes

Row = tuple[Any, ...]
Cache = ByteCache[tuple[Any, int], list[Row]]  # by blocks and number


class Blocks:
    """Rows, which are tuples of what marshal keeps exactly; the last member is the row's own bytes.

    Appended by one thread and then `finish`ed; read by any number of them.
    """

    def __init__(self, rows: int, cache: Cache) -> None:
        self._rows = rows
        self._cache = cache
        self._arena = Arena()
        self._firsts = array("I")
        self._dictionaries: list[bytes] = []
        self._recent = b""
        self._primed: Any = None
        self._pending: list[Row] = []
        self._size = self._flushed = 0
        self._last: tuple[int, list[Row]] = (0, [])

    def append(self, row: Row) -> None:
        size = len(row[-1])
        if self._pending and (len(self._pending) == self._rows or self._size + size > LONE_BYTES):
            self._flush()
        self._pending.append(row)
        self._size += size

    def __len__(self) -> int:
        return self._flushed + len(self._pending)

    def row(self, n: int) -> Row:
        if n >= self._flushed:
            return self._pending[n - self._flushed]
        first, rows = self._around(n)
        return rows[n - first]

    def rows(self, first: int, end: int) -> Iterator[Row]:
        """Those from `first` on, without `end`; to be asked of finished blocks."""
        while first < end:
            start, rows = self._around(first)
            yield from rows[first - start : end - start]
            first = start + len(rows)

    def finish(self) -> None:
        """No more rows come: what only writing needs is given back."""
        self._flush()
        self._primed, self._recent = None, b""

    def _around(self, n: int) -> tuple[int, list[Row]]:
        """The block that row `n` is in, and its first row."""
        first, rows = self._last  # one look and one assignment: another thread's is as good
        if not first <= n < first + len(rows):
            first, rows = self._last = self._block(bisect_right(self._firsts, n) - 1)
        return first, rows

    def _block(self, number: int) -> tuple[int, list[Row]]:
        rows = self._cache.get((self._arena, number))
        if rows is None:
            dictionary = self._dictionaries[bisect_right(RENEWED, number) - 1]
            text = zlib.decompressobj(-15, zdict=dictionary).decompress(self._arena[number])
            rows = marshal.loads(text)  # noqa: S302 - written by `_flush`, and in memory ever since
            self._cache.put((self._arena, number), rows)
        return self._firsts[number], rows

    def _flush(self) -> None:
        if not self._pending:
            return
        text = marshal.dumps(self._pending, VERSION)
        if len(self._arena) in RENEWED:
            self._renew(text)
        if len(self._arena) < RENEWED[-1]:
            self._recent = (self._recent + text)[-DICTIONARY_BYTES:]
        deflate = self._primed.copy()
        self._arena.append(deflate.compress(text) + deflate.flush())
        self._firsts.append(self._flushed)
        self._flushed += len(self._pending)
        self._pending, self._size = [], 0

    def _renew(self, text: bytes) -> None:
        """The first block is its own dictionary; later ones are made of the window of rows before them."""
        dictionary = self._recent or text[-DICTIONARY_BYTES:]
        self._dictionaries.append(dictionary)
        self._primed = zlib.compressobj(LEVEL, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, dictionary)

    @property
    def bytes(self) -> int:
        own = sum(map(len, self._dictionaries)) + self._firsts.itemsize * len(self._firsts)
        return self._arena.bytes + own + self._size + ROW_BYTES * len(self._pending)


def size_of(rows: list[Row]) -> int:
    """What an unpacked block occupies, about."""
    return sum(len(row[-1]) for row in rows) + ROW_BYTES * len(rows)
