"""Question 1: whether two ends reach each other, both ways, and why."""

from __future__ import annotations

from cloudwan_mcp.bench.evaluation import intent, reached
from cloudwan_mcp.bench.evaluation.peer import every_route, the_policy, together
from cloudwan_mcp.bench.evaluation.question import Arguments, Question, Way
from cloudwan_mcp.bench.evaluation.truth import Truth

OPEN = ("production", "shared")


def _last_two(truth: Truth) -> tuple[str, str]:
    """Segments that nothing joins, where there are more than a few."""
    *_, one, other = intent.names(truth.policy)
    return one, other


def _ends(truth: Truth) -> tuple[reached.End, reached.End]:
    return reached.end(truth, OPEN[0]), reached.end(truth, OPEN[1])


def _segments(truth: Truth) -> Arguments:
    return dict(zip(("source", "destination"), _last_two(truth), strict=True))


def _attachment_and_vpc(truth: Truth) -> Arguments:
    one, other = _ends(truth)
    return {"source": one.id, "destination": other.vpc}


def _addresses(truth: Truth) -> Arguments:
    one, other = _ends(truth)
    return {"source": one.address, "destination": other.address}


QUESTION = Question(
    number=1,
    words="Can segment, VPC, attachment or IP A reach B, both ways, and why (rule, share, filter, route)?",
    ways=(
        Way(
            "segments",
            "check_reachability",
            _segments,
            lambda truth: reached.segments(truth, *_last_two(truth)),
            reached.faults,
        ),
        Way(
            "attachment and VPC",
            "check_reachability",
            _attachment_and_vpc,
            lambda truth: reached.attachments(truth, *_ends(truth)),
            reached.faults,
        ),
        Way(
            "addresses",
            "check_reachability",
            _addresses,
            lambda truth: reached.attachments(truth, *_ends(truth), by_address=True),
            reached.faults,
        ),
    ),
    peer=lambda truth: together(the_policy(truth), every_route(truth)),
)
