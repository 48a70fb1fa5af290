"""Question 4: attachments without a place, pending, rejected or failed, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from cloudwan_mcp.bench.evaluation.listed import counted, elements
from cloudwan_mcp.bench.evaluation.peer import every_attachment
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth

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
    ),
    peer=every_attachment,
)
