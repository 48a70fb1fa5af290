"""The layout of an index file, beside the snapshot it belongs to.

A file of its own, since a snapshot answers as soon as it is complete, and a million names take half a minute
more. Names are kept as the trigrams they hold and tags as codes, both in SQLite's FTS5 without the text
itself, which the snapshot has: some 25 bytes an element.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

APPLICATION_ID = 0x43574958  # "CWIX"
VERSION = 3
CACHE_KIB = 512
SMALL = 20_000  # elements that are indexed in a second, in no more memory than their discovery took
ABANDONED_S = 3600.0  # an index that has been written for so long is a killed process's
SNAPSHOT, INDEX, WRITING = "snapshot-", "index-", "-new"
BARE = "content='', columnsize=0, detail='none'"  # which rows, and nothing about where in them

TABLES = f"""
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE VIRTUAL TABLE name USING fts5(text, tokenize='trigram', {BARE});
CREATE VIRTUAL TABLE tag USING fts5(text, {BARE});
CREATE TABLE tagword(code INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT, varied INTEGER,
                     UNIQUE(key, value));
CREATE TABLE tagcell(code INTEGER, ty INTEGER, count INTEGER, PRIMARY KEY(code, ty)) WITHOUT ROWID;
CREATE TABLE prefix(family INTEGER, start BLOB, bits INTEGER, n INTEGER,
                    PRIMARY KEY(family, start, bits, n)) WITHOUT ROWID;
CREATE TABLE alias(k INTEGER, n INTEGER, PRIMARY KEY(k, n)) WITHOUT ROWID;
CREATE TABLE route(n INTEGER PRIMARY KEY, fold INTEGER, st INTEGER, co INTEGER, sg INTEGER, ed INTEGER);
CREATE TABLE finding(kind TEXT, n INTEGER, severity TEXT, since REAL, PRIMARY KEY(kind, n)) WITHOUT ROWID;
CREATE TABLE survey(id INTEGER PRIMARY KEY, kind TEXT, severity TEXT, element TEXT, text TEXT, fix TEXT,
                    facts TEXT);
CREATE TABLE account_state(ty INTEGER, gn INTEGER, co INTEGER, ac INTEGER, st INTEGER, count INTEGER);
CREATE TABLE account_segment(ty INTEGER, co INTEGER, sg INTEGER, ac INTEGER, count INTEGER);
CREATE TABLE account_edge(ty INTEGER, co INTEGER, ed INTEGER, ac INTEGER, count INTEGER);
"""

TEMPORARY = """
CREATE TEMP TABLE brought(family INTEGER, start BLOB, bits INTEGER, owner TEXT,
                          PRIMARY KEY(family, start, bits, owner)) WITHOUT ROWID;
CREATE TEMP TABLE aka(k INTEGER, n INTEGER);
CREATE TEMP TABLE folded(n INTEGER PRIMARY KEY, fold INTEGER);
"""

COUNTS = {
    "account_state": ("ty", "gn", "co", "ac", "st"),
    "account_segment": ("ty", "co", "sg", "ac"),
    "account_edge": ("ty", "co", "ed", "ac"),
}
"""Tables of counts by account: all columns at once would be nearly as many counts as elements."""


def index_of(snapshot: Path) -> Path:
    """Where the index of a snapshot's file lies."""
    return snapshot.with_name(INDEX + snapshot.name.removeprefix(SNAPSHOT))


def prune(folder: Path) -> None:
    """Remove the indexes of snapshots that are gone, and unfinished ones that nobody can be at any more."""
    kept = {index_of(path).name for path in folder.glob(f"{SNAPSHOT}*.db")}
    for path in folder.glob(f"{INDEX}*.db"):
        with contextlib.suppress(OSError):
            writing = WRITING in path.stem and time.time() - path.stat().st_mtime < ABANDONED_S
            if path.name not in kept and not writing:
                path.unlink()


def create(path: Path) -> sqlite3.Connection:
    """A new file at `path`, for its only writer. A killed one is thrown away: no journal, no fsync."""
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        f"PRAGMA application_id={APPLICATION_ID};PRAGMA user_version={VERSION};PRAGMA journal_mode=OFF;"
        f"PRAGMA synchronous=OFF;PRAGMA cache_size=-{2 * CACHE_KIB};PRAGMA temp_store=FILE;{TABLES}"
    )
    return connection


def open_index(path: Path) -> sqlite3.Connection | None:
    """The index at `path`; None where there is none, or one of another release."""
    try:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
    except sqlite3.OperationalError:
        return None
    try:
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        found = [
            connection.execute(f"PRAGMA {each}").fetchone()[0] for each in ("application_id", "user_version")
        ]
    except sqlite3.DatabaseError:
        found = []
    if found != [APPLICATION_ID, VERSION]:
        connection.close()
        return None
    return connection
