"""Question 16: the policy in force against the latest version or another, and AWS's change set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from cloudwan_mcp.bench.evaluation import changed
from cloudwan_mcp.bench.evaluation.peer import cannot
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth
from cloudwan_mcp.simulator.answers.policies import document_of

READ = 200  # changes of AWS's set that are counted


class _Expected(NamedTuple):
    changes: changed.Expected
    versions: tuple[int, int]
    state: str
    change_set: Counter[tuple[str, str]]
    more: bool


def _latest(truth: Truth) -> int:
    return truth.network.counts.policy_versions


def _expected(truth: Truth, version: int) -> _Expected:
    """AWS's own state and change set, as the simulator lists them."""
    listed = truth.items("ListCoreNetworkPolicyVersions")
    states = {item["PolicyVersionId"]: (item.get("Alias"), item["ChangeSetState"]) for item in listed}
    (live,) = (each for each, (alias, _) in states.items() if alias == "LIVE")
    items = truth.items("GetCoreNetworkChangeSet", PolicyVersionId=version)
    counts = Counter((item["Type"], item["Action"]) for item in islice(items, READ))
    changes = changed.expected(truth, truth.policy, document_of(truth.network, version))
    return _Expected(changes, (version, live), states[version][1], counts, next(items, None) is not None)


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    yield from changed.faults(expected.changes, answer)
    policy, against = answer["policy"], answer["against"]
    yield from different("versions", expected.versions, (policy["version"], against["version"]))
    yield from different("state", (expected.state, "LIVE"), (policy["state"], against["alias"]))
    theirs = answer["aws_change_set"]
    counts = Counter({(row["type"], row["action"]): row["count"] for row in theirs["counts"]})
    yield from different("change set", expected.change_set, counts)
    said = (theirs["version"], bool(theirs.get("more")))
    yield from different("change set", (expected.versions[0], expected.more), said)


QUESTION = Question(
    number=16,
    words="Policy LIVE against LATEST or version N, and the change set's state.",
    ways=(
        Way(
            "the latest",
            "simulate_policy",
            lambda _: {"policy": "LATEST"},
            lambda truth: _expected(truth, _latest(truth)),
            _faults,
            untimed="asks AWS",
        ),
        Way(
            "an older one",
            "simulate_policy",
            lambda _: {"policy": "1"},
            lambda truth: _expected(truth, 1),
            _faults,
            untimed="asks AWS",
        ),
    ),
    # It reads the version in force, and no change set.
    peer=cannot,
)
