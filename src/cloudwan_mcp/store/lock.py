"""Who may discover a network: one process, until it is done or dead."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.store import schema


@contextmanager
def exclusive(path: Path, patience_s: float) -> Iterator[None]:
    """SQLite's own file lock on an empty database: portable and without a stale state. Raises `TryAgain`."""
    try:
        lock = sqlite3.connect(path, timeout=patience_s, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise schema.explain(error, path, writing=True) from error
    try:
        try:
            # nothing is written: a killed process leaves no file
            lock.execute("PRAGMA journal_mode=MEMORY")
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise schema.explain(error, path, writing=True) from error
            raise TryAgain(
                "Another process is discovering this network.",
                next_step="Its progress can be followed; call again in a moment.",
                code="DiscoveryRunning",
            ) from None
        yield
    finally:
        lock.close()
