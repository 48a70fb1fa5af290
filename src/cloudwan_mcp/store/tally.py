"""Counting by the hot columns, without reading any element."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cloudwan_mcp.store.filters import Filters
from cloudwan_mcp.store.index.layout import COUNTS
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
CELLS = ("ty", "gn", "co", "sg", "ed", "st")  # what a published file counts itself
Tally = list[tuple[tuple[str, ...], int]]


class Source(NamedTuple):
    """A table whose rows say how many elements they count; without columns, each row is an element."""

    db: sqlite3.Connection
    table: str
    columns: tuple[str, ...]

    def sums(self, columns: Sequence[str], where: tuple[str, list[int]]) -> list[tuple[int, ...]]:
        names = ", ".join(columns)
        number = "coalesce(sum(count), 0)" if self.columns else "count(*)"
        query = f"SELECT {', '.join([*columns, number])} FROM {self.table}"  # noqa: S608 - names of ours
        query += f" WHERE {where[0]}" if where[0] else ""
        return self.db.execute(query + (f" GROUP BY {names}" if names else ""), where[1]).fetchall()


def sources(db: sqlite3.Connection, index: sqlite3.Connection | None, *, counted: bool) -> list[Source]:
    """Where elements are counted already, in a published file and in its index; last, where each is a row."""
    found = [Source(db, "cell", CELLS)] if counted else []
    if index:
        found += [Source(index, table, columns) for table, columns in COUNTS.items()]
    return [*found, Source(db, "el", ())]


def tally(sources: Sequence[Source], words: Words, filters: Filters, fields: tuple[str, ...]) -> Tally:
    """(values, count) for each combination of `fields` (names of `COLUMNS`) that occurs, largest first.

    The first of the sources that knows all these columns is asked. Ties come in the order of their names.
    """
    where = filters.where(words)
    if where is None:
        return []
    columns = [COLUMNS[field] for field in fields]
    totals: Counter[tuple[str, ...]] = Counter()
    for *codes, number in _source(sources, filters, columns).sums(columns, where):
        totals[tuple(words.name(code) for code in codes)] += number  # of a segment in several core networks
    return largest_first(totals)


def largest_first(totals: Mapping[tuple[str, ...], int]) -> Tally:
    return sorted(totals.items(), key=lambda each: (-each[1], each[0]))


def with_rest(counts: Mapping[str, int], total: int) -> Tally:
    """Counts by a value that not all of `total` have: those without count under ""."""
    rest = total - sum(counts.values())
    whole = {**counts, "": counts.get("", 0) + rest}
    return largest_first({(value,): number for value, number in whole.items() if number})


def count(sources: Sequence[Source], words: Words, filters: Filters) -> int:
    """How many elements match."""
    where = filters.where(words)
    if where is None:
        return 0
    if not where[0]:
        return int(sources[-1].db.execute("SELECT coalesce(max(n), 0) FROM el").fetchone()[0])
    return int(_source(sources, filters, []).sums([], where)[0][0])


def _source(sources: Sequence[Source], filters: Filters, columns: Sequence[str]) -> Source:
    needed = {*columns, *(COLUMNS[field] for field in filters.fields)}
    return next(each for each in sources if not each.columns or needed.issubset(each.columns))
