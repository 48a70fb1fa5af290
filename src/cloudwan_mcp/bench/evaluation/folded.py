"""Reading answers of the policy tools back into plain pairs, to hold them against the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from cloudwan_mcp.bench.evaluation.intent import Exit

LETTERS = {".": "no-route", "-": "isolated", "O": "open", "V": "via", "B": "shared-and-inspected"}
Row = Mapping[str, Any]


def spelled(given: Any, every: Sequence[str], beside: Iterable[str] = ()) -> list[str]:
    """Names as lists, "*" for all but those `beside`, or all but some."""
    if given == "*":
        return [name for name in every if name not in set(beside)]
    if isinstance(given, Mapping):
        return [name for name in every if name not in {*given["except"], *beside}]
    return [str(name) for name in given]


def pairs_of(row: Row, every: Sequence[str]) -> Iterator[frozenset[str]]:
    """The unordered pairs that a row of `among`, or of `between` and `and`, stands for."""
    if "among" in row:
        yield from map(frozenset, combinations(spelled(row["among"], every), 2))
        return
    for one, other in product(row["between"], spelled(row["and"], every, row["between"])):
        yield frozenset((one, other))


def exits_of(rows: Iterable[Row], every: Sequence[str]) -> dict[tuple[str, str], Exit]:
    """Egress by segment and edge; "own" is the edge's Region."""
    found = {}
    for row in rows:
        edges = every if row["edges"] == f"all {len(every)}" else row["edges"]
        for segment, edge in product(row["segments"], edges):
            region = row.get("region", "")
            found[segment, edge] = Exit(row["group"], row["basis"], edge if region == "own" else region)
    return found
