"""What one profile measured, and what all of one name add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS_OF_WORK = 50  # numbers kept of what a name worked on


@dataclass(slots=True, frozen=True)
class Measurement:
    """Bytes, blocks and seconds of one profile; None where this system does not tell.

    Growth is that of the whole process between begin and end, `peak_growth` how far it rose in between.
    `overlapped`: other profiles ran meanwhile that were not part of this one, so that some of it may be
    theirs.
    """

    seconds: float
    rss_growth: int
    heap_growth: int | None
    blocks_growth: int
    collections: int
    peak_rss: int | None
    peak_growth: int | None
    traced_peak: int | None
    overlapped: bool
    failed: bool
    within: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Figures:
    """The last, the mean and the highest of a number."""

    count: int = 0
    last: float = 0
    total: float = 0
    most: float = 0

    def note(self, value: float | None) -> None:
        if value is None:
            return
        self.most = value if self.count == 0 else max(self.most, value)
        self.last = value
        self.total += value
        self.count += 1

    def report(self) -> dict[str, float] | None:
        if not self.count:
            return None
        mean = self.total / self.count
        return {"last": _short(self.last), "mean": _short(mean), "max": _short(self.most)}


def _short(value: float) -> float:
    return value if isinstance(value, int) else round(value, 6)


NOTED = ("seconds", "rss_growth", "heap_growth", "blocks_growth", "peak_rss", "peak_growth", "traced_peak")


@dataclass(slots=True)
class Record:
    """All profiles of one name."""

    calls: int = 0
    failed: int = 0
    overlapped: int = 0
    collections: int = 0
    within: str = ""
    figures: dict[str, Figures] = field(default_factory=lambda: {name: Figures() for name in NOTED})
    work: dict[str, float] = field(default_factory=dict)

    def note(self, measured: Measurement, work: Mapping[str, float]) -> None:
        self.calls += 1
        self.failed += measured.failed
        self.overlapped += measured.overlapped
        self.collections += measured.collections
        self.within = measured.within
        for name, figures in self.figures.items():
            figures.note(getattr(measured, name))
        for name, amount in work.items():
            if name in self.work or len(self.work) < KINDS_OF_WORK:
                self.work[name] = self.work.get(name, 0) + amount

    def report(self) -> dict[str, Any]:
        """Plain JSON; growth and peaks in bytes."""
        found: dict[str, Any] = {"calls": self.calls, "failed": self.failed, "overlapped": self.overlapped}
        found |= {name: figures.report() for name, figures in self.figures.items()}
        found["collections"] = self.collections
        if self.within:
            found["within"] = self.within
        return found | ({"work": dict(self.work)} if self.work else {})
