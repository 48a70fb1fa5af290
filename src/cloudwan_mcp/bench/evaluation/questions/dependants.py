"""Question 14: what depends on an edge or a segment, before it is removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from cloudwan_mcp.bench.evaluation.peer import every_attachment, every_peering, together
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import ATTACHMENTS, Truth

COUNTED = (*ATTACHMENTS.values(), "transit-gateway-peering", "route")
Members = Counter[tuple[str, str]]


def _edge(truth: Truth) -> str:
    return truth.network.plan.locations[0]


def _segment(truth: Truth) -> str:
    return truth.network.plan.segments[-1].name


def _at_edge(truth: Truth) -> Members:
    edge = _edge(truth)
    members = _members(truth, "edge", edge)
    members.update(
        ("transit-gateway-peering", item["State"])
        for item in truth.items("ListPeerings")
        if item["EdgeLocation"] == edge
    )
    return members


def _in_segment(truth: Truth) -> Members:
    return _members(truth, "place", _segment(truth))


def _members(truth: Truth, where: Literal["edge", "place"], name: str) -> Members:
    """What is attached there, and the routes of its tables."""
    members: Members = Counter()
    for cell, count in truth.attached.cells.items():
        if getattr(cell, where) == name:
            members[cell.type, cell.state] += count
    members.update(("route", route.state) for route in truth.routes if getattr(route, where) == name)
    return members


def _faults(expected: Members, answer: Answer) -> Iterator[str]:
    """Sessions and polled resources are counted too, at their Region; they go nowhere with the edge."""
    breaks = answer.get("breaks") or {}
    rows = breaks.get("members") or ()
    found = {(row["type"], row["state"]): row["count"] for row in rows if row["type"] in COUNTED}
    yield from different("members", dict(expected), found)
    if "nowhere_else" in breaks:
        yield "every segment is at other edges as well"


QUESTION = Question(
    number=14,
    words="What depends on this edge or segment (before removing it)?",
    ways=(
        Way("edge", "find_path", lambda truth: {"without": _edge(truth)}, _at_edge, _faults),
        Way("segment", "find_path", lambda truth: {"without": _segment(truth)}, _in_segment, _faults),
    ),
    peer=lambda truth: together(every_attachment(truth), every_peering(truth)),
)
