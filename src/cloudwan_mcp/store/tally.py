"""Counting by the hot columns, without reading any element."""

from __future__ import annotations

import sqlite3

from cloudwan_mcp.store.filters import Filters
from cloudwan_mcp.store.words import Words

COLUMNS = {
    "type": "ty",
    "global_network": "gn",
    "core_network": "co",
    "segment": "sg",
    "edge": "ed",
    "account": "ac",
    "state": "st",
}
Tally = list[tuple[tuple[str, ...], int]]


def tally(db: sqlite3.Connection, words: Words, filters: Filters, fields: tuple[str, ...]) -> Tally:
    """(values, count) for each combination of `fields` (names of `COLUMNS`) that occurs, largest first."""
    where = filters.where(words)
    if where is None:
        return []
    columns = ", ".join(COLUMNS[field] for field in fields)
    condition = f"WHERE {where[0]}" if where[0] else ""
    query = f"SELECT {columns}, count(*) FROM el {condition} GROUP BY {columns} ORDER BY count(*) DESC"  # noqa: S608
    rows = db.execute(query, where[1]).fetchall()
    return [(tuple(words.name(code) for code in row[:-1]), row[-1]) for row in rows]
