"""Question 11: the default route's exit of every segment and edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudwan_mcp.bench.evaluation.listed import Lanes, route_faults
from cloudwan_mcp.bench.evaluation.peer import every_route
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way
from cloudwan_mcp.bench.evaluation.truth import Route, Truth

DEFAULT = "0.0.0.0/0"


class _Expected(NamedTuple):
    routes: list[Route]
    lanes: Lanes


def _expected(truth: Truth) -> _Expected:
    return _Expected([route for route in truth.routes if route.prefix == DEFAULT], truth.lanes)


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    yield from route_faults(expected.routes, expected.lanes, answer)


QUESTION = Question(
    number=11,
    words="Default-route exit per segment and edge.",
    ways=(
        Way(
            "from the snapshot",
            "list_routes",
            lambda _: {"prefix": DEFAULT, "match": "exact"},
            _expected,
            _faults,
        ),
        Way(
            "asked of AWS",
            "list_routes",
            lambda _: {"prefix": DEFAULT, "match": "exact", "fresh": True},
            _expected,
            _faults,
            untimed="asks AWS",
        ),
    ),
    peer=every_route,
)
