"""What came, went and changed between two snapshots: counted first, then element by element."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple

from cloudwan_mcp.difference import Differences, differences, only_times, shown
from cloudwan_mcp.model import Element
from cloudwan_mcp.row import Detail, element_row, shortened, size
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.store.pairing import Pairing
from cloudwan_mcp.store.side import Row, Side
from cloudwan_mcp.unread import Unread

Change = Literal["added", "removed", "changed"]
Part = Literal["before", "after"]
StoppedBy = Literal["end", "limit", "bytes"]
OnStep = Callable[[int], None]
CELL = slice(2, 7)  # of a row: type and place
NAMES_KEPT = 1000
OTHERS = "(others)"
FIELDS_SHOWN = {"concise": 8, "full": 40}
CHARACTERS = {"concise": 120, "full": 1000}


class Position(NamedTuple):
    """How far a reading has come: through the older snapshot, then through the newer for what was added."""

    part: Part = "before"
    n: int = 0


@dataclass(slots=True)
class Summary:
    """Counts by type. `fields` says in how many elements each field changed. `only_times` are elements of
    which nothing but a time changed, left out of `changed`; `unread` are elements of one snapshot that the
    other could not have seen, left out of `added` and `removed`."""

    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    only_times: int = 0
    same: int = 0


@dataclass(slots=True)
class Diff:
    """One page; `summary` on the first alone, `position` None when nothing more will come."""

    items: list[dict[str, Any]]
    summary: Summary | None
    position: Position | None
    stopped_by: StoppedBy = "end"


@dataclass(slots=True, frozen=True, kw_only=True)
class Asked:
    """Which changes, all where `change` is empty, of elements of which types, as many as have room."""

    types: tuple[str, ...] = ()
    change: Change | Literal[""] = ""
    limit: int = 50
    detail: Detail = "concise"
    bytes_left: int = 32 * 1024


def diff_snapshots(before: Reader, after: Reader, start: Position, asked: Asked, on_step: OnStep) -> Diff:
    """Read on from `start`; the first page goes through all of both snapshots, for its summary.

    An element is the same while its id is. What changed are its fields and the members of its attributes;
    `difference` says what is no change. Where only times changed (`UpdatedAt`), an element is counted apart.
    Memory does not grow with the snapshots, nor with what changed. `on_step` is told how many elements have
    been passed, every few hundred; what it raises ends the reading.
    """
    with closing(before.side()) as old, closing(after.side()) as new:
        filters = Filters(types=asked.types)
        reading = _Reading(old, new, filters, asked, on_step)
        reading.unread = Unread(before.info().gaps, old.tables()), Unread(after.info().gaps, new.tables())
        summary = Summary() if start == Position() else None
        if start.part == "before":
            reading.compare(start.n, summary)
        if summary is not None:
            reading.count_added(after.tally(filters, *PLACE), summary)
        if asked.change in ("", "added") and (summary is None or summary.added):
            reading.find_added(start.n if start.part == "after" else 0)
        return Diff(reading.items, summary, reading.position, reading.stopped_by)


PLACE = ("type", "global_network", "core_network", "segment", "edge")


class _Reading:
    """One page in the making. Once it is full, `position` is where the next one begins."""

    unread: tuple[Unread, Unread]

    def __init__(self, old: Side, new: Side, filters: Filters, asked: Asked, on_step: OnStep) -> None:
        self._old, self._new, self._asked, self._on_step = old, new, asked, on_step
        self._wanted = old.codes(filters), new.codes(filters)
        self._room = asked.bytes_left
        self._hidden: dict[tuple[int, Row], bool] = {}
        self._matched: Counter[Row] = Counter()
        self.items: list[dict[str, Any]] = []
        self.position: Position | None = None
        self.stopped_by: StoppedBy = "end"

    def compare(self, after: int, summary: Summary | None) -> None:
        """What went and what changed. Without a summary to fill, only until the page is full."""
        if summary is None and self._asked.change == "added":
            return
        pairing = Pairing(self._old, self._new)
        for mine, its in self._pairs(pairing, after):
            if self.position and summary is None:
                return
            if its is None:
                self._went(mine, summary)
            else:
                same = pairing.same(mine, its) if self._either_wanted(mine, its) else None
                if same is False:
                    self._differs(mine, its, summary)
                if summary is not None:
                    self._matched[its[CELL]] += 1
                    summary.same += bool(same)

    def count_added(self, there: list[tuple[tuple[str, ...], int]], summary: Summary) -> None:
        """What is in the newer snapshot and was matched by nothing: nobody has to look for it."""
        matched: Counter[tuple[str, ...]] = Counter()
        for codes, count in self._matched.items():
            matched[self._new.words((0, 0, *codes, *UNPLACED))[: len(PLACE)]] += count
        for place, count in there:
            added = count - matched[place]
            if added:
                hidden = self.unread[0].covers(*place)
                (summary.unread if hidden else summary.added)[place[0]] += added

    def find_added(self, after: int) -> None:
        if self.position:
            return
        for mine, its in self._pairs(Pairing(self._new, self._old), after):
            if self.position:
                return
            if its is None and self._is_wanted(mine, 1) and not self._is_hidden(0, mine, self._new):
                self._give("after", mine[0], "added", partial(self._come, mine))

    def _come(self, row: Row) -> tuple[Element, Differences]:
        return self._new.element(row), {}

    def _pairs(self, pairing: Pairing, after: int) -> Iterator[tuple[Row, Row | None]]:
        for batch in pairing.batches(after):
            self._on_step(batch[0][0][0])
            yield from batch

    def _went(self, mine: Row, summary: Summary | None) -> None:
        if not self._is_wanted(mine, 0):
            return
        hidden = self._is_hidden(1, mine, self._old)
        if summary is not None:
            (summary.unread if hidden else summary.removed)[self._old.words(mine)[0]] += 1
        if not hidden:
            self._give("before", mine[0], "removed", lambda: (self._old.element(mine), {}))

    def _differs(self, mine: Row, its: Row, summary: Summary | None) -> None:
        if summary is None and self._asked.change == "removed":
            return
        element = self._new.element(its)
        found = differences(self._old.element(mine), element)
        if summary is not None:
            _note(summary, element, found)
        if not only_times(found):
            self._give("before", mine[0], "changed", lambda: (element, found))

    def _either_wanted(self, mine: Row, its: Row) -> bool:
        return self._is_wanted(mine, 0) or self._is_wanted(its, 1)

    def _is_wanted(self, row: Row, side: int) -> bool:
        wanted = self._wanted[side]
        return wanted is None or row[2] in wanted

    def _is_hidden(self, side: int, row: Row, owner: Side) -> bool:
        """Whether the snapshot of that side could not have seen this element of the other one."""
        place = (side, row[CELL])
        if place not in self._hidden:
            if len(self._hidden) >= NAMES_KEPT:
                self._hidden.clear()
            self._hidden[place] = self.unread[side].covers(*owner.words(row)[: len(PLACE)])
        return self._hidden[place]

    def _give(
        self, part: Part, n: int, change: Change, read: Callable[[], tuple[Element, Differences]]
    ) -> None:
        """Add a row; the first that has no room is where the next page begins."""
        if self.position or self._asked.change not in ("", change):
            return
        if len(self.items) == self._asked.limit:
            self.position, self.stopped_by = Position(part, n - 1), "limit"
            return
        row = _row(change, *read(), self._asked.detail)
        if (needed := size(row)) > self._room:
            if self.items:
                self.position, self.stopped_by = Position(part, n - 1), "bytes"
                return
            row = shortened({k: v for k, v in row.items() if k != "fields"}, self._room)
        self.items.append(row)
        self._room -= needed


UNPLACED = (None, None)  # account and state, which a place has none of


def _note(summary: Summary, element: Element, found: Differences) -> None:
    if only_times(found):
        summary.only_times += bool(found)
        summary.same += not found
        return
    summary.changed[element.type] += 1
    for name in found:
        known = name in summary.fields or len(summary.fields) < NAMES_KEPT
        summary.fields[name if known else OTHERS] += 1


def _row(change: Change, element: Element, found: Differences, detail: Detail) -> dict[str, Any]:
    row: dict[str, Any] = {"change": change}
    row |= element_row(element, "concise")
    if detail == "concise":
        row = {name: row[name] for name in ("change", "id", "type", "name") if name in row}
    if found:
        most = FIELDS_SHOWN[detail]
        row["fields"] = shown(found, most=most, characters=CHARACTERS[detail])
        if len(found) > most:
            row["fields_omitted"] = len(found) - most
    return row
