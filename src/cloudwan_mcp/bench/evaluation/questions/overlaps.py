"""Question 10: overlapping or duplicate prefixes of attachments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_network

from cloudwan_mcp.bench.evaluation.listed import counted, elements
from cloudwan_mcp.bench.evaluation.peer import cannot
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth

Clashes = dict[tuple[str, str], set[tuple[str, str]]]


def _expected(truth: Truth) -> Clashes:
    """(attachment, prefix) of all whose prefix another attachment brings too, with those others.

    The prefixes that lie within each other are looked for as well, among all lengths that there are; a
    default route contains everything, and so says nothing.
    """
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for route in truth.routes:
        if route.type == "PROPAGATED":
            owners[route.prefix] |= route.via
    lengths = {ip_network(prefix).prefixlen for prefix in owners} - {0}
    clashes: Clashes = {}
    for prefix, its in owners.items():
        net = ip_network(prefix)
        around = [str(net.supernet(new_prefix=bits)) for bits in lengths if bits <= net.prefixlen]
        others = {(other, place) for place in around for other in owners.get(place, ())}
        for owner in its:
            if clash := {each for each in others if each[0] != owner}:
                clashes[owner, prefix] = clash
    return clashes


def _faults(expected: Clashes, answer: Answer) -> Iterator[str]:
    wanted = {"overlapping_prefixes": len(expected)} if expected else {}
    yield from different("counts", wanted, counted(answer))
    if wanted and not answer["items"]:
        yield "nothing is listed"
    for _, element, facts in elements(answer):
        clash = facts.get("other"), facts.get("other_prefix")
        if clash not in expected.get((element, facts.get("prefix", "")), ()):
            yield f"{element} and {clash[0]} do not overlap at {facts.get('prefix')}"


QUESTION = Question(
    number=10,
    words="Overlapping or duplicate CIDRs across attachments and segments.",
    ways=(
        Way(
            "which and with whom",
            "list_findings",
            lambda _: {"findings": ["overlapping_prefixes"]},
            _expected,
            _faults,
        ),
    ),
    # It keeps a route's first destination alone: of two attachments at one prefix it shows one.
    peer=cannot,
)
