"""Question 15: what is down, and whom it strands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudwan_mcp.bench.evaluation.listed import counted, elements
from cloudwan_mcp.bench.evaluation.peer import cannot
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth

PREMISES = {
    "GetSites": "SiteId",
    "GetDevices": "DeviceId",
    "GetLinks": "LinkId",
    "GetConnections": "ConnectionId",
}


class _Expected(NamedTuple):
    """Sessions by what they belong to and their address; sites, devices, links, connections by their id."""

    sessions: set[tuple[str, str]]
    premises: set[str]


def _expected(truth: Truth) -> _Expected:
    sessions = {
        (item["ResourceArn"].rpartition("/")[2], item["Address"])
        for item in truth.items("GetNetworkTelemetry")
        if item["Health"]["Status"] == "DOWN"
    }
    premises = {
        item[member]
        for operation, member in PREMISES.items()
        for item in truth.items(operation)
        if item["State"] != "AVAILABLE"
    }
    return _Expected(sessions, premises)


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    wanted = {"session_down": len(expected.sessions), "link_down": len(expected.premises)}
    yield from different("counts", {name: n for name, n in wanted.items() if n}, counted(answer))
    if any(wanted.values()) and not answer["items"]:
        yield "nothing is listed"
    for finding, element, facts in elements(answer):
        if finding == "link_down" and element not in expected.premises:
            yield f"{element} is up"
        session = facts.get("resource", ""), facts.get("address", "")
        if finding == "session_down" and session not in expected.sessions:
            yield f"{session} is up"


QUESTION = Question(
    number=15,
    words="What is down (telemetry: BGP, IPSec) and whom does it strand?",
    ways=(
        Way(
            "sessions and links",
            "list_findings",
            lambda _: {"findings": ["session_down", "link_down"]},
            _expected,
            _faults,
        ),
    ),
    # None of its tools reads telemetry, sites, devices or links.
    peer=cannot,
)
