"""The layout of a snapshot file, and how one is opened.

One SQLite file holds one snapshot. Hot columns are small integers in rows (`el`), everything else is JSON
text in deflated blocks of 8 rows (`block`); the segment and edge connections are columns, all others rows
of `conn`. A connection with attributes has a number (`key`), under which its text lies in `note`; the others
have 0, which takes no byte. A published file counts its elements by type, place and state (`cell`), so
that counting them by any of these is a matter of a few thousand rows. Figures:
docs/adr/0002-snapshot-store.md.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from cloudwan_mcp.errors import Exhausted, NotFound, TryAgain

APPLICATION_ID = 0x4357414E  # "CWAN": a foreign SQLite file is told apart before anything is read
VERSION = 3
PAGE_BYTES = 4096  # SQLite sorts in 250 pages of memory; at 16384 that is 8 MiB more for 3 % less disk
CACHE_KIB = 1024  # of a reader; a writer appends, and keeps less
WRITER_CACHE_KIB = 512
REFUSALS = ("readonly", "unable to open", "disk I/O")  # the last, in reading, is damage

TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE word(code INTEGER PRIMARY KEY, field TEXT NOT NULL, value TEXT NOT NULL, n INTEGER);
CREATE TABLE dictionary(code INTEGER PRIMARY KEY, kind TEXT NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE el(n INTEGER PRIMARY KEY, k INTEGER NOT NULL, ty INTEGER, gn INTEGER, co INTEGER,
                sg INTEGER, ed INTEGER, ac INTEGER, st INTEGER);
CREATE TABLE block(first INTEGER PRIMARY KEY, dictionary INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE note(first INTEGER PRIMARY KEY, dictionary INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE staged(source INTEGER, target INTEGER, ty INTEGER, st INTEGER, key INTEGER);
CREATE TABLE conn(src INTEGER, key INTEGER, ty INTEGER, dst INTEGER, st INTEGER,
                  PRIMARY KEY(src, key, ty, dst)) WITHOUT ROWID;
CREATE TABLE cell(ty INTEGER, gn INTEGER, co INTEGER, sg INTEGER, ed INTEGER, st INTEGER, count INTEGER);
CREATE TABLE step(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, scope TEXT NOT NULL, state TEXT NOT NULL,
                  token TEXT, pages INTEGER NOT NULL DEFAULT 0, items INTEGER NOT NULL DEFAULT 0,
                  mark TEXT, UNIQUE(kind, scope));
CREATE TABLE gap(operation TEXT, scope TEXT, code TEXT, message TEXT, action TEXT,
                 PRIMARY KEY(operation, scope, code));
"""

KEY_INDEX = "CREATE INDEX IF NOT EXISTS el_k ON el(k)"
INDEXES = (
    "CREATE INDEX IF NOT EXISTS conn_dst ON conn(dst, src, key)",
    "CREATE INDEX IF NOT EXISTS el_sg ON el(sg) WHERE sg IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS el_ed ON el(ed) WHERE ed IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS el_ac ON el(ac)",
    "CREATE INDEX IF NOT EXISTS el_ty ON el(ty)",
    "CREATE INDEX IF NOT EXISTS el_st ON el(st)",
)


def create(path: Path, facts: Mapping[str, str]) -> None:
    """A new staging file at `path`, empty but for `facts` about it, readable by its owner only."""
    path.touch(mode=0o600)
    connection = open_writer(path)
    try:
        connection.executescript(
            f"PRAGMA application_id={APPLICATION_ID};PRAGMA user_version={VERSION};{TABLES}"
        )
        connection.executemany("INSERT INTO meta VALUES(?, ?)", facts.items())
        connection.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()


def open_writer(path: Path, *, max_bytes: int = 0) -> sqlite3.Connection:
    """Open a staging file for its single writer.

    A rollback journal without fsync: a killed process is rolled back by whoever opens the file next, and
    after a power cut the file is at worst thrown away, for it can be discovered again.
    """
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    pragmas = [
        f"page_size={PAGE_BYTES}",
        "journal_mode=TRUNCATE",
        "synchronous=OFF",
        f"cache_size=-{WRITER_CACHE_KIB}",
        "temp_store=FILE",
    ]
    if max_bytes:
        pragmas.append(f"max_page_count={max(max_bytes // PAGE_BYTES, 64)}")
    return _configured(connection, *pragmas)


def open_growing(path: Path) -> sqlite3.Connection:
    """Open a staging file beside its writer, for reading.

    Opened read-write, since only a connection that may write can roll back what a killed writer left.
    """
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=30, check_same_thread=False)
    return _configured(connection, "query_only=ON", f"cache_size=-{CACHE_KIB}")


def open_complete(path: Path) -> sqlite3.Connection:
    """Open a published snapshot: it never changes, so no lock is taken and no journal looked for."""
    uri = f"{path.as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    return _configured(connection, f"cache_size=-{CACHE_KIB}")


def _configured(connection: sqlite3.Connection, *pragmas: str) -> sqlite3.Connection:
    """Set pragmas, the first of which finds out whether the file is a database at all."""
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def journal_of(path: Path) -> Path:
    """The rollback journal that SQLite keeps beside a file while it is written."""
    return path.with_name(f"{path.name}-journal")


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


def explain(error: sqlite3.Error | OSError, path: Path, *, writing: bool = False) -> Exception:
    """What an error of SQLite or the system means; a quota met while `writing` is no damage."""
    text = str(error)
    if "full" in text or getattr(error, "errno", 0) == errno.ENOSPC:
        return Exhausted(
            f"No space left to write {path.name} in {path.parent}.",
            next_step="Free disk space, set CLOUDWAN_DATA_DIR to a larger disk or raise CLOUDWAN_DISK_MIB; "
            "what was read is kept.",
        )
    if not writing and not path.exists():
        return NotFound(
            f"{path.name} is no longer kept.",
            next_step="Call again without cursor to read the newest snapshot.",
        )
    if isinstance(error, OSError) or any(each in text for each in (REFUSALS if writing else REFUSALS[:2])):
        return Exhausted(
            f"{path} cannot be opened or written ({text}).",
            next_step="Check the folder's permissions and quota, or set CLOUDWAN_DATA_DIR.",
        )
    if "locked" in text:
        return TryAgain(f"{path.name} is being written.", next_step="Call again in a second.", code="Locked")
    return damaged(path, text)


def damaged(path: Path, reason: object) -> NotFound:
    return NotFound(
        f"{path.name} is damaged ({reason}).",
        next_step="Call with refresh='always' to read the network again.",
    )
