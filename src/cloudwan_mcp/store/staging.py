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
from cloudwan_mcp.store.blocks import plain
from cloudwan_mcp.store.page_writer import Cells, PageWriter

NEW = ".new"


class Staging:
    """The single writer of a growing snapshot; satisfies `discovery.checkpoint.Checkpoint`.

    Every page is committed with the token that follows it, so a killed discovery goes on where it stopped.
    Raises `Exhausted` when the disk is full and leaves the file as the last page left it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._page = PageWriter(connection)
        self._closed = False
        self.cells: Cells | None = None

    @classmethod
    def create(cls, path: Path, *, snapshot_id: str, identity: Identity, max_bytes: int = 0) -> Staging:
        facts = {"id": snapshot_id, "identity": json.dumps(asdict(identity)), "started_at": repr(time.time())}
        fresh = path.with_suffix(
            NEW
        )  # whoever lists the folder meets it under its name only once it is whole
        with _explained(fresh):
            schema.create(fresh, facts)
            fresh.replace(path)
        return cls.open(path, max_bytes=max_bytes)

    @classmethod
    def open(cls, path: Path, *, max_bytes: int = 0) -> Staging:
        """Go on with a file that an earlier process left; whatever it had not committed is rolled back."""
        with _explained(path):
            connection = schema.open_writer(path, max_bytes=max_bytes)
            try:
                schema.check(connection, path)
                return cls(path, connection)
            except BaseException:
                connection.close()
                raise

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write no more; `cells` then counts the elements, where this process has written them all."""
        self._db.close()
        if not self._closed:
            self._closed, self.cells = True, self._page.finish()

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
        with _explained(self.path):
            self._page.expect(elements)
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
        with _explained(self.path):
            self._page.prepare(values)
        with self._transaction():
            new, repeated = self._page.write(values, step.kind)
            self._insert_steps(follow)
            moved = _moved(step, token, new)
            self._db.execute(
                "UPDATE step SET state=?, token=?, pages=?, items=?, mark=? WHERE id=?", (*moved, step.id)
            )
            self._db.execute("INSERT OR REPLACE INTO meta VALUES('updated_at', ?)", (repr(time.time()),))
        self._page.kept()
        step.state, step.token, step.pages, step.items, step.mark = moved
        return new, repeated

    def end(self, step: Step, gap: Gap | None = None) -> None:
        """Close a step early, with what is missing from it."""
        state = "cut" if gap else "done"
        with self._transaction():
            self._db.execute("UPDATE step SET state=?, token=NULL WHERE id=?", (state, step.id))
            if gap:
                self._add_gap(gap)
        step.state, step.token = state, None

    def note(self, gap: Gap) -> None:
        with self._transaction():
            self._add_gap(gap)

    def restart(self, step: Step) -> None:
        """Begin a step's listing again: its token is no longer accepted; what it gave before is kept."""
        with self._transaction():
            self._db.execute(
                "UPDATE step SET state='open', token=NULL, pages=0, mark=NULL WHERE id=?", (step.id,)
            )
        step.state, step.token, step.pages, step.mark = "open", None, 0, None

    def _insert_steps(self, steps: Iterable[tuple[str, Scope]]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO step(kind, scope, state) VALUES(?, ?, 'open')",
            [(kind, json.dumps({k: v for k, v in asdict(scope).items() if v})) for kind, scope in steps],
        )

    def _add_gap(self, gap: Gap) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO gap VALUES(?, ?, ?, ?, ?)",
            (gap.operation, gap.scope, gap.code, plain(gap.message, 400), gap.action),
        )

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
                self._page.undone()
                raise


def _moved(step: Step, token: str | None, items: int) -> tuple[str, str | None, int, int, str | None]:
    """(state, token, pages, items, mark) of a step after one more page."""
    pages = step.pages + 1
    # Brent: compare with the token of the last power of two
    mark = token if pages & step.pages == 0 else step.mark
    return "open" if token else "done", token, pages, step.items + items, mark


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise schema.explain(error, path, writing=True) from error
