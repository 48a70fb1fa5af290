"""What several samples of one measure tell together."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

CONFIDENCE = 0.95

Summary = dict[str, float]


def summarize(values: Sequence[float]) -> Summary:
    """`n` values: their `median`, its interval, and how far they spread (`mad`, `min`, `max`).

    `mad` is the median distance from the median. `low` and `high` are order statistics, an interval for the
    median that assumes nothing of the distribution; `confidence` is what it really covers. Fewer than six
    samples cannot reach 95 %: then the interval is all of them, 75 % for three. `half_width`: see there.
    (Hahn and Meeker, Statistical Intervals, 1991, section 5.2.)
    """
    ordered = sorted(values)
    median = statistics.median(ordered)
    cut, confidence = _cut(len(ordered))
    return {
        "median": median,
        "mad": statistics.median(abs(value - median) for value in ordered),
        "min": ordered[0],
        "max": ordered[-1],
        "low": ordered[cut],
        "high": ordered[-1 - cut],
        "confidence": round(confidence, 4),
        "half_width": half_width(ordered),
        "n": len(ordered),
    }


def half_width(values: Sequence[float]) -> float:
    """Half the width of the median's 95 % bootstrap interval, as a share of the median.

    Computed and not drawn: a sample's median is one of its values, or lies between two, and how often each
    comes up among samples of samples is a binomial probability. (Efron, Annals of Statistics 7, 1979, 3.)
    """
    ordered = sorted(values)
    median = statistics.median(ordered)
    tail = (1 - CONFIDENCE) / 2
    below, above = (len(ordered) + 1) // 2, len(ordered) // 2 + 1  # the two in the middle, or one twice
    low = next(k for k in range(1, len(ordered) + 1) if _reached(len(ordered), k, below) > tail)
    high = next(k for k in range(1, len(ordered) + 1) if _reached(len(ordered), k, above) >= 1 - tail)
    width = ordered[high - 1] - ordered[low - 1]
    return width / 2 / abs(median) if median else math.inf if width else 0.0


def _reached(count: int, rank: int, place: int) -> float:
    """The probability that at least `place` of `count` values drawn anew are among the least `rank`."""
    share = rank / count
    return math.fsum(
        math.comb(count, n) * share**n * (1 - share) ** (count - n) for n in range(place, count + 1)
    )


def _cut(count: int) -> tuple[int, float]:
    """How many of the least and of the greatest the interval leaves out, and what it covers."""
    outside = 2 * 0.5**count  # both ends: the chance that the median lies beyond all samples
    cut, covered = 0, max(0.0, 1 - outside)
    while True:
        outside += 2 * math.comb(count, cut + 1) * 0.5**count
        if 1 - outside < CONFIDENCE or 2 * (cut + 1) >= count:
            return cut, covered
        cut, covered = cut + 1, 1 - outside
