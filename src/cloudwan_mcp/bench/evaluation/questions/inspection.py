"""Question 2: which group inspects traffic, in which Region, and whether something bypasses it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from cloudwan_mcp.bench.evaluation import intent
from cloudwan_mcp.bench.evaluation.peer import policy_and_attachments
from cloudwan_mcp.bench.evaluation.question import Answer, Arguments, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth

MODE = "single-hop"
SENT = ("production", "nonproduction")
OPEN = ("production", "shared")
Ways = dict[tuple[str, str], tuple[str, tuple[str, ...]]]


class _Expected(NamedTuple):
    """How many segments there are; of both ways the pair, and why and where each two edges are inspected."""

    segments: int
    cells: dict[tuple[str, str], tuple[intent.Pair, Ways]]


def _asked(one: str, other: str) -> Arguments:
    return {"segment": one, "other": other}


def _expected(truth: Truth, one: str, other: str) -> _Expected:
    found = intent.pairs(truth.policy)
    cells = {pair: (found[pair], _ways(truth, found[pair])) for pair in ((one, other), (other, one))}
    return _Expected(len(intent.names(truth.policy)), cells)


def _ways(truth: Truth, pair: intent.Pair) -> Ways:
    edges = intent.edges(truth.policy) if pair.groups else []
    known = truth.attached.serving
    return {(a, b): intent.inspected(pair.groups[0], a, b, known) for a, b in product(edges, repeat=2)}


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    cells = {(cell["from"], *cell["to"]): cell for cell in answer["cells"]}
    yield from different("segments", expected.segments, answer["segments"])
    yield from different("cells", set(expected.cells), set(cells))
    for key in cells.keys() & expected.cells.keys():
        cell, (pair, ways) = cells[key], expected.cells[key]
        told = intent.Pair(cell["verdict"], tuple(cell.get("via", ())), tuple(cell["by"]))
        yield from different(f"{key}", pair, told)
        yield from different("mode", MODE if pair.groups else None, cell.get("mode"))
        if cell.get("bypass"):
            yield f"{key}: nothing bypasses the group"
        yield from _way_faults(ways, pair, cell.get("inspection", ()))


def _way_faults(ways: Ways, pair: intent.Pair, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Pairs of edges that are alike stand in one row, some of them named, all of them counted."""
    wanted: dict[Any, int] = {}
    for kind in map(_kind, ways.values()):
        wanted[kind] = wanted.get(kind, 0) + 1
    found = {(row["basis"], tuple(row.get("regions", ()))): row["edge_pairs"] for row in rows}
    yield from different("pairs of edges", wanted, found)
    for row in rows:
        yield from different("group", pair.groups, (row["group"],))
        for named in row["edges"]:
            one, _, other = named.partition(" > ")
            said = (row["basis"], tuple(row.get("regions", ())))
            yield from different(named, _kind(ways[one, other]) if (one, other) in ways else None, said)


def _kind(way: tuple[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    """At one edge the Region goes without saying."""
    return (way[0], ()) if way[0] == "local" else way


QUESTION = Question(
    number=2,
    words="Is that traffic inspected, by which group, in which Region, and is there a bypass?",
    ways=(
        Way(
            "inspected",
            "segment_matrix",
            lambda _: _asked(*SENT),
            lambda truth: _expected(truth, *SENT),
            _faults,
        ),
        Way(
            "not inspected",
            "segment_matrix",
            lambda _: _asked(*OPEN),
            lambda truth: _expected(truth, *OPEN),
            _faults,
        ),
    ),
    peer=policy_and_attachments,
)
