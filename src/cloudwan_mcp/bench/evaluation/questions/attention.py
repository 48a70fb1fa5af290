"""Question 4: attachments without a place, pending, rejected or failed, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from cloudwan_mcp.bench.evaluation import intent
from cloudwan_mcp.bench.evaluation.listed import counted, elements
from cloudwan_mcp.bench.evaluation.peer import every_attachment
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.questions.association import placed_faults
from cloudwan_mcp.bench.evaluation.truth import ROUTED, Truth

KINDS = ("failed", "no_segment", "pending")


def _expected(truth: Truth) -> dict[str, dict[str, str]]:
    """By finding, every element with it and the code that AWS names as its cause, if any."""
    peerings = {
        item["PeeringId"]: item["LastModificationErrors"][0]["Code"]
        for item in truth.items("ListPeerings")
        if item["State"] == "FAILED"
    }
    codes = {each: truth.listed(each)["LastModificationErrors"][0]["Code"] for each in truth.attached.failed}
    return {
        "failed": codes | peerings,
        "no_segment": dict.fromkeys(truth.attached.unplaced, ""),
        "pending": dict.fromkeys(truth.attached.waiting, ""),
    }


def _faults(expected: dict[str, dict[str, str]], answer: Answer) -> Iterator[str]:
    wanted = {kind: len(ids) for kind, ids in expected.items() if ids}
    yield from different("counts", wanted, counted(answer))
    if wanted and not answer["items"]:
        yield "nothing is listed"
    for finding, element, facts in elements(answer):
        if element not in expected[finding]:
            yield f"{element} is not {finding}"
        elif facts.get("code", "") != expected[finding][element]:
            yield f"{element} did not fail with {facts.get('code')}"


def _states(truth: Truth) -> Counter[str]:
    counts: Counter[str] = Counter()
    for cell, count in truth.attached.cells.items():
        counts[cell.state] += count
    return counts


def _state_faults(expected: Counter[str], answer: Answer) -> Iterator[str]:
    found: dict[str, Any] = {group["state"]: group["count"] for group in answer["groups"]}
    yield from different("attachments by state", dict(expected), found)


def _nowhere(truth: Truth) -> str:
    return min(truth.attached.unplaced)


def _unmatched(truth: Truth) -> intent.Placed:
    listed = truth.listed(_nowhere(truth))
    tags = {tag["Key"]: tag["Value"] for tag in listed["Tags"]}
    return intent.place(truth.policy, listed["AttachmentType"].lower().replace("_", "-"), tags)


class _Causes(NamedTuple):
    """By cause, which is a state or "" for no rule: how many attachments are wanted where."""

    places: dict[str, Counter[str]]
    truth: Truth


def _causes(truth: Truth) -> _Causes:
    places: dict[str, Counter[str]] = {}
    for wanted, count in truth.attached.wanted.items():
        if not wanted.place:
            places.setdefault("", Counter())["(none)"] += count
        elif wanted.state not in ROUTED:
            places.setdefault(wanted.state, Counter())[wanted.place] += count
    return _Causes(places, truth)


def _cause_faults(expected: _Causes, answer: Answer) -> Iterator[str]:
    """The places most wanted are told, of each cause some examples."""
    yield from different("attachments", expected.truth.estate.attachments, answer["attachments"])
    if not answer["complete"]:
        yield "it says that causes are left out"
    counts, found = {key: each.total() for key, each in expected.places.items()}, {}
    for row in answer["causes"]:
        states = {expected.truth.listed(each["id"])["State"] for each in row["examples"]}
        cause = "" if row["status"] == "no-rule" else ",".join(states)
        found[cause] = row["count"]
        places = expected.places.get(cause, Counter())
        if not places or any(places[place] != count for place, count in row["policy"].items()):
            yield f"{row['cause']}: {row['policy']} are not wanted"
        if row["status"] not in ("no-rule", "no-routing") or row["installed"] != "(none)":
            yield f"{row['cause']}: {row['status']}, {row['installed']}"
    yield from different("causes", counts, found)


QUESTION = Question(
    number=4,
    words="Which attachments have no segment, are pending, rejected or failed, and why?",
    ways=(
        Way("which and why", "list_findings", lambda _: {"findings": list(KINDS)}, _expected, _faults),
        Way(
            "how many in each state",
            "summarize_topology",
            lambda _: {"group_by": ["state"], "element_types": ["attachment"]},
            _states,
            _state_faults,
        ),
        Way(
            "by what rule",
            "explain_association",
            lambda truth: {"attachment": _nowhere(truth)},
            _unmatched,
            placed_faults,
        ),
        Way("by cause", "explain_association", lambda _: {}, _causes, _cause_faults, whole=True),
    ),
    peer=every_attachment,
)
