"""The private file that a running discovery writes: one transaction a page, readable while it grows."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from cloudwan_mcp.model import Connection, Element, Gap, Identity, Scope, Step
from cloudwan_mcp.store import schema
from cloudwan_mcp.store.blocks import Packer, Row, dictionary_of, plain
from cloudwan_mcp.store.identify import element_id, key_of
from cloudwan_mcp.store.seen import SeenKeys
from cloudwan_mcp.store.words import Words, place

RECENT_ROWS = 2000  # a repeated element is nearly always on the page before


class Staging:
    """The single writer of a growing snapshot; satisfies `discovery.checkpoint.Checkpoint`.

    Every page is committed with the token that follows it, so a killed discovery goes on where it stopped.
    Raises `Exhausted` when the disk is full and leaves the file as the last page left it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._words = Words(connection)
        self._packers: dict[str, tuple[int, Packer]] = {}
        self._count: int = connection.execute("SELECT coalesce(max(n), 0) FROM el").fetchone()[0]
        self._page_keys: set[int] = set()
        self._scans = 0
        self._seen = SeenKeys(self._keys, self._confirm, self._count)

    @classmethod
    def create(cls, path: Path, *, snapshot_id: str, identity: Identity, max_bytes: int = 0) -> Staging:
        with _explained(path):
            staging = cls(path, schema.create(path, max_bytes=max_bytes))
            staging.remember(
                id=snapshot_id, identity=json.dumps(asdict(identity)), started_at=repr(time.time())
            )
        return staging

    @classmethod
    def open(cls, path: Path, *, max_bytes: int = 0) -> Staging:
        """Go on with a file that an earlier process left; whatever it had not committed is rolled back."""
        with _explained(path):
            connection = schema.open_writer(path, max_bytes=max_bytes)
            schema.check(connection, path)
            return cls(path, connection)

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    def recall(self, key: str) -> str:
        row = self._db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def remember(self, **values: str | float) -> None:
        with _explained(self.path):
            self._db.executemany(
                "INSERT OR REPLACE INTO meta VALUES(?, ?)", [(k, str(v)) for k, v in values.items()]
            )

    def steps(self) -> list[Step]:
        rows = self._db.execute(
            "SELECT id, kind, scope, state, token, pages, items, mark FROM step ORDER BY id"
        )
        return [Step(i, kind, Scope(**json.loads(scope)), *rest) for i, kind, scope, *rest in rows]

    def add_steps(self, steps: Iterable[tuple[str, Scope]]) -> None:
        with _explained(self.path):
            self._insert_steps(steps)

    def expect(self, elements: int) -> None:
        """AWS announced about `elements`: room is made once instead of by growing."""
        self._seen.reserve(elements)
        self.remember(expected=elements)

    def commit(
        self,
        step: Step,
        values: Sequence[Element | Connection],
        *,
        token: str | None,
        follow: Iterable[tuple[str, Scope]] = (),
    ) -> tuple[int, int]:
        """Store one page with the token that follows it; gives (new elements, repeated elements).

        `token` None ends the step. `follow` are steps that this page has revealed.
        """
        if self._seen.crowded:
            self._seen.grow()
        self._page_keys.clear()
        elements = [value for value in values if isinstance(value, Element)]
        with self._transaction():
            new = self._insert_elements(elements, step.kind)
            self._insert_connections([value for value in values if isinstance(value, Connection)])
            self._insert_steps(follow)
            self._db.executemany("INSERT INTO word(code, field, value) VALUES(?, ?, ?)", self._words.fresh)
            self._move(step, token, new)
            self._db.execute("INSERT OR REPLACE INTO meta VALUES('updated_at', ?)", (repr(time.time()),))
        self._words.fresh.clear()
        self._count += new
        return new, len(elements) - new

    def end(self, step: Step, gap: Gap | None = None) -> None:
        """Close a step early, with what is missing from it."""
        with self._transaction():
            self._db.execute("UPDATE step SET state='done', token=NULL WHERE id=?", (step.id,))
            if gap:
                self._add_gap(gap)
        step.state, step.token = "done", None

    def note(self, gap: Gap) -> None:
        with self._transaction():
            self._add_gap(gap)

    def restart(self, step: Step) -> None:
        """Begin a step's listing again: its token is no longer accepted; what it gave before is kept."""
        with self._transaction():
            self._db.execute("UPDATE step SET token=NULL, pages=0, mark=NULL WHERE id=?", (step.id,))
        step.token, step.pages, step.mark = None, 0, None

    def _insert_elements(self, elements: list[Element], kind: str) -> int:
        hot: list[tuple[int | None, ...]] = []
        rows: list[Row] = []
        code = self._words.code
        n = self._count
        for e in elements:
            key = key_of(e.id)
            if not self._seen.add(key):
                continue
            self._page_keys.add(key)
            n += 1
            core = e.core_network
            hot.append(
                (
                    n,
                    key,
                    code("type", e.type),
                    code("global_network", e.global_network),
                    code("core_network", core),
                    code("segment", place(core, e.segment)) if e.segment else None,
                    code("edge", place(core, e.edge)) if e.edge else None,
                    code("account", e.account),
                    code("state", e.state),
                )
            )
            rows.append((plain(e.id, 2048), plain(e.name), e.attributes))
        self._db.executemany("INSERT INTO el VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", hot)
        self._insert_blocks(rows, kind)
        return len(rows)

    def _insert_blocks(self, rows: list[Row], kind: str) -> None:
        if not rows:
            return
        dictionary, packer = self._packers.get(kind) or self._packer(kind, rows)
        self._db.executemany(
            "INSERT INTO block VALUES(?, ?, ?)",
            [(self._count + 1 + at, dictionary, data) for at, data in packer.pack(rows)],
        )

    def _packer(self, kind: str, rows: list[Row]) -> tuple[int, Packer]:
        found = self._db.execute("SELECT code, bytes FROM dictionary WHERE kind=?", (kind,)).fetchone()
        if found is None:
            data = dictionary_of(rows)
            cursor = self._db.execute("INSERT INTO dictionary(kind, bytes) VALUES(?, ?)", (kind, data))
            found = (cursor.lastrowid, data)
        self._packers[kind] = (found[0], Packer(found[1]))
        return self._packers[kind]

    def _insert_connections(self, connections: list[Connection]) -> None:
        code = self._words.code
        self._db.executemany(
            "INSERT INTO staged VALUES(?, ?, ?, ?)",
            [
                (
                    key_of(element_id(c.source)),
                    key_of(element_id(c.target)),
                    code("connection", c.type),
                    code("state", c.state),
                )
                for c in connections
            ],
        )

    def _insert_steps(self, steps: Iterable[tuple[str, Scope]]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO step(kind, scope, state) VALUES(?, ?, 'open')",
            [(kind, json.dumps({k: v for k, v in asdict(scope).items() if v})) for kind, scope in steps],
        )

    def _move(self, step: Step, token: str | None, items: int) -> None:
        step.pages += 1
        step.items += items
        if step.pages & (step.pages - 1) == 0:  # Brent: compare with the token of the last power of two
            step.mark = token
        step.token, step.state = token, "open" if token else "done"
        self._db.execute(
            "UPDATE step SET state=?, token=?, pages=?, items=?, mark=? WHERE id=?",
            (step.state, token, step.pages, step.items, step.mark, step.id),
        )

    def _add_gap(self, gap: Gap) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO gap VALUES(?, ?, ?, ?, ?)",
            (gap.operation, gap.scope, gap.code, plain(gap.message, 400), gap.action),
        )

    def _keys(self) -> Iterator[int]:
        return (row[0] for row in self._db.execute("SELECT k FROM el"))

    def _confirm(self, key: int) -> bool:
        """Whether `key` is really stored: asked for every repeat, so the near past is looked at first."""
        if key in self._page_keys:
            return True
        if self._db.execute(
            "SELECT 1 FROM el WHERE n > ? AND k = ?", (self._count - RECENT_ROWS, key)
        ).fetchone():
            return True
        self._scans += 1
        if self._scans == 8:  # a listing that starts over repeats everything: from here an index pays
            self._db.execute(schema.KEY_INDEX)
        return self._db.execute("SELECT 1 FROM el WHERE k = ?", (key,)).fetchone() is not None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _explained(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise schema.explain(error, path) from error
