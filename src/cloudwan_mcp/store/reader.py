"""Reading one snapshot file, growing or complete."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudwan_mcp.model import Connection, Element, SnapshotInfo
from cloudwan_mcp.store import schema
from cloudwan_mcp.store.blocks import Row
from cloudwan_mcp.store.facts import last_row, read_info, read_tables
from cloudwan_mcp.store.filters import Filters, split_tag
from cloudwan_mcp.store.graph import EVERY, Graph
from cloudwan_mcp.store.identify import element_id, key_of
from cloudwan_mcp.store.index.layout import index_of
from cloudwan_mcp.store.index.reader import Index
from cloudwan_mcp.store.index.routes import Fold, folds
from cloudwan_mcp.store.notes import Notes
from cloudwan_mcp.store.protocol import ConnectionRows, End, Rows
from cloudwan_mcp.store.side import Side
from cloudwan_mcp.store.tally import Source, Tally, count, sources, tally, with_rest
from cloudwan_mcp.store.texts import Texts
from cloudwan_mcp.store.words import Words

SCAN_ROWS = 200_000  # rows whose text one call looks at: about half a second
COUNTS_KEPT = 32
BATCH = 512
PAGE_BYTES = schema.CACHE_KIB * 1024  # of SQLite in memory, of one reader: how many are in use is not told
MOST_ROWS = 2**63 - 1
HOT = "n, ty, gn, co, sg, ed, ac, st"

Hot = tuple[int, int | None, int | None, int | None, int | None, int | None, int | None, int | None]


class SnapshotReader:
    """Satisfies `store.protocol.Reader` over one SQLite file; see there."""

    def __init__(self, path: Path, *, complete: bool) -> None:
        self.path = path
        self._complete = complete
        self._counts: dict[Filters, int] = {}
        self._index: Index | None = None
        self._lock = threading.RLock()
        with self._reading():
            opened = schema.open_complete(path) if complete else schema.open_growing(path)
            try:
                schema.check(opened, path)
                self._db = opened
                self._words = Words(opened)
                self._texts = Texts(opened, path)
                self._graph = Graph(opened, self._words, self._texts, Notes(opened, path))
            except BaseException:
                opened.close()
                raise

    @property
    def cached_bytes(self) -> int:
        """What it keeps of texts that were read."""
        return self._texts.nbytes

    @property
    def index(self) -> Index | None:
        """What the snapshot can be searched by; None until that is written, a while after it is complete."""
        if self._index is None and self._complete:
            with self._lock:
                self._index = self._index or Index.open(index_of(self.path), self._lock)
        return self._index

    def close(self) -> None:
        with self._lock:
            self._db.close()
            if self._index:
                self._index.close()

    def info(self) -> SnapshotInfo:
        with self._reading():
            return read_info(self._db, self.path, complete=self._complete)

    def page(
        self, filters: Filters, *, after: int, limit: int, scan: int = SCAN_ROWS, upto: int = MOST_ROWS
    ) -> Rows:
        with self._reading():
            found: list[tuple[int, Element]] = []
            position, scanned, end = after, 0, False
            last = min(self._settled(), upto)
            while len(found) < limit and scanned < scan and not end:
                batch = max(limit, BATCH) if filters.needs_attributes else limit
                hot, reached = self._hot(filters, position, last, batch)
                end = not reached
                for row in hot:
                    position, scanned = row[0], scanned + 1
                    element = self._element(row, filters)
                    if element:
                        found.append((row[0], element))
                    if len(found) == limit:
                        end = end and row is hot[-1]
                        break
                else:
                    position = max(position, reached)
            return Rows(found, position, end, scanned)

    def count(self, filters: Filters) -> int | None:
        if filters.needs_attributes:
            return None
        with self._reading():
            counted = self._counts.get(filters)
            if counted is None:
                self._settled()
                counted = count(self._sources(), self._words, filters)
                if self._complete:  # each page of a listing asks again, and a snapshot never changes
                    self._counts[filters] = counted
                    if len(self._counts) > COUNTS_KEPT:
                        del self._counts[next(iter(self._counts))]
            return counted

    def tally(self, filters: Filters, *fields: str) -> Tally:
        with self._reading():
            self._settled()
            return tally(self._sources(), self._words, filters, fields)

    def tally_tag(self, filters: Filters, key: str) -> Tally | None:
        if not self.index or filters.needs_attributes or set(filters.fields) - {"type"}:
            return None
        types = filters.type_codes(self._words)
        counts = self.index.tag_counts(key, types) if types or not filters.types else {}
        return None if counts is None else with_rest(counts, self.count(filters) or 0)

    def routes(self, filters: Filters, *, limit: int) -> tuple[list[Fold], int] | None:
        with self._reading():
            return folds(self.index, self._words, filters, limit) if self.index else None

    def connections(self, filters: Filters, *, after: tuple[int, int], limit: int) -> ConnectionRows:
        with self._reading():
            found: list[Connection] = []
            n, given = after
            while True:
                # the element the last page stopped in comes first again, for the rest of its connections
                page = self.page(filters, after=max(n - 1, 0) if given else n, limit=64)
                for number, element in page.rows:
                    skip = given if number == n else 0
                    own = self._graph.outgoing(number, element, skip, limit - len(found) + 1)
                    take = own[: limit - len(found)]
                    found += take
                    n, given = number, skip + len(take)
                    if len(found) == limit:
                        done = page.end and number == page.rows[-1][0] and len(own) == len(take)
                        return ConnectionRows(found, (n, given), done)
                n, given = page.position, 0
                if page.end:
                    return ConnectionRows(found, (n, 0), True)

    def find(self, identifier: str) -> int | None:
        wanted = element_id(identifier)
        with self._reading():
            for (n,) in self._db.execute("SELECT n FROM el WHERE k = ?", (key_of(wanted),)).fetchall():
                if self._texts.row(n)[0] == wanted:
                    return int(n)
        return None

    def elements(self, numbers: list[int]) -> list[Element]:
        with self._reading():
            found = (
                self._db.execute(f"SELECT {HOT} FROM el WHERE n = ?", (n,)).fetchone()  # noqa: S608
                for n in numbers
            )
            return [self._build(row, self._texts.row(row[0])) for row in found if row]

    def neighbours(self, n: int, *, limit: int) -> list[tuple[int, str]]:
        with self._reading():
            return self._graph.neighbours(n, limit)

    def steps(self, n: int, *, most: int) -> tuple[list[int], bool]:
        with self._reading():
            return self._graph.steps(n, most)

    def between(self, a: int, b: int) -> str:
        with self._reading():
            return self._graph.between(a, b)

    def ends(self, n: int, *, outward: bool, limit: int = EVERY) -> list[End]:
        with self._reading():
            return self._graph.ends(n, outward=outward, limit=limit)

    def note(self, key: int) -> str:
        with self._reading():
            return self._graph.note(key)

    def side(self) -> Side:
        return Side(self.path)

    def tables(self) -> frozenset[tuple[str, str, str]]:
        with self._reading():
            return read_tables(self._db)

    def _sources(self) -> list[Source]:
        return sources(self._db, self.index.db if self.index else None, counted=self._complete)

    def _settled(self) -> int:
        """The last row to give out: in a growing file, one whose words are all known here.

        A filter knows nothing of words that came later, and would pass over the rows that use them.
        """
        if self._complete:
            return MOST_ROWS
        last = last_row(self._db)
        self._words.refresh()
        return last

    def _hot(self, filters: Filters, after: int, last: int, limit: int) -> tuple[list[Hot], int]:
        """The next rows that may match, and the last number looked at; 0 when no more can come."""
        where = filters.where(self._words)
        tag = self.index.tag(*split_tag(filters.tag)) if self.index and filters.tag else None
        if where is None or tag == "nowhere":
            return [], 0
        condition = f"AND {where[0]}" if where[0] else ""
        if self.index and isinstance(tag, int):
            tagged = self.index.tagged(tag, after=after, upto=last, limit=limit)
            numbers = ",".join(map(str, tagged))
            query = f"SELECT {HOT} FROM el WHERE n IN ({numbers}) {condition} ORDER BY n"  # noqa: S608
            return self._db.execute(query, where[1]).fetchall(), tagged[-1] if len(tagged) == limit else 0
        query = f"SELECT {HOT} FROM el WHERE n > ? AND n <= ? {condition} ORDER BY n LIMIT ?"  # noqa: S608
        rows = self._db.execute(query, (after, last, *where[1], limit)).fetchall()
        return rows, rows[-1][0] if len(rows) == limit else 0

    def _element(self, row: Hot, filters: Filters) -> Element | None:
        text = self._texts.row(row[0])
        if filters.needs_attributes and not filters.accepts(*text):
            return None
        return self._build(row, text)

    def _build(self, row: Hot, text: Row) -> Element:
        _, ty, gn, co, sg, ed, ac, st = row
        value, name = self._words.value, self._words.name
        return Element(
            text[0],
            value(ty),
            text[1],
            value(gn),
            value(co),
            name(sg),
            name(ed),
            value(ac),
            value(st),
            text[2],
        )

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise schema.explain(error, self.path) from error
