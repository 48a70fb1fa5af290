"""One of two snapshots that are read side by side: its rows in their order, and their texts as they lie."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path
from typing import Any

from cloudwan_mcp.model import Element
from cloudwan_mcp.store import schema
from cloudwan_mcp.store.blocks import Block, unpack
from cloudwan_mcp.store.facts import read_tables
from cloudwan_mcp.store.filters import Filters
from cloudwan_mcp.store.words import Words

SELECT = "SELECT n, k, ty, gn, co, sg, ed, ac, st FROM el"
FIELDS = ("type", "global_network", "core_network", "segment", "edge", "account", "state")
BLOCKS = 17  # read ahead, some 20 KiB: each says where the one before it ends
BEYOND = 2**63

Row = tuple[Any, ...]  # the columns of `SELECT`, of which those after the second may be None
Sealed = tuple[int, int, bytes]  # first row, dictionary, bytes


class Side:
    """A complete snapshot, with a connection of its own: a long reading keeps no other question waiting.

    For one thread. Raises `NotFound` where the file is damaged or gone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = schema.open_complete(path)
        except sqlite3.Error as error:
            raise schema.explain(error, path) from error
        self._words = Words(self._db)
        self._dictionaries: dict[int, bytes] = {}
        self._now: Sealed = (0, 0, b"")
        self._end = 0  # of the rows in that block
        self._ahead: list[Sealed] = []  # the blocks behind it, the last first
        self._open: tuple[Sealed, Block] | None = None

    def close(self) -> None:
        self._db.close()

    def rows(self, after: int, limit: int) -> list[Row]:
        return self._fetch(f"{SELECT} WHERE n > ? ORDER BY n LIMIT ?", after, limit)

    def keyed(self, key: int) -> Row | None:
        """The row of the element whose id has this key."""
        found = self._fetch(f"{SELECT} INDEXED BY el_k WHERE k = ?", key)
        return found[0] if found else None

    def codes(self, filters: Filters) -> frozenset[int] | None:
        """The types' codes that `filters`, of types alone, let through; None for all of them."""
        where = filters.where(self._words)
        return frozenset() if where is None else frozenset(where[1]) if where[1] else None

    def vocabulary(self) -> dict[tuple[str, str], int]:
        """The code of each (field, word)."""
        return {(field, word): code for field in FIELDS for code, word in self._words.all(field).items()}

    def words(self, row: Row) -> tuple[str, ...]:
        """Type, global network, core network, segment, edge, account and state."""
        value, name = self._words.value, self._words.name
        _, _, ty, gn, co, sg, ed, ac, st = row
        return value(ty), value(gn), value(co), name(sg), name(ed), value(ac), value(st)

    def element(self, row: Row) -> Element:
        kind, network, core, segment, edge, account, state = self.words(row)
        sealed = self.sealed(row[0])
        identifier, name, attributes = self._block(sealed)[row[0] - sealed[0]]
        return Element(identifier, kind, name, network, core, segment, edge, account, state, attributes)

    def tables(self) -> frozenset[tuple[str, str, str]]:
        """(core network, segment, edge) of the route tables that were read."""
        return read_tables(self._db)

    def sealed(self, n: int) -> Sealed:
        """The block that holds row `n`, still deflated."""
        if not self._now[0] <= n < self._end:
            if n != self._end or len(self._ahead) < 2:
                self._read_ahead(n)
            self._now = self._ahead.pop()
            self._end = self._ahead[-1][0]
        return self._now

    def dictionary(self, code: int) -> bytes:
        if code not in self._dictionaries:
            ((self._dictionaries[code],),) = self._fetch("SELECT bytes FROM dictionary WHERE code = ?", code)
        return self._dictionaries[code]

    def text(self, n: int) -> bytes:
        """Id, name and attributes of row `n` as one text, equal only where all three are."""
        sealed = self.sealed(n)
        return self._block(sealed).raw(n - sealed[0])

    def _block(self, sealed: Sealed) -> Block:
        if self._open is None or self._open[0] is not sealed:
            try:
                self._open = (sealed, unpack(sealed[2], self.dictionary(sealed[1])))
            except (zlib.error, ValueError) as error:
                raise schema.damaged(self._path, f"row {sealed[0]}: {error}") from error
        return self._open[1]

    def _read_ahead(self, n: int) -> None:
        query = """SELECT first, dictionary, bytes FROM block
                   WHERE first >= (SELECT max(first) FROM block WHERE first <= ?) ORDER BY first LIMIT ?"""
        found: list[Sealed] = self._fetch(query, n, BLOCKS)
        if not found:
            raise schema.damaged(self._path, f"row {n} is in no block")
        if len(found) < BLOCKS:
            found.append((BEYOND, 0, b""))
        self._ahead = found[::-1]

    def _fetch(self, query: str, *values: int) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise schema.explain(error, self._path) from error
