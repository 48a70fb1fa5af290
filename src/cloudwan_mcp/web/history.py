"""The past in bounded space: an hour by the second, a day by ten seconds, a week by the minute."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cloudwan_mcp.errors import BadRequest

PEAKS = ("used", "rss", "heap", "cache", "store", "accounted", "reserved")
"""Bytes. Of several values the highest is kept: an average would hide the peak that kills."""

RATES = ("elements", "calls", "failures")
"""Counts, kept as their number per second."""

POINTS = 360
POINTS_MOST = 2000


class Grain(NamedTuple):
    """One resolution: `slots` rows of `period_s` seconds each."""

    name: str
    period_s: float
    slots: int


GRAINS = (Grain("1s", 1, 3600), Grain("10s", 10, 8640), Grain("60s", 60, 10080))


class Ring:
    """The newest `slots` rows of `width` numbers, in arrays that grow no further.

    The first column holds times as doubles. The others need no more than floats: those tell bytes to the
    page up to 64 GiB, and to one part in sixteen million beyond.
    """

    __slots__ = ("_columns", "_next", "_slots")

    def __init__(self, slots: int, width: int) -> None:
        self._slots = slots
        self._columns = [array("f" if number else "d") for number in range(width)]
        self._next = 0

    def __len__(self) -> int:
        return len(self._columns[0])

    def append(self, row: Sequence[float]) -> None:
        full = len(self) == self._slots
        for column, value in zip(self._columns, row, strict=True):
            if full:
                column[self._next] = value
            else:
                column.append(value)
        self._next = (self._next + 1) % self._slots

    def columns(self, last: int) -> list[array[float]]:
        """Copies of the columns with their last values, oldest first."""
        last = min(last, len(self))
        first = (self._next - last) % self._slots
        parts = ((column, column[first : first + last]) for column in self._columns)
        return [part + column[: last - len(part)] for column, part in parts]

    @property
    def size(self) -> int:
        return sum(map(sys.getsizeof, self._columns))

    def fill(self, columns: Sequence[array[float]]) -> None:
        """Take over columns that `columns` gave, whole."""
        self._columns = list(columns)
        self._next = len(self) % self._slots


class Tier:
    """A ring of one grain, and the row that is still being filled."""

    __slots__ = ("_began", "_counts", "_elapsed", "_peaks", "_ring", "grain")

    def __init__(self, grain: Grain) -> None:
        self.grain = grain
        self._peaks: list[float] = []
        self._counts: list[float] = []
        self._ring = Ring(grain.slots, 1 + len(PEAKS) + len(RATES))
        self._open(-math.inf)

    def add(self, at: float, elapsed: float, peaks: Sequence[float], counts: Sequence[float]) -> None:
        """Add what was seen at `at` (unix seconds): values, and what was counted in `elapsed` seconds."""
        if not self._began <= at < self._began + self.grain.period_s:
            if self._began > -math.inf:
                self._ring.append(self._row())
            self._open(at - at % self.grain.period_s)
        self._elapsed += elapsed
        self._peaks = [max(pair) for pair in zip(self._peaks, peaks, strict=True)]
        self._counts = [sum(pair) for pair in zip(self._counts, counts, strict=True)]

    def columns(self, last: int) -> list[array[float]]:
        """Unix seconds, then the peaks, then the rates: `last` rows and the unfinished one, oldest first."""
        columns = self._ring.columns(last)
        if self._began > -math.inf:
            for column, value in zip(columns, self._row(), strict=True):
                column.append(value)
        return columns

    @property
    def size(self) -> int:
        return self._ring.size

    def state(self) -> tuple[list[array[float]], array[float]]:
        """The whole rows as columns, and the row that is still being filled: all that `restore` needs."""
        filling = array("d", [self._began, self._elapsed, *self._peaks, *self._counts])
        return self._ring.columns(self.grain.slots), filling

    def restore(self, columns: Sequence[array[float]], filling: array[float]) -> None:
        self._ring.fill(columns)
        self._began, self._elapsed, *rest = filling
        self._peaks, self._counts = rest[: len(PEAKS)], rest[len(PEAKS) :]

    def _open(self, began: float) -> None:
        self._began = began
        self._elapsed = 0.0
        self._peaks = [0.0] * len(PEAKS)
        self._counts = [0.0] * len(RATES)

    def _row(self) -> list[float]:
        rates = [count / self._elapsed if self._elapsed > 0 else 0.0 for count in self._counts]
        return [self._began, *self._peaks, *rates]


class History:
    """Every grain at once: what is added goes into each, so none is made of another and none can lag."""

    def __init__(self, grains: Sequence[Grain] = GRAINS) -> None:
        self.tiers = {grain.name: Tier(grain) for grain in grains}

    def add(self, at: float, elapsed: float, peaks: Sequence[float], counts: Sequence[float]) -> None:
        for tier in self.tiers.values():
            tier.add(at, elapsed, peaks, counts)

    @property
    def size(self) -> int:
        """Bytes that its columns take."""
        return sum(tier.size for tier in self.tiers.values())

    def add_row(self, row: Sequence[float]) -> None:
        """The same, of one row: time, seconds, values, counts."""
        at, elapsed, *values = row
        self.add(at, elapsed, values[: len(PEAKS)], values[len(PEAKS) :])

    def recent(self, rows: int, since: float = -math.inf) -> dict[str, list[float]]:
        """The last rows of the finest grain that are younger than `since`, as columns."""
        finest = next(iter(self.tiers.values()))
        return _named(_younger(finest.columns(rows - 1), since), step=1)

    def read(
        self, tier: str = "1s", points: int = POINTS, *, last: int | None = None, now: float | None = None
    ) -> dict[str, Any]:
        """At most `points` rows over the whole tier, as columns; rows are joined, peaks by their highest.

        With `now`, in unix seconds, rows are left out that are older than the tier keeps, or than `last`
        seconds. Raises `BadRequest` for a tier that there is not, for points outside 1 to 2000, and for less
        than a second.
        """
        found = self.tiers.get(tier)
        if found is None:
            raise BadRequest(
                f"There is no tier {tier[:20]!r}.",
                field="tier",
                next_step=f"Choose one of {', '.join(self.tiers)}.",
            )
        if not 1 <= points <= POINTS_MOST:
            raise BadRequest(
                f"points={points} is outside 1..{POINTS_MOST}.",
                field="points",
                next_step="Ask for a number of points in that range.",
            )
        if last is not None and last < 1:
            raise BadRequest(
                f"last={last} is less than a second.", field="last", next_step="Ask for the last 60 seconds."
            )
        grain = found.grain
        kept_s = grain.period_s * grain.slots
        since = -math.inf if now is None else now - min(last or kept_s, kept_s)
        columns = _younger(found.columns(grain.slots - 1), since)
        step = max(1, math.ceil(len(columns[0]) / points))
        return {
            "tier": grain.name,
            "step_s": grain.period_s * step,
            "kept_s": kept_s,
            "columns": _named(columns, step),
        }


def _younger(columns: list[array[float]], since: float) -> list[array[float]]:
    """The rows from the first that is younger; times may jump, where the clock was set or the server off."""
    first = next((row for row, at in enumerate(columns[0]) if at > since), len(columns[0]))
    return [column[first:] for column in columns] if first else columns


def _named(columns: Sequence[array[float]], step: int) -> dict[str, list[float]]:
    at, *values = columns
    peaks, rates = values[: len(PEAKS)], values[len(PEAKS) :]
    named: dict[str, list[float]] = {"at": [int(value) for value in at[::step]]}
    for name, column in zip(PEAKS, peaks, strict=True):
        named[name] = [int(max(group)) for group in _groups(column, step)]
    for name, column in zip(RATES, rates, strict=True):
        named[name] = [round(sum(group) / len(group), 3) for group in _groups(column, step)]
    return named


def _groups(column: array[float], step: int) -> Iterator[array[float]]:
    return (column[first : first + step] for first in range(0, len(column), step))
