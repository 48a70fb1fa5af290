"""A finished staging file becomes a snapshot: connections resolved, indexes built, fsynced, renamed."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from cloudwan_mcp.store import schema
from cloudwan_mcp.store.insert import Insert
from cloudwan_mcp.store.page_writer import Cells

HOT = "ty, gn, co, sg, ed, st"

# Keys are as good as random: looked up in their own order, a page of the index is read once instead of for
# every connection. The order of a subquery may be given up, so each step fills a table.
RESOLVE = (
    """CREATE TEMP TABLE ordered AS SELECT source, target, ty, st, key FROM staged ORDER BY source""",
    """CREATE TEMP TABLE half AS SELECT el.n AS src, s.target, s.ty, s.st, s.key
       FROM ordered s CROSS JOIN el INDEXED BY el_k ON el.k = s.source ORDER BY s.target""",
    """DROP TABLE ordered""",
    """CREATE TEMP TABLE whole AS SELECT s.src, ifnull(s.key, 0) AS key, s.ty, el.n AS dst, s.st
       FROM half s CROSS JOIN el INDEXED BY el_k ON el.k = s.target ORDER BY s.src, 2, s.ty, el.n""",
    """DROP TABLE half""",
    """INSERT OR IGNORE INTO conn(src, key, ty, dst, st)
       SELECT src, key, ty, dst, st FROM whole ORDER BY rowid""",
)
CELLS = f"INSERT INTO cell SELECT {HOT}, count(*) FROM el GROUP BY {HOT}"  # noqa: S608 - names of ours
CELL_ROWS = Insert("cell", columns=7, nullable=0)
PLACES = """
SELECT el.n, CASE t.value WHEN 'core-network-edge' THEN el.ed ELSE el.sg END
FROM word t JOIN el ON el.ty = t.code
WHERE t.field = 'type' AND t.value IN ('segment', 'network-function-group', 'core-network-edge')
"""
DERIVED = (
    "SELECT count(*) FROM el JOIN word ON word.code = el.{column} WHERE word.n IS NOT NULL AND word.n != el.n"
)


def publish(staging: Path, target: Path, *, cells: Cells | None = None, max_bytes: int = 0) -> Path:
    """Turn `staging` into `target`; can be repeated after a kill at any moment.

    `cells` are its elements counted by type, place and state; counted here where nobody knows.

    Each part is a transaction of its own, so that readers of the growing file wait for one part at most.
    Raises `Exhausted` when the disk is full; the staging file stays resumable.
    """
    try:
        connection = schema.open_writer(staging, max_bytes=max_bytes)
        try:
            _complete(connection, cells)
        finally:
            connection.close()
        _sync(staging)
        staging.replace(target)
        _sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        raise schema.explain(error, staging, writing=True) from error
    return target


def _complete(connection: sqlite3.Connection, cells: Cells | None) -> None:
    connection.execute(schema.KEY_INDEX)
    with _part(connection):
        _resolve(connection)
    for statement in schema.INDEXES:
        connection.execute(statement)
    with _part(connection):
        _count(connection, cells)
    connection.execute("PRAGMA analysis_limit=400")
    connection.execute("ANALYZE")
    with _part(connection):
        connection.executemany("UPDATE word SET n=? WHERE code=?", connection.execute(PLACES).fetchall())
        facts = {
            "elements": _number(connection, "SELECT count(*) FROM el"),
            "connections": _number(connection, "SELECT count(*) FROM conn")
            + sum(_number(connection, DERIVED.format(column=column)) for column in ("sg", "ed")),
            "updated_at": repr(time.time()),
            "state": "complete",
        }
        connection.executemany("INSERT OR REPLACE INTO meta VALUES(?, ?)", facts.items())
    connection.execute("PRAGMA journal_mode=DELETE")


def _resolve(connection: sqlite3.Connection) -> None:
    """Ids of both ends become row numbers; nothing is left to do when a killed publication is repeated."""
    if not connection.execute("SELECT 1 FROM staged LIMIT 1").fetchone():
        return
    for statement in RESOLVE:
        connection.execute(statement)
    unresolved = _number(connection, "SELECT (SELECT count(*) FROM staged) - (SELECT count(*) FROM whole)")
    connection.execute("DROP TABLE whole")
    connection.execute("INSERT OR REPLACE INTO meta VALUES('unresolved', ?)", (unresolved,))
    connection.execute("DELETE FROM staged")


def _count(connection: sqlite3.Connection, cells: Cells | None) -> None:
    connection.execute("DELETE FROM cell")
    if cells is None:
        connection.execute(CELLS)
    else:
        CELL_ROWS.run(connection, cells)


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


class _part:  # noqa: N801 - reads as the statement it is: `with _part(connection)`
    """One transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def _sync(path: Path) -> None:
    """Force a file, or the directory entry of one, to the disk; Windows has no such call for folders."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
