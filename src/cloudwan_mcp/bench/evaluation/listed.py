"""Reading answers of list_findings and list_routes back into plain sets, to hold them against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from cloudwan_mcp.bench.evaluation.question import Answer
from cloudwan_mcp.bench.evaluation.truth import Route

Lanes = dict[str, tuple[str, ...]]


class Routes(NamedTuple):
    """What list_routes is to tell, and every table there is: the edges of each lane."""

    routes: list[Route]
    lanes: Lanes


def counted(answer: Answer) -> dict[str, int]:
    """How many of each finding, all severities together."""
    counts: Counter[str] = Counter()
    for row in answer["counts"]:
        counts[row["finding"]] += row["count"]
    return dict(counts)


def elements(answer: Answer) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(finding, id, facts) of what is listed."""
    for item in answer["items"]:
        yield item["finding"], item.get("element", {}).get("id", ""), item.get("facts", {})


def told(answer: Answer, lanes: Lanes) -> Iterator[Route]:
    """Each route of each table; "all 6" stands for every edge of the segment."""
    for row in answer["routes"]:
        via = frozenset(end["id"] for end in row.get("via", ()))
        for place, edge in unfolded(row["tables"], lanes):
            yield Route(place, edge, row["prefix"], row["state"], row["type"], via)


def unfolded(tables: dict[str, list[str]], lanes: Lanes) -> Iterator[tuple[str, str]]:
    for place, edges in tables.items():
        every = len(edges) == 1 and edges[0].startswith("all ")
        for edge in lanes.get(place, ()) if every else edges:
            yield place, edge


def route_faults(expected: Routes, answer: Answer) -> Iterator[str]:
    """What list_routes says must be so; and all that is so must be there, or be said to be left out."""
    wanted, found = set(expected.routes), list(told(answer, expected.lanes))
    if len(found) != len(set(found)):
        yield "a route is told twice"
    for route in sorted(set(found) - wanted, key=str)[:3]:
        yield f"there is no such route: {route}"
    missing = wanted - set(found)
    if missing and (answer["complete"] or not found):
        yield f"{len(missing)} of {len(wanted)} routes are missing, {min(missing, key=str)} for one"
    if not missing and not answer["complete"]:
        yield "everything is there, and it says that something is not"
    tables = sum(map(len, expected.lanes.values()))
    if answer["tables"] != tables:
        yield f"{answer['tables']} of {tables} tables were looked at"
    there = {(route.place, route.edge) for route in wanted}
    without = {(place, edge) for place, edges in expected.lanes.items() for edge in edges} - there
    if set(unfolded(answer.get("without") or {}, expected.lanes)) != without:
        yield "the tables without such a route are others"
