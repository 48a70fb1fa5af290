"""Words: repeated values (types, segments, edges, accounts, states) as small codes."""

from __future__ import annotations

import sqlite3

from cloudwan_mcp.store.blocks import plain

SEPARATOR = "\x1f"
PLACED = ("segment", "edge")  # their words come from `place`


def place(core_network: str, name: str) -> str:
    """Segments and edges are named within their core network, so the word holds both."""
    return f"{plain(core_network)}{SEPARATOR}{plain(name)}"


class Words:
    """The words of one file; new ones wait in `fresh` until the page that uses them is committed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._codes: dict[tuple[str, str], int] = {}
        self._values: dict[int, str] = {}
        self.fresh: list[tuple[int, str, str]] = []
        self.load()

    def load(self) -> None:
        """Read the words that came since; a rolled-back page's words are forgotten."""
        self.fresh.clear()
        rows = self._connection.execute("SELECT code, field, value FROM word").fetchall()
        self._codes = {(field, value): code for code, field, value in rows}
        self._values = {code: value for code, _, value in rows}

    def refresh(self) -> None:
        """Read the words again when another process has added some."""
        if self._connection.execute("SELECT count(*) FROM word").fetchone()[0] != len(self._codes):
            self.load()

    def code(self, field: str, value: str) -> int | None:
        """The code of `value`, made if new; None for an empty value."""
        if not value:
            return None
        found = self._codes.get((field, value))
        if found is None and field not in PLACED:
            value = plain(value)
            found = self._codes.get((field, value))
        if found is None:
            found = self._codes[field, value] = len(self._codes) + 1
            self._values[found] = value
            self.fresh.append((found, field, value))
        return found

    def value(self, code: int | None) -> str:
        """The word behind `code`, read again once where another process added it since."""
        if code is None:
            return ""
        if code not in self._values:
            self.load()
        return self._values[code]

    def name(self, code: int | None) -> str:
        """The second half of a segment's or edge's word."""
        return self.value(code).rpartition(SEPARATOR)[2]

    def matching(self, field: str, value: str) -> list[int]:
        """Codes of `field` whose word, or whose name within its core network, is `value`."""
        return [
            code
            for (each, word), code in self._codes.items()
            if each == field and (word == value or word.rpartition(SEPARATOR)[2] == value)
        ]

    def all(self, field: str) -> dict[int, str]:
        return {code: word for (each, word), code in self._codes.items() if each == field}
