"""Reading one snapshot file, growing or complete."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudwan_mcp.model import Connection, Element, Gap, Identity, SnapshotInfo
from cloudwan_mcp.store import schema
from cloudwan_mcp.store.blocks import Row
from cloudwan_mcp.store.filters import Filters
from cloudwan_mcp.store.graph import Graph
from cloudwan_mcp.store.identify import element_id, key_of
from cloudwan_mcp.store.notes import Notes
from cloudwan_mcp.store.protocol import ConnectionRows, End, Rows
from cloudwan_mcp.store.side import Side
from cloudwan_mcp.store.tally import Tally, count, tally
from cloudwan_mcp.store.texts import Texts
from cloudwan_mcp.store.words import Words

SCAN_ROWS = 200_000  # rows whose text one call looks at: about half a second
COUNTS_KEPT = 32
BATCH = 512
PAGE_BYTES = (
    schema.CACHE_KIB * 1024
)  # of SQLite in memory, of one reader: it does not tell how many are in use
MOST_ROWS = 2**63 - 1
HOT = "n, ty, gn, co, sg, ed, ac, st"

Hot = tuple[int, int | None, int | None, int | None, int | None, int | None, int | None, int | None]


class SnapshotReader:
    """Satisfies `store.protocol.Reader` over one SQLite file; see there."""

    def __init__(self, path: Path, *, complete: bool) -> None:
        self.path = path
        self._complete = complete
        self._counts: dict[Filters, int] = {}
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

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def info(self) -> SnapshotInfo:
        with self._reading():
            meta = dict(self._db.execute("SELECT key, value FROM meta").fetchall())
            gaps = self._db.execute("SELECT operation, scope, code, message, action FROM gap").fetchall()
            pages = self._db.execute("SELECT coalesce(sum(pages), 0) FROM step").fetchone()[0]
            elements = meta.get("elements") or self._last()
            started = float(meta.get("started_at", 0))
            if "id" not in meta or "identity" not in meta:
                raise schema.damaged(self.path, "it does not say what it holds")
            return SnapshotInfo(
                id=meta["id"],
                # complete in its own eyes but not renamed yet: a step of publishing is still to come
                state=meta.get("state", "growing") if self._complete else "growing",
                identity=Identity(**json.loads(meta["identity"])),
                started_at=started,
                updated_at=float(meta.get("updated_at", started)),
                elements=int(elements),
                connections=int(meta.get("connections", 0)),
                unresolved=int(meta.get("unresolved", 0)),
                expected=int(meta["expected"]) if "expected" in meta else None,
                pages=pages,
                calls=int(meta.get("calls", 0)),
                throttles=int(meta.get("throttles", 0)),
                repeated=int(meta.get("repeated", 0)),
                bytes=self._bytes(),
                gaps=tuple(Gap(*row) for row in gaps),
            )

    def page(self, filters: Filters, *, after: int, limit: int, scan: int = SCAN_ROWS) -> Rows:
        with self._reading():
            found: list[tuple[int, Element]] = []
            position, scanned, end = after, 0, False
            last = self._settled()
            while len(found) < limit and scanned < scan and not end:
                batch = max(limit, BATCH) if filters.needs_attributes else limit
                hot = self._hot(filters, position, last, batch)
                end = len(hot) < batch
                for row in hot:
                    position, scanned = row[0], scanned + 1
                    element = self._element(row, filters)
                    if element:
                        found.append((row[0], element))
                    if len(found) == limit:
                        end = end and row is hot[-1]
                        break
            return Rows(found, position, end, scanned)

    def count(self, filters: Filters) -> int | None:
        if filters.needs_attributes:
            return None
        with self._reading():
            counted = self._counts.get(filters)
            if counted is None:
                self._settled()
                counted = count(self._db, self._words, filters, counted=self._complete)
                if self._complete:  # each page of a listing asks again, and a snapshot never changes
                    self._counts[filters] = counted
                    if len(self._counts) > COUNTS_KEPT:
                        del self._counts[next(iter(self._counts))]
            return counted

    def tally(self, filters: Filters, *fields: str) -> Tally:
        with self._reading():
            self._settled()
            return tally(self._db, self._words, filters, fields, counted=self._complete)

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

    def ends(self, n: int, *, outward: bool) -> list[End]:
        with self._reading():
            return self._graph.ends(n, outward=outward)

    def note(self, key: int) -> str:
        with self._reading():
            return self._graph.note(key)

    def side(self) -> Side:
        return Side(self.path)

    def _settled(self) -> int:
        """The last row to give out: in a growing file, one whose words are all known here.

        A filter knows nothing of words that came later, and would pass over the rows that use them.
        """
        if self._complete:
            return MOST_ROWS
        last = self._last()
        self._words.refresh()
        return last

    def _hot(self, filters: Filters, after: int, last: int, limit: int) -> list[Hot]:
        where = filters.where(self._words)
        if where is None:
            return []
        condition = f"AND {where[0]}" if where[0] else ""
        query = f"SELECT {HOT} FROM el WHERE n > ? AND n <= ? {condition} ORDER BY n LIMIT ?"  # noqa: S608
        return self._db.execute(query, (after, last, *where[1], limit)).fetchall()

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

    def _bytes(self) -> int:
        """The file's size, also where it was pruned under a reader that goes on reading."""
        pages, size = (
            self._db.execute(f"PRAGMA {each}").fetchone()[0] for each in ("page_count", "page_size")
        )
        return int(pages * size)

    def _last(self) -> int:
        return int(self._db.execute("SELECT coalesce(max(n), 0) FROM el").fetchone()[0])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise schema.explain(error, self.path) from error
