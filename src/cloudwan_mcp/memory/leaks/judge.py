"""Whether one counter leaks: the rules, each of which some harmless program taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cloudwan_mcp.memory.leaks.trend import mann_kendall, rates, theil_sen

Trend = Literal["flat", "plateau", "noise", "fading", "growing", "unsure"]

LEAK_P = 0.01
LATE_P = 0.15  # of the late half, which has half the readings: it asks for five or so in order
FADE = 0.6  # a late half that grows slower than this share of the early half is a cache that fills
STEADY = (0.3, 3.0)  # every round grows within this range of the median round


@dataclass(slots=True, frozen=True)
class Growth:
    """How one counter grew per call (observed from outside: per second), with its 95 % interval.

    `p` is the probability of such an order without a trend. `trend` is `growing` when every rule says so;
    `fading` when it grows ever slower; `plateau` when it grew and stopped; `noise` when it moves without
    direction; `unsure` when it grows, but unlike a leak.
    """

    counter: str
    unit: str
    rate: float
    low: float
    high: float
    p: float
    trend: Trend

    def __str__(self) -> str:
        chance = "p < 0.001" if self.p < 0.001 else f"p = {self.p:.2g}"
        return f"{self.rate:+.3g} {self.unit} (95 %: {self.low:.3g} to {self.high:.3g}, {chance})"


def judge(xs: Sequence[float], ys: Sequence[float], floor: float) -> tuple[Trend, float]:
    """The trend of readings `ys` after `xs` calls, and its p; growth up to `floor` per x is none."""
    half = len(xs) // 2
    whole = theil_sen(xs, ys).per_x
    early = theil_sen(xs[: half + 1], ys[: half + 1]).per_x
    late = theil_sen(xs[half:], ys[half:]).per_x
    p = mann_kendall(ys)
    if late <= floor:
        return ("flat" if whole <= floor else "plateau"), p
    if whole <= floor or p >= LEAK_P:
        return "noise", p
    if late < FADE * early:
        return "fading", p
    certain = mann_kendall(ys[half:]) < LATE_P and _steady(xs, ys)
    return ("growing" if certain else "unsure"), p


def _steady(xs: Sequence[float], ys: Sequence[float]) -> bool:
    """A leak takes its share in every round, far above the noise; what creeps, fills or steps does not."""
    from statistics import median  # with all it imports, not before something is judged

    rounds = rates(xs, ys)
    middle = median(rounds)
    return min(rounds) >= STEADY[0] * middle and max(rounds) <= STEADY[1] * middle


def growth(counter: str, unit: str, xs: Sequence[float], ys: Sequence[float], floor: float) -> Growth:
    """The judgement on one counter, with its figures."""
    trend, p = judge(xs, ys, floor)
    slope = theil_sen(xs, ys)
    return Growth(counter, unit, slope.per_x, slope.low, slope.high, p, trend)
