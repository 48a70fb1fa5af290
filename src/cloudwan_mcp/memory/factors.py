"""How many bytes a parser takes for each byte that it is given: learnt, parser by parser."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

FIRST = 5.5
"""json, orjson and msgspec were measured to take 4.6 to 5.9 times the text, a decoded copy included."""

LOWEST, HIGHEST = 1.0, 12.0
FALL = 1 / 8
"""The part of the way down to a lower factor that one parse goes."""

PARSERS = 64
WORTH_LEARNING = 1024 * 1024
"""Bytes of input below which growth says more about the allocator's arenas than about the parser."""


class Factors:
    """The factor of each parser; beyond `PARSERS`, the one learnt longest ago is forgotten.

    `peak` gives (bytes in use by this process, the most there ever were; 0 where that is not known).
    """

    def __init__(self, peak: Callable[[], tuple[int, int]]) -> None:
        self._peak = peak
        self._lock = threading.Lock()
        self._factors: dict[str, float] = {}
        self._floor: float = math.inf

    def __getitem__(self, parser: str) -> float:
        return self._factors.get(parser, FIRST)

    def lesson(self, parser: str, body_bytes: int) -> Lesson | None:
        """What watches one parse; None where its input is too small to learn from."""
        return Lesson(self, parser, body_bytes) if body_bytes >= WORTH_LEARNING else None

    def measure(self) -> tuple[int, int, float]:
        """(in use, the most there ever was, the least that was measured here), in bytes."""
        now, most = self._peak()
        self._floor = min(self._floor, now)
        return now, most, self._floor

    def learn(self, parser: str, least: float, most: float) -> None:
        """Take in a parse that needed between `least` and `most` times its input.

        A factor too low ends in a killed process, one too high in a wait: it rises at once to what was needed
        for certain, and falls slowly to what was enough for certain.
        """
        with self._lock:
            factor = self._factors.pop(parser, FIRST)
            if least > factor:
                factor = least
            elif most < factor:
                factor += (max(least, most) - factor) * FALL
            self._factors[parser] = min(max(factor, LOWEST), HIGHEST)
            if len(self._factors) > PARSERS:
                del self._factors[next(iter(self._factors))]

    def as_dict(self) -> dict[str, float]:
        with self._lock:
            return {parser: round(factor, 2) for parser, factor in self._factors.items()}


class Lesson:
    """One parse, measured from its admission to its end.

    What it takes at its peak cannot be sampled: a parser in C lets nobody else run, and at its end little may
    be left. The kernel's mark of the highest use bounds it from both sides. Where this parse raised the
    mark, it took at least the new mark less what was in use before. And it took at most the mark less the
    least that was ever in use here: what was in use before *this* parse would not do, since a heap with room
    left by the parse before lets the next one look as if it took nothing, until many run at once.
    """

    def __init__(self, factors: Factors, parser: str, body_bytes: int) -> None:
        self._factors = factors
        self._parser = parser
        self._body = body_bytes
        self._before = self._mark = 0

    def begin(self) -> None:
        self._before, self._mark, _ = self._factors.measure()

    def end(self) -> Callable[[], None]:
        """Measure now; what is given back takes the lesson in."""
        after, mark, floor = self._factors.measure()
        least = (mark if mark > self._mark else after) - self._before
        most = mark - floor if mark else math.inf
        return lambda: self._factors.learn(self._parser, least / self._body, most / self._body)
