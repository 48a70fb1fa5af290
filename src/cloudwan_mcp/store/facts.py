"""What a snapshot file says about itself."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from cloudwan_mcp.model import Gap, Identity, SnapshotInfo
from cloudwan_mcp.store import schema


def read_info(db: sqlite3.Connection, path: Path, *, complete: bool) -> SnapshotInfo:
    """Raises `NotFound` where the file does not say what it holds."""
    meta = dict(db.execute("SELECT key, value FROM meta").fetchall())
    gaps = db.execute("SELECT operation, scope, code, message, action FROM gap").fetchall()
    pages = db.execute("SELECT coalesce(sum(pages), 0) FROM step").fetchone()[0]
    elements = meta.get("elements") or last_row(db)
    started = float(meta.get("started_at", 0))
    if "id" not in meta or "identity" not in meta:
        raise schema.damaged(path, "it does not say what it holds")
    return SnapshotInfo(
        id=meta["id"],
        # complete in its own eyes but not renamed yet: a step of publishing is still to come
        # complete in its own eyes but not renamed yet: a step of publishing is still to come
        state=meta.get("state", "growing") if complete else "growing",
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
        bytes=_bytes(db),
        gaps=tuple(Gap(*row) for row in gaps),
    )


def read_tables(db: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    """(core network, segment, edge) of the route tables that were read."""
    rows = db.execute("SELECT scope FROM step WHERE kind = 'route'").fetchall()
    scopes = (json.loads(text) for (text,) in rows)
    return frozenset((s.get("core_network", ""), s.get("segment", ""), s.get("edge", "")) for s in scopes)


def last_row(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(n), 0) FROM el").fetchone()[0])


def _bytes(db: sqlite3.Connection) -> int:
    """The file's size, also where it was pruned under a reader that goes on reading."""
    pages, size = (db.execute(f"PRAGMA {each}").fetchone()[0] for each in ("page_count", "page_size"))
    return int(pages * size)
