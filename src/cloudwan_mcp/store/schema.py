"""The layout of a snapshot file, and how one is opened.

One SQLite file holds one snapshot. Hot columns are small integers in rows (`el`), everything else is JSON
text in deflated blocks of 16 rows (`block`); the segment and edge connections are columns, all others rows
of `conn`. Figures: docs/adr/0002-snapshot-store.md.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cloudwan_mcp.errors import Exhausted, NotFound, TryAgain

APPLICATION_ID = 0x4357414E  # "CWAN": a foreign SQLite file is told apart before anything is read
VERSION = 1
PAGE_BYTES = 16384  # several blocks to a page: at 4096 a block spills and the file grows by half
CACHE_KIB = 2048

TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE word(code INTEGER PRIMARY KEY, field TEXT NOT NULL, value TEXT NOT NULL, n INTEGER);
CREATE TABLE dictionary(code INTEGER PRIMARY KEY, kind TEXT NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE el(n INTEGER PRIMARY KEY, k INTEGER NOT NULL, ty INTEGER, gn INTEGER, co INTEGER,
                sg INTEGER, ed INTEGER, ac INTEGER, st INTEGER);
CREATE TABLE block(first INTEGER PRIMARY KEY, dictionary INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE staged(source INTEGER, target INTEGER, ty INTEGER, st INTEGER);
CREATE TABLE conn(src INTEGER, ty INTEGER, dst INTEGER, st INTEGER, PRIMARY KEY(src, ty, dst)) WITHOUT ROWID;
CREATE TABLE step(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, scope TEXT NOT NULL, state TEXT NOT NULL,
                  token TEXT, pages INTEGER NOT NULL DEFAULT 0, items INTEGER NOT NULL DEFAULT 0,
                  mark TEXT, UNIQUE(kind, scope));
CREATE TABLE gap(operation TEXT, scope TEXT, code TEXT, message TEXT, action TEXT,
                 PRIMARY KEY(operation, scope, code));
"""

KEY_INDEX = "CREATE INDEX IF NOT EXISTS el_k ON el(k)"
INDEXES = (
    "CREATE INDEX IF NOT EXISTS conn_dst ON conn(dst, ty, src)",
    "CREATE INDEX IF NOT EXISTS el_sg ON el(sg) WHERE sg IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS el_ed ON el(ed) WHERE ed IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS el_ac ON el(ac)",
    "CREATE INDEX IF NOT EXISTS el_ty ON el(ty)",
    "CREATE INDEX IF NOT EXISTS el_st ON el(st)",
)


def create(path: Path, *, max_bytes: int = 0) -> sqlite3.Connection:
    """A new, empty staging file at `path`, readable by its owner only."""
    path.touch(mode=0o600)
    connection = open_writer(path, max_bytes=max_bytes)
    with connection:
        connection.executescript(
            f"PRAGMA application_id={APPLICATION_ID};PRAGMA user_version={VERSION};{TABLES}"
        )
    return connection


def open_writer(path: Path, *, max_bytes: int = 0) -> sqlite3.Connection:
    """Open a staging file for its single writer.

    A rollback journal without fsync: a killed process is rolled back by whoever opens the file next, and
    after a power cut the file is at worst thrown away, for it can be discovered again.
    """
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    for pragma in (
        f"page_size={PAGE_BYTES}",
        "journal_mode=TRUNCATE",
        "synchronous=OFF",
        f"cache_size=-{CACHE_KIB}",
        "temp_store=FILE",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if max_bytes:
        connection.execute(f"PRAGMA max_page_count={max(max_bytes // PAGE_BYTES, 64)}")
    return connection


def open_growing(path: Path) -> sqlite3.Connection:
    """Open a staging file beside its writer, for reading.

    Opened read-write, since only a connection that may write can roll back what a killed writer left.
    """
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=30, check_same_thread=False)
    connection.execute("PRAGMA query_only=ON")
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    return connection


def open_complete(path: Path) -> sqlite3.Connection:
    """Open a published snapshot: it never changes, so no lock is taken and no journal looked for."""
    uri = f"{path.as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    return connection


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that is not a snapshot of this version, before anything is believed of it."""
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        raise explain(error, path) from error
    if application != APPLICATION_ID:
        raise NotFound(f"{path.name} is not a cloudwan-mcp snapshot.", next_step="Move the file away.")
    if version != VERSION:
        raise NotFound(
            f"{path.name} has layout {version}, this release reads {VERSION}.",
            next_step="Refresh the snapshot, or read it with the release that wrote it.",
        )


def explain(error: sqlite3.Error, path: Path) -> Exception:
    """The anticipated failure behind an SQLite error."""
    text = str(error)
    if "full" in text:
        return Exhausted(
            f"No space left to write {path.name} in {path.parent}.",
            next_step="Free disk space or set CLOUDWAN_DATA_DIR to a larger disk; what was read is kept.",
        )
    if "readonly" in text or "unable to open" in text:
        return Exhausted(
            f"{path} cannot be opened or written ({text}).",
            next_step="Check the folder's permissions or set CLOUDWAN_DATA_DIR.",
        )
    if "locked" in text:
        return TryAgain(f"{path.name} is being written.", next_step="Call again in a second.", code="Locked")
    return NotFound(
        f"{path.name} is damaged ({text}).", next_step="Call with refresh='always' to read the network again."
    )
