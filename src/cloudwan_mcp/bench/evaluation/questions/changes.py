"""Question 20: what changed since a snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from cloudwan_mcp.bench.evaluation.peer import cannot
from cloudwan_mcp.bench.evaluation.question import Answer, Question, Way, different
from cloudwan_mcp.bench.evaluation.truth import ATTACHMENTS, Truth
from cloudwan_mcp.simulator.attachment import Attachment, attachment

ROWS = 20
PREMISES = {
    "site": ("GetSites", "SiteId"),
    "device": ("GetDevices", "DeviceId"),
    "link": ("GetLinks", "LinkId"),
    "connection": ("GetConnections", "ConnectionId"),
}
Change = tuple[str, str, str]  # added, removed or changed; type; id


@dataclass(slots=True)
class _Expected:
    """Every change of attachments and premises; `types` are those, all of which are known here."""

    changes: set[Change] = field(default_factory=set)
    same: int = 0

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        return Counter((change, kind) for change, kind, _ in self.changes)


TYPES = (*ATTACHMENTS.values(), *PREMISES)


def _expected(later: Truth) -> _Expected:
    """The attachments of both days are the same but for those that came: each is looked at twice."""
    earlier = later.earlier
    found = _Expected()
    for index in range(later.estate.attachments):
        one = attachment(later.estate, index)
        kind = ATTACHMENTS[one.kind]
        if index >= earlier.estate.attachments:
            found.changes.add(("added", kind, one.id))
        elif _facts(attachment(earlier.estate, index)) != _facts(one):
            found.changes.add(("changed", kind, one.id))
    for kind, (operation, member) in PREMISES.items():
        _compare(kind, earlier, later, operation, member, found)
    return found


def _facts(one: Attachment) -> Attachment:
    """All but the network, which is an object of its own in each estate."""
    return one._replace(network=None)  # type: ignore[arg-type]


def _compare(kind: str, earlier: Truth, later: Truth, operation: str, member: str, found: _Expected) -> None:
    old = {item[member]: item for item in earlier.items(operation)}
    new = {item[member]: item for item in later.items(operation)}
    found.changes |= {("added", kind, each) for each in new.keys() - old.keys()}
    found.changes |= {("removed", kind, each) for each in old.keys() - new.keys()}
    both = old.keys() & new.keys()
    found.changes |= {("changed", kind, each) for each in both if old[each] != new[each]}


def _faults(expected: _Expected, answer: Answer) -> Iterator[str]:
    summary = answer.get("summary") or {}
    counts = {
        (change, row["type"]): row[change]
        for row in summary.get("by_type", ())
        for change in ("added", "removed", "changed")
        if row.get(change)
    }
    yield from different("by type", dict(expected.counts), counts)
    for change in ("added", "removed", "changed"):
        wanted = sum(count for (each, _), count in expected.counts.items() if each == change)
        yield from different(change, wanted, summary.get(change))
    if not answer["items"]:
        yield "nothing is listed"
    for row in answer["items"]:
        if (row["change"], row["type"], row["id"]) not in expected.changes:
            yield f"{row['id']} was not {row['change']}"
    if answer["complete"] and len(answer["items"]) != len(expected.changes):
        yield "it says that this is all"


QUESTION = Question(
    number=20,
    words="What changed since snapshot T?",
    ways=(
        Way(
            "attachments and premises",
            "diff_snapshots",
            lambda _: {"element_types": ["attachment", *PREMISES], "limit": ROWS},
            _expected,
            _faults,
            untimed="a full diff",
            later=True,
        ),
    ),
    # It keeps nothing that it has read.
    peer=cannot,
)
