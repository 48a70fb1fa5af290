"""Trends in a few noisy numbers: how steep they are, and whether that may be chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise


@dataclass(slots=True, frozen=True)
class Slope:
    """Growth of y per x: the estimate and its 95 % interval."""

    per_x: float
    low: float
    high: float


def theil_sen(xs: Sequence[float], ys: Sequence[float]) -> Slope:
    """The median slope of all pairs; the interval counts ranks as Sen (1968) does. 0 without two places."""
    from statistics import NormalDist, median  # with all it imports, not before something is judged

    points = list(zip(xs, ys, strict=True))
    slopes = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x2 > x1)
    if not slopes:
        return Slope(0.0, 0.0, 0.0)
    reach = NormalDist().inv_cdf(0.975) * math.sqrt(_variance(len(points)))
    low = max(0, math.floor((len(slopes) - reach) / 2))
    high = min(len(slopes) - 1, math.ceil((len(slopes) + reach) / 2))
    return Slope(median(slopes), slopes[low], slopes[high])


def mann_kendall(ys: Sequence[float]) -> float:
    """The probability that numbers without a trend are in as good an order as these (two-sided)."""
    score = sum((later > earlier) - (later < earlier) for earlier, later in combinations(ys, 2))
    ties = sum(18 * _variance(count) for count in Counter(ys).values() if count > 1)
    variance = _variance(len(ys)) - ties / 18
    if variance <= 0 or score == 0:
        return 1.0
    return math.erfc((abs(score) - 1) / math.sqrt(2 * variance))


def _variance(count: int) -> float:
    """Of Kendall's score, for so many numbers in any order."""
    return count * (count - 1) * (2 * count + 5) / 18


def rates(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    """The growth per x between each reading and the next."""
    points = pairwise(zip(xs, ys, strict=True))
    return [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in points if x2 > x1]
