"""Question 8: where a prefix goes from everywhere, and which attachment owns an address."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from itertools import groupby

from cloudwan_mcp.bench.evaluation.listed import Routes, route_faults
from cloudwan_mcp.bench.evaluation.peer import every_route
from cloudwan_mcp.bench.evaluation.question import Answer, Arguments, Question, Way
from cloudwan_mcp.bench.evaluation.truth import Route, Truth

SHOWN = 10  # rows of find, unless more are asked for


def address(truth: Truth) -> str:
    """One that a VPC behind a propagated route has."""
    route = next(each for each in truth.routes if each.type == "PROPAGATED" and each.prefix.startswith("10."))
    return str(ip_network(route.prefix)[7])


def _containing(truth: Truth) -> list[Route]:
    one = ip_address(address(truth))
    return [route for route in truth.routes if one in ip_network(route.prefix)]


def _longest(truth: Truth) -> Routes:
    """Of each table its longest match."""
    tables = groupby(sorted(_containing(truth), key=_table), key=_table)
    return Routes([max(routes, key=_bits) for _, routes in tables], truth.lanes)


def _table(route: Route) -> tuple[str, str]:
    return route.place, route.edge


def _bits(route: Route) -> int:
    return ip_network(route.prefix).prefixlen


def _owner_faults(expected: list[Route], answer: Answer) -> Iterator[str]:
    """Rows are routes, the longest prefix first, each with the attachments that it leads to."""
    known = {(route.place, route.edge, route.prefix): route for route in expected}
    rows = answer["items"]
    if len(rows) != min(len(known), SHOWN) or answer["more"] != (len(known) > SHOWN):
        yield f"{len(rows)} rows, more: {answer['more']}, of {len(known)}"
    lengths = [ip_network(row["prefix"]).prefixlen for row in rows]
    if not lengths or lengths != sorted(lengths, reverse=True) or lengths[0] != max(map(_bits, expected)):
        yield "the longest prefix is not the first"
    for row in rows:
        route = known.get((row.get("segment", ""), row.get("edge", ""), row["prefix"]))
        if route is None or {owner["id"] for owner in row.get("owners", ())} != route.via:
            yield f"{row['prefix']} in {row.get('segment')} leads elsewhere"


def _asked(truth: Truth) -> Arguments:
    return {"prefix": address(truth)}


QUESTION = Question(
    number=8,
    words="Where does prefix X go from every segment and edge; which attachment owns this IP?",
    ways=(
        Way("from the snapshot", "list_routes", _asked, _longest, route_faults),
        Way(
            "asked of AWS",
            "list_routes",
            lambda truth: {**_asked(truth), "fresh": True},
            _longest,
            route_faults,
            untimed="asks AWS",
        ),
        Way("the owner", "find", lambda truth: {"query": address(truth)}, _containing, _owner_faults),
    ),
    peer=every_route,
)
