"""Question 5: which segment an attachment with these tags, type, account and Region would get."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from cloudwan_mcp.bench.evaluation import intent
from cloudwan_mcp.bench.evaluation.peer import the_policy
from cloudwan_mcp.bench.evaluation.question import Answer, Arguments, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import Truth

Imagined = tuple[str, dict[str, str]]


def _by_tag(truth: Truth) -> Imagined:
    return "vpc", {"segment": intent.names(truth.policy)[0], "team": "payments"}


def _by_type(truth: Truth) -> Imagined:
    return "site-to-site-vpn", {"segment": intent.names(truth.policy)[0]}


def _firewall(truth: Truth) -> Imagined:
    return "vpc", {"network-function": truth.policy["network-function-groups"][0]["name"]}


def _by_none(_: Truth) -> Imagined:
    return "vpc", {"Segment": "production"}


def _asked(imagined: Callable[[Truth], Imagined], truth: Truth) -> Arguments:
    kind, tags = imagined(truth)
    told = [f"{key}={value}" for key, value in tags.items()]
    return {"type": kind, "tags": told, "account": truth.account, "edge": intent.edges(truth.policy)[0]}


def _expected(imagined: Callable[[Truth], Imagined], truth: Truth) -> intent.Placed:
    return intent.place(truth.policy, *imagined(truth))


def placed_faults(expected: intent.Placed, answer: Answer) -> Iterator[str]:
    rule = answer.get("rule") or {}
    tried = tuple(each["rule"] for each in answer["tried"])
    needed = bool(rule.get("needs_acceptance"))
    found = intent.Placed(answer.get("place") or "", rule.get("number", 0), tried, needed)
    yield from different("place", expected, found)
    status = "associated" if expected.place else "no-rule"
    yield from different("status", status, answer["status"])
    if not answer["because"] or not all(each["because"] for each in answer["tried"]):
        yield "it is not told why"


def _way(name: str, imagined: Callable[[Truth], Imagined]) -> Way:
    asked, expected = partial(_asked, imagined), partial(_expected, imagined)
    return Way(name, "explain_association", asked, expected, placed_faults)


QUESTION = Question(
    number=5,
    words="Which segment would an attachment with these tags, type, account and Region get?",
    ways=(
        _way("by its tag", _by_tag),
        _way("by its type", _by_type),
        _way("a firewall", _firewall),
        _way("by no rule", _by_none),
    ),
    peer=the_policy,
)
