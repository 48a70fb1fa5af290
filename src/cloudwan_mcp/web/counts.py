"""What was counted by when, and how fast it went over the last minute."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

WINDOW_S = 60.0
STEP_S = 1.0


class Counts(NamedTuple):
    """Counts at a moment (seconds of a monotonic clock), or between two moments (seconds apart)."""

    at: float
    elements: int = 0
    calls: int = 0
    failures: int = 0

    def since(self, before: Counts) -> Counts:
        return Counts(
            self.at - before.at,
            self.elements - before.elements,
            self.calls - before.calls,
            self.failures - before.failures,
        )

    @property
    def elements_per_s(self) -> float:
        return self.elements / self.at if self.at > 0 else 0.0

    @property
    def calls_per_s(self) -> float:
        return self.calls / self.at if self.at > 0 else 0.0

    @property
    def success_rate(self) -> float | None:
        """The part of the calls that went well, 0 to 1; None without calls."""
        return 1 - self.failures / self.calls if self.calls else None


class Window:
    """The counts of the last minute, one a second at most."""

    def __init__(self, first: Counts) -> None:
        self._noted: deque[Counts] = deque([first], maxlen=int(WINDOW_S / STEP_S) + 1)

    def note(self, counts: Counts) -> Counts:
        """What was counted in the minute before, or since it was last noted when that is longer ago."""
        noted = self._noted
        begin = next((each for each in noted if counts.at - each.at <= WINDOW_S), noted[-1])
        if counts.at - noted[-1].at >= STEP_S:
            noted.append(counts)
        return counts.since(begin)
