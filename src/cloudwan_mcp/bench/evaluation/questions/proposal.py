"""Question 6: what changes if a policy is applied."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from cloudwan_mcp.bench.evaluation import changed, intent
from cloudwan_mcp.bench.evaluation.peer import policy_and_attachments
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth


def _proposed(truth: Truth) -> dict[str, Any]:
    """Without a share and the exits, and with what is outside of VPCs in another segment."""
    document = copy.deepcopy(truth.policy)
    actions = document["segment-actions"]
    document["segment-actions"] = [each for each in actions[1:] if each["action"] != "send-to"]
    for rule in document["attachment-policies"]:
        if "segment" in rule["action"]:
            rule["action"]["segment"] = intent.names(document)[0]
    return document


class _Expected(NamedTuple):
    changes: changed.Expected
    live: int


def _expected(truth: Truth) -> _Expected:
    """Against the policy in force."""
    listed = truth.items("ListCoreNetworkPolicyVersions")
    (live,) = (item["PolicyVersionId"] for item in listed if item.get("Alias") == "LIVE")
    return _Expected(changed.expected(truth, truth.policy, _proposed(truth)), live)


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    yield from changed.faults(expected.changes, answer)
    against = answer["against"]
    yield from different("against", ("LIVE", expected.live), (against["alias"], against["version"]))
    if answer.get("aws_change_set"):
        yield "AWS knows nothing of the proposal"


QUESTION = Question(
    number=6,
    words="What changes if this policy is applied (mappings, matrix cells, inspection, lost reachability)?",
    ways=(
        Way(
            "a proposal",
            "simulate_policy",
            lambda truth: {"policy": json.dumps(_proposed(truth))},
            _expected,
            _faults,
            whole=True,
        ),
    ),
    peer=policy_and_attachments,
)
