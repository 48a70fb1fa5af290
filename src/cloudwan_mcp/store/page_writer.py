"""Writing one page: new elements as hot rows and blocks, connections as pairs of keys."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from sys import intern

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store import schema
from cloudwan_mcp.store.blocks import ROWS, Packer, Row, dictionary_of, plain
from cloudwan_mcp.store.identify import element_id, key_of, stored_id
from cloudwan_mcp.store.insert import Insert
from cloudwan_mcp.store.seen import SeenKeys
from cloudwan_mcp.store.words import Words, place

RECENT_ROWS = 2000  # a repeated element is nearly always on the page before
HOT_ROWS = Insert("el", columns=9, nullable=2)
KEY_PAIRS = Insert("staged", columns=5, nullable=2)
PLACES_KEPT = 16_384
NOTES = "notes"  # stands where a kind does: the connections' texts have a dictionary of their own
SCANS = 8  # a listing that starts over repeats everything: from here an index on the keys pays

Cells = list[tuple[int, ...]]
_Placed = tuple[tuple[int, ...], int, int]
_Place = tuple[str, str, str, str, str, str]


class PageWriter:
    """Inserts within a transaction of its caller, who tells it with `kept` or `undone` how that ended.

    Elements are counted by place as they come, which costs nothing: their codes are looked up by it anyway.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._words = Words(connection)
        self._dictionaries: dict[str, tuple[int, bytes]] = {}
        self._placed: dict[_Place, _Placed] = {}
        self._at_place = array("Q")
        self._count: int = connection.execute("SELECT coalesce(max(n), 0) FROM el").fetchone()[0]
        self._coming = 0
        last: int | None = connection.execute("SELECT max(first) FROM note").fetchone()[0]
        self._noted = 0 if last is None else last + ROWS  # numbers may be left out, not given twice
        self._page_keys: set[int] = set()
        self._scans = 0
        self._seen = SeenKeys(self._keys, self._confirm, self._count)
        self._counted = not self._count

    def expect(self, elements: int) -> None:
        self._seen.reserve(elements)

    def prepare(self, values: Sequence[Element | Connection]) -> None:
        """Make room for a page; called before its transaction begins."""
        self._page_keys.clear()
        self._seen.make_room(len(values))

    def write(self, values: Sequence[Element | Connection], kind: str) -> tuple[int, int]:
        """Gives (new elements, repeated elements)."""
        elements = [value for value in values if isinstance(value, Element)]
        self._coming = self._insert_elements(elements, kind)
        self._insert_connections([value for value in values if isinstance(value, Connection)])
        self._db.executemany("INSERT INTO word(code, field, value) VALUES(?, ?, ?)", self._words.fresh)
        return self._coming, len(elements) - self._coming

    def kept(self) -> None:
        self._count += self._coming
        self._words.fresh.clear()

    def undone(self) -> None:
        """The page was rolled back, and with it the codes, dictionaries and the index that it brought."""
        self._counted = False
        self._dictionaries.clear()
        self._placed.clear()
        self._scans = 0
        self._words.load()

    def _insert_elements(self, elements: list[Element], kind: str) -> int:
        hot: list[tuple[int, ...]] = []
        rows: list[Row] = []
        placed, account = self._placed, self._words.code
        n = self._count
        for e in elements:
            identifier = stored_id(e.id)
            key = key_of(identifier)
            if not self._seen.add(key):
                continue
            self._page_keys.add(key)
            n += 1
            where = (e.type, e.global_network, e.core_network, e.segment, e.edge, e.state)
            types, state, at = placed.get(where) or self._place(where)
            self._at_place[at] += 1
            hot.append((n, key, *types, account("account", e.account) or 0, state))
            rows.append((identifier, plain(e.name), e.attributes))
        HOT_ROWS.run(self._db, hot)
        self._insert_blocks("block", self._count + 1, rows, kind)
        return len(rows)

    def finish(self) -> Cells | None:
        """(type, global network, core network, segment, edge, state, count) as codes, 0 for none.

        None where it cannot know: elements were written by another process, or rolled back, or there are too
        many places. Everything that was kept for writing is given back.
        """
        counts = ((*codes, state, self._at_place[at]) for codes, state, at in self._placed.values())
        cells = list(counts) if self._counted else None
        self._seen.clear()
        self._placed.clear()
        return cells

    def _place(self, where: _Place) -> _Placed:
        """The codes of a type at a place and of a state, and where both are counted: worked out once."""
        code = self._words.code
        kind, network, core, segment, edge, state = where
        words = (
            ("type", kind),
            ("global_network", network),
            ("core_network", core),
            ("segment", place(core, segment) if segment else ""),
            ("edge", place(core, edge) if edge else ""),
        )
        if len(self._placed) >= PLACES_KEPT:
            self._placed.clear()
            self._at_place, self._counted = array("Q"), False
        self._at_place.append(0)
        codes = tuple(code(*word) or 0 for word in words)
        shared = intern(kind), intern(network), intern(core), intern(segment), intern(edge), intern(state)
        # the same few words in all places, of which each element brings its own copy
        found = self._placed[shared] = (codes, code("state", state) or 0, len(self._at_place) - 1)
        return found

    def _insert_blocks(self, table: str, first: int, rows: list[Row], kind: str) -> None:
        if not rows:
            return
        code, dictionary = self._dictionaries.get(kind) or self._dictionary(kind, rows)
        # a packer takes 260 KiB, too much to keep one for every kind, and is made anew in microseconds
        blocks = Packer(dictionary).pack(rows)
        self._db.executemany(
            f"INSERT INTO {table} VALUES(?, ?, ?)",  # one of two tables of ours
            [(first + at, code, data) for at, data in blocks],
        )

    def _dictionary(self, kind: str, rows: list[Row]) -> tuple[int, bytes]:
        found = self._db.execute("SELECT code, bytes FROM dictionary WHERE kind=?", (kind,)).fetchone()
        if found is None:
            data = dictionary_of(rows)
            cursor = self._db.execute("INSERT INTO dictionary(kind, bytes) VALUES(?, ?)", (kind, data))
            found = (cursor.lastrowid, data)
        self._dictionaries[kind] = (found[0], found[1])
        return self._dictionaries[kind]

    def _insert_connections(self, connections: list[Connection]) -> None:
        code = self._words.code
        keys: dict[str, int] = {}  # of this page: an element's connections come together, and hubs recur
        rows: list[tuple[int, ...]] = []
        notes: list[Row] = []
        for c in connections:
            for end in (c.source, c.target):
                if end not in keys:
                    keys[end] = key_of(element_id(end))
            kind, state = code("connection", c.type), code("state", c.state)
            number = 0
            if c.attributes:
                notes.append(("", "", c.attributes))
                number = self._noted + len(notes)
            rows.append((keys[c.source], keys[c.target], kind or 0, state or 0, number))
        KEY_PAIRS.run(self._db, rows)
        self._insert_blocks("note", self._noted + 1, notes, NOTES)
        self._noted += len(notes)

    def _keys(self) -> Iterator[int]:
        return (row[0] for row in self._db.execute("SELECT k FROM el"))

    def _confirm(self, key: int) -> bool:
        """Whether `key` is really stored: asked for every repeat, so the near past is looked at first."""
        if key in self._page_keys:
            return True
        recent = "SELECT 1 FROM el WHERE n > ? AND k = ?"
        if self._db.execute(recent, (self._count - RECENT_ROWS, key)).fetchone():
            return True
        if self._db.execute("SELECT 1 FROM el WHERE k = ?", (key,)).fetchone() is None:
            return False
        self._scans += 1
        if self._scans == SCANS:
            self._db.execute(schema.KEY_INDEX)
        return True
