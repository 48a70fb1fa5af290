"""Question 19: whether the route tables have what the policy allows, with the age of each."""

from __future__ import annotations

from cloudwan_mcp.bench.evaluation import reached
from cloudwan_mcp.bench.evaluation.peer import every_route, the_policy, together
from cloudwan_mcp.bench.evaluation.question import Arguments, Question, Way
from cloudwan_mcp.bench.evaluation.truth import Truth


def _ends(truth: Truth) -> tuple[reached.End, reached.End]:
    """Small tables do not hold all that the policy allows: the way back from there differs."""
    return reached.end(truth, "shared", last=True), reached.end(truth, "nonproduction", last=True)


def _asked(truth: Truth) -> Arguments:
    one, other = _ends(truth)
    return {"source": one.id, "destination": other.id}


QUESTION = Question(
    number=19,
    words="Intent against installed: the policy allows it, do the route tables have it (with ages)?",
    ways=(
        Way(
            "two attachments",
            "check_reachability",
            _asked,
            lambda truth: reached.attachments(truth, *_ends(truth)),
            reached.faults,
        ),
    ),
    peer=lambda truth: together(the_policy(truth), every_route(truth)),
)
