"""Connections of one snapshot: the stored ones, and those to the segment and edge that each element names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store.protocol import End
from cloudwan_mcp.store.texts import Texts
from cloudwan_mcp.store.words import Words

MEMBER = {"segment": "segment-association", "edge": "edge-location"}


EVERY = -1  # as many as there are
_OUT = "SELECT dst, ty, st, key FROM conn WHERE src = ? ORDER BY key, ty, dst LIMIT ? OFFSET ?"
_IN = "SELECT src, ty, st, key FROM conn WHERE dst = ? ORDER BY src, key LIMIT ? OFFSET ?"


class Graph:
    """Who is connected with whom, by element number; segments and edges stand behind their words."""

    def __init__(self, connection: sqlite3.Connection, words: Words, texts: Texts, notes: Texts) -> None:
        self._db = connection
        self._words = words
        self._texts = texts
        self._notes = notes
        rows = connection.execute("SELECT n, code FROM word WHERE n IS NOT NULL")
        self._places: dict[int, int] = dict(rows.fetchall())
        self._place_of = {code: n for n, code in self._places.items()}
        self._segments = words.all("segment").keys()

    def outgoing(self, n: int, element: Element, skip: int, limit: int) -> list[Connection]:
        """The connections of which `element`, number `n`, is the source, in a fixed order."""
        return [
            Connection(element.id, self._texts.row(end)[0], kind, state, self.note(key))
            for end, kind, state, key in self.ends(n, outward=True, skip=skip, limit=limit)
        ]

    def ends(self, n: int, *, outward: bool, skip: int = 0, limit: int = EVERY) -> list[End]:
        """Where the connections from or to `n` lead, in a fixed order."""
        most = limit if limit == EVERY else skip + limit
        own = self._memberships(n) if outward else self._own_members(n, most)
        fixed = [End(*pair) for pair in own]
        found = fixed[skip:] if limit == EVERY else fixed[skip : skip + limit]
        rest = EVERY if limit == EVERY else limit - len(found)
        rows = self._db.execute(_OUT if outward else _IN, (n, rest, max(skip - len(fixed), 0)))
        value = self._words.value
        return found + [End(end, value(ty), value(st), key) for end, ty, st, key in rows.fetchall()]

    def note(self, key: int) -> str:
        """The attributes that are kept under this number."""
        return self._notes.row(key)[2] if key else ""

    def neighbours(self, n: int, limit: int) -> list[tuple[int, str]]:
        found = self._memberships(n)
        for ends in ("SELECT dst, ty FROM conn WHERE src = ?", "SELECT src, ty FROM conn WHERE dst = ?"):
            for other, kind in self._db.execute(f"{ends} LIMIT ?", (n, limit)):
                found.append((other, self._words.value(kind)))
        if len(found) < limit:
            found += self._own_members(n, limit - len(found))
        return found[:limit]

    def steps(self, n: int, most: int) -> tuple[list[int], bool]:
        """All neighbours, and True; or of a hub with more than `most` those it points at, and False."""
        own = [end for end, _ in self._memberships(n)]
        own += self._column_of("SELECT dst FROM conn WHERE src = ? LIMIT ?", n, most + 1)
        others = self._column_of("SELECT src FROM conn WHERE dst = ? LIMIT ?", n, most + 1)
        others += [member for member, _ in self._own_members(n, most + 1)]
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

    def _memberships(self, n: int) -> list[tuple[int, str]]:
        """(number, connection type) of the segment and the edge that `n` is in."""
        row = self._db.execute("SELECT sg, ed FROM el WHERE n = ?", (n,)).fetchone()
        own = self._places.get(n)
        return [
            (self._place_of[code], kind)
            for kind, code in zip(MEMBER.values(), row or (), strict=False)
            if code != own and code in self._place_of
        ]

    def _own_members(self, n: int, limit: int = EVERY) -> Iterator[tuple[int, str]]:
        """(number, connection type) of the elements that are in `n`, if it is a segment or an edge."""
        if n not in self._places:
            return iter(())
        kind = MEMBER["segment" if self._column(n) == "sg" else "edge"]
        query = f"SELECT n FROM el WHERE {self._column(n)} = ? AND n != ? LIMIT ?"  # noqa: S608
        return ((row[0], kind) for row in self._db.execute(query, (self._places[n], n, limit)).fetchall())

    def _column(self, n: int) -> str:
        return "sg" if self._places[n] in self._segments else "ed"
