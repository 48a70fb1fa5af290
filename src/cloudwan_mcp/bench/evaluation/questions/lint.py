"""Question 7: what is wrong with a policy, the one in force and one with planted defects."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from cloudwan_mcp.bench.evaluation import intent
from cloudwan_mcp.bench.evaluation.peer import the_policy
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth

SEVERITIES = ("error", "warning", "info")
MARK = "here it is"
Path = tuple[str | int, ...]


class Defect(NamedTuple):
    check: str
    severity: str
    path: Path

    @property
    def pointer(self) -> str:
        return "".join(f"/{each}" for each in self.path)


class _Expected(NamedTuple):
    """Every defect, and the line that it is on where the text's lines are known here."""

    lines: dict[tuple[str, str, str], int]


def _own(document: intent.Document) -> list[Defect]:
    """What a generated document is to be told of: Regions that AWS chooses, and shares that meet."""
    found, shares = [], 0
    for at, action in enumerate(document["segment-actions"]):
        path: Path = ("segment-actions", at)
        if action["action"] == "send-via" and len(intent.edges(document)) > 1:
            found.append(Defect("missing-override", "warning", (*path, "via")))
        if action["action"] == "share":
            shares += 1
            if shares > 1:
                found.append(Defect("overlapping-share", "info", path))
    return found


def _defective(truth: Truth) -> tuple[dict[str, Any], list[Defect]]:
    """One of each kind that the question names, with where it stands."""
    document = copy.deepcopy(truth.policy)
    own = _own(document)
    actions, rules = document["segment-actions"], document["attachment-policies"]
    edges = document["core-network-configuration"]["edge-locations"]
    edges[1]["asn"] = edges[0]["asn"]
    via = next(at for at, each in enumerate(actions) if each["action"] == "send-via")
    bypass = {"action": "share", "mode": "attachment-route", "segment": "production"}
    actions.append({**bypass, "share-with": ["nonproduction"]})
    (outside,) = (rule for rule in rules if "segment" in rule["action"])
    rules.append({**copy.deepcopy(outside), "rule-number": 900})
    lost = {"type": "tag-value", "operator": "equals", "key": "zone", "value": "dmz"}
    action = {"add-to-network-function-group": "nowhere"}
    rules.append({"rule-number": 901, "condition-logic": "or", "conditions": [lost], "action": action})
    where = ("core-network-configuration", "edge-locations", 1, "asn")
    return document, [
        *own,
        Defect("asn-clash", "error", where),
        Defect("shared-and-inspected", "warning", ("segment-actions", via)),
        Defect("dead-rule", "warning", ("attachment-policies", len(rules) - 2)),
        Defect("unknown-name", "error", ("attachment-policies", len(rules) - 1, "action")),
    ]


def _in_force(truth: Truth) -> _Expected:
    """AWS gives the document on one line."""
    return _Expected({(each.check, each.severity, each.pointer): 1 for each in _own(truth.policy)})


def _planted(truth: Truth) -> _Expected:
    document, defects = _defective(truth)
    lines = {(each.check, each.severity, each.pointer): _line(document, each.path) for each in defects}
    return _Expected(lines)


def _line(document: dict[str, Any], path: Path) -> int:
    """The line that a mark in the member's place is on."""
    marked = copy.deepcopy(document)
    place: Any = marked
    for each in path[:-1]:
        place = place[each]
    place[path[-1]] = MARK
    return json.dumps(marked, indent=1).partition(MARK)[0].count("\n") + 1


def _text(truth: Truth) -> str:
    return json.dumps(_defective(truth)[0], indent=1)


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    found = {(row["check"], row["severity"], row["pointer"]): row["line"] for row in answer["findings"]}
    yield from different("findings", expected.lines, found)
    counts = {name: sum(key[1] == name for key in expected.lines) for name in SEVERITIES}
    yield from different("counts", counts, answer["counts"])
    checks = Counter(check for check, _, _ in expected.lines)
    yield from different("checks", dict(checks), answer["checks"])
    if not answer["complete"] or not all(row["message"] and row["fix"] for row in answer["findings"]):
        yield "a finding, a message or a fix is missing"


QUESTION = Question(
    number=7,
    words="Lint this policy (dead rules, shadowed shares, isolation bypass, ASN clashes, missing overrides).",
    ways=(
        Way("in force", "lint_policy", lambda _: {}, _in_force, _faults),
        Way("with defects", "lint_policy", lambda truth: {"policy": _text(truth)}, _planted, _faults),
    ),
    peer=the_policy,
)
