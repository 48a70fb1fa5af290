"""Connections of one snapshot: the stored ones, and those to the segment and edge that each element names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store.texts import Texts
from cloudwan_mcp.store.words import Words

MEMBER = {"segment": "segment-association", "edge": "edge-location"}


class Graph:
    """Who is connected with whom, by element number; segments and edges stand behind their words."""

    def __init__(self, connection: sqlite3.Connection, words: Words, texts: Texts) -> None:
        self._db = connection
        self._words = words
        self._texts = texts
        rows = connection.execute("SELECT n, code FROM word WHERE n IS NOT NULL")
        self._places: dict[int, int] = dict(rows.fetchall())
        self._place_of = {code: n for n, code in self._places.items()}
        self._segments = words.all("segment").keys()

    def outgoing(self, n: int, element: Element, skip: int, limit: int) -> list[Connection]:
        """The connections of which `element`, number `n`, is the source, in a fixed order."""
        ends = [(end, kind, "") for end, kind in self._memberships(n)]
        fixed = ends[skip:]
        query = "SELECT dst, ty, st FROM conn WHERE src = ? ORDER BY ty, dst LIMIT ? OFFSET ?"
        rows = self._db.execute(query, (n, max(limit - len(fixed), 0), max(skip - len(ends), 0)))
        fixed += [(dst, self._words.value(ty), self._words.value(st)) for dst, ty, st in rows.fetchall()]
        return [Connection(element.id, self._texts.row(dst)[0], kind, state) for dst, kind, state in fixed]

    def neighbours(self, n: int, limit: int) -> list[tuple[int, str]]:
        found = self._memberships(n)
        for ends in ("SELECT dst, ty FROM conn WHERE src = ?", "SELECT src, ty FROM conn WHERE dst = ?"):
            for other, kind in self._db.execute(f"{ends} LIMIT ?", (n, limit)):
                found.append((other, self._words.value(kind)))
        if n in self._places and len(found) < limit:
            found += self._members(n, limit - len(found))
        return found[:limit]

    def steps(self, n: int, most: int) -> tuple[list[int], bool]:
        """All neighbours, and True; or of a hub with more than `most` those it points at, and False."""
        own = [end for end, _ in self._memberships(n)]
        own += self._column_of("SELECT dst FROM conn WHERE src = ? LIMIT ?", n, most + 1)
        others = self._column_of("SELECT src FROM conn WHERE dst = ? LIMIT ?", n, most + 1)
        if n in self._places:
            others += [member for member, _ in self._members(n, most + 1)]
        whole = len(own) + len(others) <= most
        return (own + others if whole else own[:most]), whole

    def between(self, a: int, b: int) -> str:
        """The type of a connection of `a` with `b`, whichever of them is its source; empty without one."""
        for source, target in ((a, b), (b, a)):
            kinds = [kind for end, kind in self._memberships(source) if end == target]
            query = "SELECT ty FROM conn WHERE src = ? AND dst = ? LIMIT 1"
            found = kinds or [self._words.value(ty) for ty in self._column_of(query, source, target)]
            if found:
                return found[0]
        return ""

    def _column_of(self, query: str, *values: int) -> list[int]:
        return [row[0] for row in self._db.execute(query, values).fetchall()]

    def degree(self, n: int) -> int:
        """How many neighbours `n` has, without reading them."""
        queries = ["SELECT count(*) FROM conn WHERE src = ?", "SELECT count(*) FROM conn WHERE dst = ?"]
        total = sum(int(self._db.execute(query, (n,)).fetchone()[0]) for query in queries)
        total += len(self._memberships(n))
        if n in self._places:
            query = f"SELECT count(*) FROM el WHERE {self._column(n)} = ? AND n != ?"  # noqa: S608
            total += int(self._db.execute(query, (self._places[n], n)).fetchone()[0])
        return total

    def _memberships(self, n: int) -> list[tuple[int, str]]:
        """(number, connection type) of the segment and the edge that `n` is in."""
        row = self._db.execute("SELECT sg, ed FROM el WHERE n = ?", (n,)).fetchone()
        own = self._places.get(n)
        return [
            (self._place_of[code], kind)
            for kind, code in zip(MEMBER.values(), row or (), strict=False)
            if code != own and code in self._place_of
        ]

    def _members(self, n: int, limit: int) -> Iterator[tuple[int, str]]:
        kind = MEMBER["segment" if self._column(n) == "sg" else "edge"]
        query = f"SELECT n FROM el WHERE {self._column(n)} = ? AND n != ? LIMIT ?"  # noqa: S608
        return ((row[0], kind) for row in self._db.execute(query, (self._places[n], n, limit)).fetchall())

    def _column(self, n: int) -> str:
        return "sg" if self._places[n] in self._segments else "ed"
