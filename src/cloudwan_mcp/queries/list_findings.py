"""What needs attention in a network, the gravest kinds first: counted all, listed in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.finding import Evidence, Examiner, Finding
from cloudwan_mcp.findings import FINDINGS
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.index.reader import Index

SEVERITIES = ("critical", "high", "medium", "low")
BATCH = 50
ROUTES = "GetNetworkRoutes"  # route tables are read on demand only


class Position(NamedTuple):
    """Behind which finding to go on: the kind's place in `FINDINGS`, whether it is one about the whole
    network, and its number."""

    kind: int = 0
    whole: int = 0
    after: int = 0


@dataclass(slots=True, frozen=True)
class Wanted:
    """Kinds and severities, () for all; `now` in seconds since the epoch decides what has waited too long."""

    kinds: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    now: float = 0.0

    @property
    def grades(self) -> tuple[str, ...]:
        return self.severities or SEVERITIES


@dataclass(slots=True)
class Item:
    """One finding, and the position behind it. `element` is None where nothing single has it."""

    finding: Finding
    severity: str
    element: Element | None
    text: str
    fix: str
    facts: Mapping[str, Any]
    behind: Position


@dataclass(slots=True)
class Listed:
    """`counts` are (finding, severity, how many), gravest first; `more` says that others follow `items`.

    `unsure` are the kinds about which silence says nothing: what they stand on was not, or could not be read.
    """

    counts: list[tuple[Finding, str, int]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    more: bool = False
    unsure: list[str] = field(default_factory=list)


def list_findings(reader: Reader, wanted: Wanted, start: Position, limit: int) -> Listed:
    """Raises `TryAgain` until the snapshot's index has been written."""
    index = reader.index
    if index is None:
        raise TryAgain(
            "The findings of this snapshot are being worked out.",
            next_step="Call again in some seconds.",
            code="Indexing",
            retry_after=5.0,
        )
    items = list(islice(_items(reader, index, wanted, start), limit + 1))
    return Listed(_counts(index, wanted), items[:limit], len(items) > limit, _unsure(reader, wanted))


def _counts(index: Index, wanted: Wanted) -> list[tuple[Finding, str, int]]:
    kinds = {finding.name: finding for finding in FINDINGS}
    counts: dict[tuple[str, str], int] = {}
    for kind, severity, count, timed in index.finding_counts():
        patience = kinds[kind].patience_s if kind in kinds else 0
        if timed and patience:
            count = index.waiting(kind, severity, since=wanted.now - patience)
        counts[kind, severity] = count
    for kind, severity, count in index.survey_counts():
        counts[kind, severity] = counts.get((kind, severity), 0) + count
    return [
        (finding, severity, count)
        for severity in wanted.grades
        for finding in FINDINGS
        if (count := counts.get((finding.name, severity), 0)) and _asked(finding, wanted)
    ]


def _items(reader: Reader, index: Index, wanted: Wanted, start: Position) -> Iterator[Item]:
    for place, finding in enumerate(FINDINGS):
        if place < start.kind or not _asked(finding, wanted):
            continue
        here = start if place == start.kind else Position(place)
        if not here.whole:
            yield from _at_elements(reader, index, finding, wanted, here)
            here = Position(place, 1)
        yield from _about_all(reader, index, finding, wanted, here)


def _at_elements(
    reader: Reader, index: Index, finding: Finding, wanted: Wanted, start: Position
) -> Iterator[Item]:
    """What was seen is worked out anew: an index keeps where, and not what."""
    examiner, after = Examiner([finding]), start.after
    since = wanted.now - finding.patience_s
    while numbers := index.findings(finding.name, wanted.grades, since=since, after=after, limit=BATCH):
        for n, element in zip(numbers, reader.elements(numbers), strict=True):
            for _, evidence in examiner.examine(element):
                yield _item(finding, element, evidence, start._replace(after=n))
        after = numbers[-1]


def _item(finding: Finding, element: Element, evidence: Evidence, behind: Position) -> Item:
    severity = evidence.severity or finding.severity
    return Item(finding, severity, element, evidence.text, evidence.fix, evidence.facts, behind)


def _about_all(
    reader: Reader, index: Index, finding: Finding, wanted: Wanted, start: Position
) -> Iterator[Item]:
    after = start.after
    while found := index.surveys(finding.name, wanted.grades, after=after, limit=BATCH):
        for n, survey in found:
            number = reader.find(survey.element) if survey.element else None
            element = reader.elements([number])[0] if number else None
            yield Item(
                finding,
                survey.severity,
                element,
                survey.text,
                survey.fix,
                survey.facts,
                start._replace(after=n),
            )
        after = found[-1][0]


def _asked(finding: Finding, wanted: Wanted) -> bool:
    return not wanted.kinds or finding.name in wanted.kinds


def _unsure(reader: Reader, wanted: Wanted) -> list[str]:
    missing = {gap.operation for gap in reader.info().gaps}
    if not reader.count(Filters(types=("route",))):
        missing.add(ROUTES)
    return [each.name for each in FINDINGS if _asked(each, wanted) and missing.intersection(each.reads)]
