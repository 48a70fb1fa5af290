"""Question 12: how many attachments by account, Region, segment, type and state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from cloudwan_mcp.bench.evaluation.peer import every_attachment
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way
from cloudwan_mcp.bench.evaluation.truth import Truth

TOP = 20
NONE = "(none)"  # how answers write an empty value
Groups = Counter[tuple[str, ...]]


def _places(truth: Truth) -> Groups:
    groups: Groups = Counter()
    for cell, count in truth.attached.cells.items():
        groups[cell.place or NONE, cell.edge] += count
    return groups


def _types(truth: Truth) -> Groups:
    groups: Groups = Counter()
    for cell, count in truth.attached.cells.items():
        groups[cell.type, cell.state] += count
    return groups


def _accounts(truth: Truth) -> Groups:
    return Counter({(account,): count for account, count in truth.attached.accounts.items()})


def _way(name: str, fields: Sequence[str], expected: Callable[[Truth], Groups]) -> Way:
    def faults(groups: Groups, answer: Answer) -> Iterator[str]:
        """The largest groups are listed, and the others are folded: together they are all."""
        rows = [(tuple(row[field] for field in fields), row["count"]) for row in answer["groups"]]
        for values, count in rows:
            if groups[values] != count:
                yield f"{values}: {count} instead of {groups[values]}"
        largest = sorted(groups.values(), reverse=True)[:TOP]
        if [count for _, count in rows] != largest:
            yield f"not the largest {TOP} groups"
        folded = answer.get("folded") or {"groups": 0, "count": 0}
        if (folded["groups"] + len(rows), answer["total"]) != (len(groups), groups.total()):
            yield f"{answer['total']} in {folded['groups'] + len(rows)} groups"
        if folded["count"] + sum(count for _, count in rows) != answer["total"]:
            yield "the groups are not all"

    return Way(
        name,
        "summarize_topology",
        lambda _: {"group_by": list(fields), "element_types": ["attachment"], "top": TOP},
        expected,
        faults,
    )


QUESTION = Question(
    number=12,
    words="Inventory counts by account, Region, segment, type, state.",
    ways=(
        _way("by segment and Region", ("segment", "edge"), _places),
        _way("by type and state", ("type", "state"), _types),
        _way("by account", ("account",), _accounts),
    ),
    peer=every_attachment,
)
