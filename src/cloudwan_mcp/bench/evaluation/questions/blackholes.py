"""Question 9: blackhole routes now, and the likely cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudwan_mcp.bench.evaluation.listed import Lanes, counted, elements, route_faults
from cloudwan_mcp.bench.evaluation.peer import every_route
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Route, Truth


class _Expected(NamedTuple):
    routes: list[Route]
    lanes: Lanes


def _expected(truth: Truth) -> _Expected:
    return _Expected([route for route in truth.routes if route.state == "BLACKHOLE"], truth.lanes)


def _finding_faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    """The likely cause of a route that leads somewhere is where it leads."""
    known = {(route.place, route.edge, route.prefix): route.via for route in expected.routes}
    wanted = {"blackhole": len(expected.routes)} if expected.routes else {}
    yield from different("counts", wanted, counted(answer))
    if wanted and not answer["items"]:
        yield "nothing is listed"
    for _, element, facts in elements(answer):
        via = known.get((facts["segment"], facts["edge"], facts["prefix"]))
        if via is None:
            yield f"{element} is no blackhole"
        elif facts.get("attachment", "") not in (via or {""}):
            yield f"{element} does not lead to {facts.get('attachment')}"


def _route_faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    yield from route_faults(expected.routes, expected.lanes, answer)


QUESTION = Question(
    number=9,
    words="Blackhole routes now, and the likely cause.",
    ways=(
        Way(
            "with causes", "list_findings", lambda _: {"findings": ["blackhole"]}, _expected, _finding_faults
        ),
        Way("from the snapshot", "list_routes", lambda _: {"state": "BLACKHOLE"}, _expected, _route_faults),
        Way(
            "asked of AWS",
            "list_routes",
            lambda _: {"state": "BLACKHOLE", "fresh": True},
            _expected,
            _route_faults,
            untimed="asks AWS",
        ),
    ),
    peer=every_route,
)
