"""Figures out of samples."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least `share` (0 to 1) of all do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def spread(samples: Sequence[float]) -> dict[str, float]:
    """The figures that tell a distribution: counts stay out of artefacts, percentiles go in."""
    return {
        "p50": round(statistics.median(samples), 4),
        "p90": round(percentile(samples, 0.90), 4),
        "p99": round(percentile(samples, 0.99), 4),
        "max": round(max(samples), 4),
    }


def median_of(batches: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each figure over several batches: one disturbed batch decides nothing."""
    return {name: round(statistics.median(batch[name] for batch in batches), 4) for name in batches[0]}
