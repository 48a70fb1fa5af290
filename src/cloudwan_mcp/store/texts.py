"""The text of a snapshot's rows: ids, names and attributes out of deflated blocks."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

from cloudwan_mcp.memory.cache import ByteCache
from cloudwan_mcp.store import schema
from cloudwan_mcp.store.blocks import Block, Row, unpack

CACHE_BYTES = 512 * 1024  # some 200 blocks: neighbouring rows unpack each once


class Texts:
    """Row number to (id, name, attributes); raises `NotFound` where a block is damaged."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._blocks: ByteCache[int, Block] = ByteCache(CACHE_BYTES, size=attrgetter("size"))
        self._dictionaries: dict[int, bytes] = {}
        self._last: tuple[int, Sequence[Row]] = (0, ())

    @property
    def nbytes(self) -> int:
        return self._blocks.bytes

    def row(self, n: int) -> Row:
        try:
            first, rows = self._last
            if not first <= n < first + len(rows):  # a page asks for neighbouring rows
                first, rows = self._last = self._block(n)
            return rows[n - first]
        except (zlib.error, ValueError, TypeError, IndexError) as error:
            raise schema.damaged(self._path, f"row {n}: {error}") from error

    def _block(self, n: int) -> tuple[int, Sequence[Row]]:
        # one statement, although a block at hand is then read in vain: that costs less than a second one
        first, code, data = self._db.execute(
            "SELECT first, dictionary, bytes FROM block WHERE first <= ? ORDER BY first DESC LIMIT 1", (n,)
        ).fetchone()
        rows = self._blocks.get(first)
        if rows is None:
            rows = unpack(data, self._dictionary(code))
            self._blocks.put(first, rows)
        return first, rows

    def _dictionary(self, code: int) -> bytes:
        if code not in self._dictionaries:
            row = self._db.execute("SELECT bytes FROM dictionary WHERE code = ?", (code,)).fetchone()
            self._dictionaries[code] = row[0]
        return self._dictionaries[code]
