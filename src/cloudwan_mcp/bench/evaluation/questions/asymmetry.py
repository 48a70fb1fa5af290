"""Question 18: whether both ways pass the same firewalls, and whether these keep to one appliance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cloudwan_mcp.bench.evaluation import intent, reached
from cloudwan_mcp.bench.evaluation.peer import policy_and_attachments, together
from cloudwan_mcp.bench.evaluation.question import Answer, Arguments, Peer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth

SENT = ("production", "nonproduction")
MOST = 4  # firewalls that are looked at
DETAIL_TOKENS = 300  # of one attachment with its options


class _Expected(NamedTuple):
    reach: reached.Expected
    group: str
    edges: set[str]
    same: bool
    truth: Truth


def _ends(truth: Truth) -> tuple[reached.End, reached.End]:
    return reached.end(truth, SENT[0]), reached.end(truth, SENT[1])


def _asked(truth: Truth) -> Arguments:
    one, other = _ends(truth)
    return {"source": one.id, "destination": other.id}


def _expected(truth: Truth) -> _Expected:
    one, other = _ends(truth)
    (group,) = intent.pairs(truth.policy)[SENT].groups
    known = truth.attached.serving
    ways = [
        intent.inspected(group, *edges, known) for edges in ((one.edge, other.edge), (other.edge, one.edge))
    ]
    same = bool(ways[0][1]) and ways[0] == ways[1]
    return _Expected(reached.attachments(truth, one, other), group, known[group], same, truth)


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    """Where AWS chooses the Region by a list of its own, asymmetry cannot be known."""
    yield from reached.faults(expected.reach, answer)
    word = answer["asymmetry"].partition(":")[0]
    yield from different("asymmetry", "none" if expected.same else "not known", word)
    rows = answer["appliance_mode"]
    yield from different("firewalls", min(MOST, len(expected.edges)), len({row["edge"] for row in rows}))
    for row in rows:
        there = expected.truth.listed(row["attachment"])
        serves = there.get("NetworkFunctionGroupName")
        yield from different("serves", (row["group"], row["edge"]), (serves, there.get("EdgeLocation")))
        # the simulator has it on for whatever serves a group
        yield from different("appliance mode", serves == expected.group, row["appliance_mode"])


def _peer(truth: Truth) -> Peer:
    firewalls = min(MOST, len(_expected(truth).edges))
    return together(policy_and_attachments(truth), Peer(firewalls, firewalls * DETAIL_TOKENS))


QUESTION = Question(
    number=18,
    words="Asymmetry: do both paths use the same Regions and firewalls; is appliance mode on?",
    ways=(Way("two attachments", "check_reachability", _asked, _expected, _faults, untimed="asks AWS"),),
    peer=_peer,
)
