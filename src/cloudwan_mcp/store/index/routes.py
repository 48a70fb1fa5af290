"""Routes in an index: the same route of many tables once, and which tables those are."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from cloudwan_mcp.store.filters import Filters
from cloudwan_mcp.store.index.reader import Index
from cloudwan_mcp.store.words import Words

Place = tuple[str, str, str]  # core network, segment, edge


class Fold(NamedTuple):
    """The number of an element that shows the route, and every table it stands in."""

    example: int
    places: list[Place]


def folds(index: Index, words: Words, filters: Filters, limit: int) -> tuple[list[Fold], int]:
    """The different routes in most tables, and how many different ones there are.

    `filters` are by core network, segment, edge and state.
    """
    where = replace(filters, types=()).where(words)
    if where is None:
        return [], 0
    condition, values = f"AND {where[0]}" if where[0] else "", tuple(where[1])
    grouped = index.rows(
        f"SELECT st, fold, min(n), count(*) OVER () FROM route WHERE 1 {condition} "  # noqa: S608
        "GROUP BY st, fold ORDER BY count(*) DESC, min(n) LIMIT ?",
        (*values, limit),
    )
    found = []
    for state, fold, first, _ in grouped:
        query = f"SELECT co, sg, ed FROM route WHERE st IS ? AND fold = ? {condition} ORDER BY n"  # noqa: S608
        tables = index.rows(query, (state, fold, *values))
        found.append(
            Fold(first, [(words.value(co), words.name(sg), words.name(ed)) for co, sg, ed in tables])
        )
    return found, grouped[0][3] if grouped else 0
