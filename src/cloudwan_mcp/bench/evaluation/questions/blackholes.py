"""Question 9: blackhole routes now, and the likely cause."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwan_mcp.bench.evaluation.listed import Routes, counted, elements, route_faults
from cloudwan_mcp.bench.evaluation.peer import every_route
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth


def _expected(truth: Truth) -> Routes:
    return Routes([route for route in truth.routes if route.state == "BLACKHOLE"], truth.lanes)


def _finding_faults(expected: Routes, answer: Answer) -> Iterator[str]:
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


QUESTION = Question(
    number=9,
    words="Blackhole routes now, and the likely cause.",
    ways=(
        Way(
            "with causes", "list_findings", lambda _: {"findings": ["blackhole"]}, _expected, _finding_faults
        ),
        Way("from the snapshot", "list_routes", lambda _: {"state": "BLACKHOLE"}, _expected, route_faults),
        Way(
            "asked of AWS",
            "list_routes",
            lambda _: {"state": "BLACKHOLE", "fresh": True},
            _expected,
            route_faults,
            untimed="asks AWS",
        ),
    ),
    peer=every_route,
)
