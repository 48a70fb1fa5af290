"""Question 3: the matrix of segments, and where each leaves the core network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudwan_mcp.bench.evaluation import intent
from cloudwan_mcp.bench.evaluation.folded import LETTERS, exits_of, pairs_of, spelled
from cloudwan_mcp.bench.evaluation.peer import the_policy
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth


class _Expected(NamedTuple):
    pairs: dict[tuple[str, str], intent.Pair]
    exits: dict[tuple[str, str], intent.Exit]
    names: list[str]
    edges: list[str]


def _expected(truth: Truth) -> _Expected:
    document = truth.policy
    leaving = intent.exits(document, truth.attached.serving)
    return _Expected(intent.pairs(document), leaving, intent.names(document), intent.edges(document))


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    yield from different("segments", len(expected.names), answer["segments"])
    if not answer["complete"]:
        yield "a matrix of the quota's size is not complete"
    if "grid" in answer:
        yield from different("grid", _letters(expected), answer["grid"])
    else:
        yield from _pair_faults(expected, answer)
    yield from different("egress", expected.exits, exits_of(answer.get("egress", ()), expected.edges))


def _letters(expected: _Expected) -> dict[str, str]:
    letter = {verdict: letter for letter, verdict in LETTERS.items()}
    return {
        one: "".join(letter[expected.pairs[one, other].verdict] for other in expected.names)
        for one in expected.names
    }


def _pair_faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    own = {
        name: verdict for verdict, given in answer["own"].items() for name in spelled(given, expected.names)
    }
    yield from different("own", {name: expected.pairs[name, name].verdict for name in expected.names}, own)
    found: dict[frozenset[str], intent.Pair] = {}
    for row in answer["pairs"]:
        yield from different("mode", "single-hop" if row["verdict"] == "via" else None, row.get("mode"))
        for pair in pairs_of(row, expected.names):
            if pair in found:
                yield f"{sorted(pair)} is told twice"
            found[pair] = intent.Pair(row["verdict"], tuple(row.get("via", ())), tuple(row.get("by", ())))
    routed = {
        frozenset(key): pair
        for key, pair in expected.pairs.items()
        if key[0] != key[1] and pair.verdict != "no-route"
    }
    for either in routed.keys() | found.keys():
        yield from different(f"{sorted(either)}", routed.get(either), found.get(either))


QUESTION = Question(
    number=3,
    words="The segment x segment matrix (NOROUTE / OPEN / via NFG).",
    ways=(Way("whole", "segment_matrix", lambda _: {}, _expected, _faults),),
    peer=the_policy,
)
