"""Question 17: how close to AWS's quotas the network is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cloudwan_mcp.bench.evaluation.peer import every_attachment, every_peering, every_route, together
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth

CLOSE = 0.8
LISTED = {"sites": "GetSites", "devices": "GetDevices", "links": "GetLinks", "connections": "GetConnections"}
# https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-quotas.html
MOST = {
    "attachments": 5000,
    "segments and network function groups": 40,
    "Direct Connect gateway attachments": 40,
    "transit gateway peerings": 50,
    "policy versions": 10_000,
    "prefix list associations": 100,
    "sites": 200,
    "devices": 200,
    "links": 200,
    "connections": 500,
    "routes across all segments": 10_000,
}


def _used(truth: Truth) -> dict[str, int]:
    """Routes are held once for each edge: the fullest one counts."""
    routes = Counter(route.edge for route in truth.routes)
    return {
        "attachments": truth.estate.attachments,
        "segments and network function groups": len(truth.lanes),
        "Direct Connect gateway attachments": truth.network.count("DIRECT_CONNECT_GATEWAY"),
        "transit gateway peerings": truth.count("ListPeerings"),
        "policy versions": truth.count("ListCoreNetworkPolicyVersions"),
        "prefix list associations": truth.count("ListCoreNetworkPrefixListAssociations"),
        **{name: truth.count(operation) for name, operation in LISTED.items()},
        "routes across all segments": max(routes.values()),
    }


def _expected(truth: Truth) -> dict[str, tuple[int, int]]:
    return {name: (used, MOST[name]) for name, used in _used(truth).items() if used >= CLOSE * MOST[name]}


def _faults(expected: dict[str, tuple[int, int]], answer: Answer) -> Iterator[str]:
    found = {
        item["facts"]["quota"]: (item["facts"]["used"], item["facts"]["default"]) for item in answer["items"]
    }
    yield from different("quotas", expected, found)
    yield from different("count", len(expected), sum(row["count"] for row in answer["counts"]))


QUESTION = Question(
    number=17,
    words="Quota headroom (attachments, segments and groups, routes, peers).",
    ways=(Way("what is close", "list_findings", lambda _: {"findings": ["quota_use"]}, _expected, _faults),),
    # Of sites, devices, links and connections it knows nothing; the rest can be counted by reading it.
    peer=lambda truth: together(every_attachment(truth), every_peering(truth), every_route(truth)),
)
