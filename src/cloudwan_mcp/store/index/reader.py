"""Looking up in an index: what it gives are numbers of elements, which the snapshot turns into elements."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from cloudwan_mcp.store import schema
from cloudwan_mcp.store.blocks import plain
from cloudwan_mcp.store.identify import key_of
from cloudwan_mcp.store.index import layout
from cloudwan_mcp.store.index.prefix import Network, row
from cloudwan_mcp.store.index.tags import token
from cloudwan_mcp.store.index.writer import Survey

SHORTEST = 3  # characters: a trigram
COMMON = 2_000  # elements: a trigram that more hold tells nothing about a misspelt name


class Held(NamedTuple):
    """A prefix and the number of the element that holds it."""

    network: Network
    number: int


class Index:
    """One index file, complete and never changing. Thread-safe; takes turns with its snapshot's reader."""

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: threading.RLock) -> None:
        self.db = connection
        self._path = path
        self._lock = lock
        self._counts: dict[str, list[Any]] = {}  # one for each query that reads a whole table
        self._tags_whole = bool(self.rows("SELECT 1 FROM meta WHERE key = 'tags_whole' AND value = '1'"))

    @classmethod
    def open(cls, path: Path, lock: threading.RLock) -> Index | None:
        """None where there is none yet, or one of another release."""
        connection = layout.open_index(path)
        return cls(connection, path, lock) if connection else None

    def close(self) -> None:
        self.db.close()

    def known_as(self, identifier: str, *, limit: int) -> list[int]:
        """Elements that may stand for the resource with this id."""
        query = "SELECT n FROM alias WHERE k = ? ORDER BY n LIMIT ?"
        return [number for (number,) in self.rows(query, (key_of(identifier), limit))]

    def named(self, text: str, *, after: int = 0, limit: int) -> list[int]:
        """Elements whose name may contain `text`, 3 characters at least: all its trigrams occur."""
        query = " AND ".join(map(_quoted, sorted(set(_trigrams(text)))))
        found = self.rows(
            "SELECT rowid FROM name WHERE name MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?",
            (query, after, limit),
        )
        return [number for (number,) in found]

    def alike(self, text: str, *, limit: int) -> list[int]:
        """Elements whose name shares most trigrams with `text`, rare trigrams before common ones."""
        shared: Counter[int] = Counter()
        common: Counter[int] = Counter()
        for trigram in set(_trigrams(text)):
            found = self.rows("SELECT rowid FROM name WHERE name MATCH ? LIMIT ?", (_quoted(trigram), COMMON))
            (common if len(found) == COMMON else shared).update(number for (number,) in found)
        ranked = [number for number, _ in shared.most_common(limit)]
        return ranked + [
            number for number, _ in common.most_common(limit - len(ranked)) if number not in shared
        ]

    def tag(self, key: str, value: str | None) -> int | Literal["nowhere"] | None:
        """The code of a tag, or of a key; None where only reading the elements tells which have it."""
        query = "SELECT code FROM tagword WHERE key = ? AND value IS ?"
        for (code,) in self.rows(query, (plain(key), None if value is None else plain(value))):
            return int(code)
        varied = self.rows("SELECT 1 FROM tagword WHERE key = ? AND varied", (plain(key),))
        return "nowhere" if not varied and self._tags_whole else None

    def tagged(self, code: int, *, after: int, upto: int, limit: int) -> list[int]:
        """Elements with that tag, in the order of their numbers."""
        found = self.rows(
            "SELECT rowid FROM tag WHERE tag MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?",
            (token(code), after, upto, limit),
        )
        return [number for (number,) in found]

    def tag_counts(self, key: str, types: Sequence[int]) -> dict[str, int] | None:
        """How many elements have each value of a tag, of these types' codes only unless there are none.

        None where there are too many values to keep, or elements with several of them.
        """
        if self.tag(key, None) is None or self.rows(
            "SELECT 1 FROM tagword WHERE key = ? AND varied", (plain(key),)
        ):
            return None
        only = f"AND ty IN ({', '.join(map(str, types))})" if types else ""
        words = f"tagword JOIN tagcell USING(code) WHERE key = ? {only}"
        query = f"SELECT value, sum(count) FROM {words} GROUP BY value"  # noqa: S608 - numbers
        counts: dict[str | None, int] = dict(self.rows(query, (plain(key),)))
        whole = counts.pop(None, 0)
        values = {value: count for value, count in counts.items() if value is not None}
        return values if sum(values.values()) == whole else None

    def containing(self, net: Network) -> list[Held]:
        """What holds `net` or a prefix around it, the longest first."""
        found = []
        for bits in range(net.prefixlen, -1, -1):
            around = net.supernet(new_prefix=bits)
            query = "SELECT n FROM prefix WHERE family = ? AND start = ? AND bits = ? ORDER BY n"
            found += [Held(around, n) for (n,) in self.rows(query, row(around))]
        return found

    def within(self, net: Network, *, limit: int) -> list[Held]:
        """What holds a prefix inside of `net`, in the order of addresses."""
        query = (
            "SELECT start, bits, n FROM prefix WHERE family = ? AND start BETWEEN ? AND ? AND bits > ? "
            "ORDER BY start, bits, n LIMIT ?"
        )
        family, start, bits = row(net)
        found = self.rows(query, (family, start, net.broadcast_address.packed, bits, limit))
        return [Held(type(net)((start, bits)), n) for start, bits, n in found]

    def prefixes(self) -> int:
        return int(self._counted("SELECT count(*) FROM prefix")[0][0])

    def finding_counts(self) -> list[tuple[str, str, int, int]]:
        """(kind, severity, how many, how many of them with a time) of the findings at single elements."""
        return self._counted(
            "SELECT kind, severity, count(*), count(since) FROM finding GROUP BY kind, severity"
        )

    def waiting(self, kind: str, severity: str, *, since: float) -> int:
        """How many findings of a kind are older than a moment, or have no time."""
        query = """SELECT count(*) FROM finding
                   WHERE kind = ? AND severity = ? AND (since IS NULL OR since <= ?)"""
        return int(self.rows(query, (kind, severity, since))[0][0])

    def findings(
        self, kind: str, severities: Sequence[str], *, since: float, after: int, limit: int
    ) -> list[int]:
        """The numbers of the elements with such a finding, in their order."""
        wanted = ", ".join("?" * len(severities))
        query = (
            f"SELECT n FROM finding WHERE kind = ? AND severity IN ({wanted}) AND n > ? "  # noqa: S608
            "AND (since IS NULL OR since <= ?) ORDER BY n LIMIT ?"
        )
        return [n for (n,) in self.rows(query, (kind, *severities, after, since, limit))]

    def survey_counts(self) -> list[tuple[str, str, int]]:
        """(kind, severity, how many) of the findings about the whole network."""
        return self._counted("SELECT kind, severity, count(*) FROM survey GROUP BY kind, severity")

    def surveys(
        self, kind: str, severities: Sequence[str], *, after: int, limit: int
    ) -> list[tuple[int, Survey]]:
        """(number, finding) of one kind, in their order."""
        wanted = ", ".join("?" * len(severities))
        where = f"kind = ? AND severity IN ({wanted}) AND id > ?"
        columns = "id, severity, element, text, fix, facts"
        query = f"SELECT {columns} FROM survey WHERE {where} ORDER BY id LIMIT ?"  # noqa: S608
        return [
            (number, Survey(kind, severity, element, text, fix, json.loads(facts)))
            for number, severity, element, text, fix, facts in self.rows(
                query, (kind, *severities, after, limit)
            )
        ]

    def _counted(self, query: str) -> list[Any]:
        """The rows of a query that reads a whole table, read once: the file never changes."""
        with self._lock:
            if query not in self._counts:
                self._counts[query] = self.rows(query)
            return self._counts[query]

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock:
            try:
                return self.db.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise schema.explain(error, self._path) from error


def _trigrams(text: str) -> Sequence[str]:
    folded = text.casefold()
    return [folded[at : at + SHORTEST] for at in range(len(folded) - SHORTEST + 1)]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
