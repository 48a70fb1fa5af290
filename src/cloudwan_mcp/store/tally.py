"""Counting by the hot columns, without reading any element."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping

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


def tally(
    db: sqlite3.Connection, words: Words, filters: Filters, fields: tuple[str, ...], *, counted: bool
) -> Tally:
    """(values, count) for each combination of `fields` (names of `COLUMNS`) that occurs, largest first.

    `counted` says that the file counts its elements already, though not by account: that would be nearly as
    many counts as elements. Ties come in the order of their names.
    """
    where = filters.where(words)
    if where is None:
        return []
    columns = ", ".join(COLUMNS[field] for field in fields)
    condition = f"WHERE {where[0]}" if where[0] else ""
    source = "sum(count) FROM cell" if counted and not _by_account(filters, fields) else "count(*) FROM el"
    query = f"SELECT {columns}, {source} {condition} GROUP BY {columns}"
    totals: Counter[tuple[str, ...]] = Counter()
    for *codes, count in db.execute(query, where[1]):
        totals[tuple(words.name(code) for code in codes)] += count  # of a segment in several core networks
    return largest_first(totals)


def largest_first(totals: Mapping[tuple[str, ...], int]) -> Tally:
    return sorted(totals.items(), key=lambda each: (-each[1], each[0]))


def count(db: sqlite3.Connection, words: Words, filters: Filters, *, counted: bool) -> int:
    """How many elements match; `counted` as above."""
    where = filters.where(words)
    if where is None:
        return 0
    if not where[0]:
        return int(db.execute("SELECT coalesce(max(n), 0) FROM el").fetchone()[0])
    cells = counted and not _by_account(filters)
    source = "coalesce(sum(count), 0) FROM cell" if cells else "count(*) FROM el"
    return int(db.execute(f"SELECT {source} WHERE {where[0]}", where[1]).fetchone()[0])


def _by_account(filters: Filters, fields: tuple[str, ...] = ()) -> bool:
    return bool(filters.account) or "account" in fields
