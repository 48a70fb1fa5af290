"""Progress for people: a bar with rate and time left on a terminal, plain lines when piped."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import Protocol

WIDTH = 28
DRAW_S = 0.2
LINE_S = 5.0
WINDOW = 40  # samples the rate is taken over


class Countable(Protocol):
    elements: int
    expected: int | None
    calls: int
    throttles: int


class Rate:
    """Elements a second over the last samples, not since the start: throttling shows at once."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    def note(self, elements: int) -> None:
        self._samples.append((time.monotonic(), elements))

    @property
    def per_second(self) -> float:
        if len(self._samples) < 2:
            return 0.0
        (t0, n0), (t1, n1) = self._samples[0], self._samples[-1]
        return (n1 - n0) / (t1 - t0) if t1 > t0 else 0.0

    def seconds_left(self, elements: int, expected: int | None) -> float | None:
        """Until `expected` at this pace; None while either is unknown."""
        pace = self.per_second
        return max(0.0, (expected - elements) / pace) if expected and pace else None


class ProgressLine:
    """Writes to standard error, so that standard output stays the result's."""

    def __init__(self, every_s: float | None = None) -> None:
        self._terminal = sys.stderr.isatty()
        self._every_s = every_s or (DRAW_S if self._terminal else LINE_S)
        # a pipe gets its first line when there is something to say
        self._next = 0.0 if self._terminal else time.monotonic() + self._every_s
        self._drawn = False

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._every_s
        return True

    def draw(self, progress: Countable, rate: Rate) -> None:
        text = f"{progress.elements:,} elements, {rate.per_second:,.0f}/s, {progress.calls:,} calls"
        if progress.throttles:
            text += f", {progress.throttles:,} throttled"
        if progress.expected:
            part = min(progress.elements / progress.expected, 1.0)
            left = rate.seconds_left(progress.elements, progress.expected) or 0
            text = f"[{'#' * int(part * WIDTH):<{WIDTH}}] {part:4.0%} {text}, {left:.0f} s left"
        self._show(text)

    def write(self, text: str) -> None:
        self.finish()
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def finish(self) -> None:
        if self._drawn:
            sys.stderr.write("\n")
            self._drawn = False

    def _show(self, text: str) -> None:
        if self._terminal:
            sys.stderr.write(f"\r\x1b[2K{text}")
            self._drawn = True
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()
