"""Question 11: the default route's exit of every segment and edge."""

from __future__ import annotations

from cloudwan_mcp.bench.evaluation.listed import Routes, route_faults
from cloudwan_mcp.bench.evaluation.peer import every_route
from cloudwan_mcp.bench.evaluation.question import Question, Way
from cloudwan_mcp.bench.evaluation.truth import Truth

DEFAULT = "0.0.0.0/0"


def _expected(truth: Truth) -> Routes:
    return Routes([route for route in truth.routes if route.prefix == DEFAULT], truth.lanes)


QUESTION = Question(
    number=11,
    words="Default-route exit per segment and edge.",
    ways=(
        Way(
            "from the snapshot",
            "list_routes",
            lambda _: {"prefix": DEFAULT, "match": "exact"},
            _expected,
            route_faults,
        ),
        Way(
            "asked of AWS",
            "list_routes",
            lambda _: {"prefix": DEFAULT, "match": "exact", "fresh": True},
            _expected,
            route_faults,
            untimed="asks AWS",
        ),
    ),
    peer=every_route,
)
