"""Inserting whole numbers many rows at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

TOGETHER = 100  # rows in a statement; SQLite before 3.32 takes 999 values


class Insert:
    """An INSERT of rows of whole numbers in which 0 stands for NULL from column `nullable` on.

    Several times faster than `executemany`, which asks Python's adapters about every NULL and gives other
    threads a turn after every row.
    """

    def __init__(self, table: str, columns: int, nullable: int) -> None:
        values = ["?"] * nullable + ["nullif(?, 0)"] * (columns - nullable)
        self._one = f"INSERT INTO {table} VALUES({', '.join(values)})"
        self._many = self._one + f", ({', '.join(values)})" * (TOGETHER - 1)

    def run(self, connection: sqlite3.Connection, rows: Sequence[tuple[int, ...]]) -> None:
        whole = len(rows) - len(rows) % TOGETHER
        for start in range(0, whole, TOGETHER):
            connection.execute(self._many, [v for row in rows[start : start + TOGETHER] for v in row])
        connection.executemany(self._one, rows[whole:])
