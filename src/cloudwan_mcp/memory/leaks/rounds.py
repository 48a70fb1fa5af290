"""Rounds of calls and the balance after each, until the verdict is plain."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cloudwan_mcp.memory.leaks.calls import Repeat
from cloudwan_mcp.memory.leaks.counters import Counter
from cloudwan_mcp.memory.leaks.judge import Growth, Trend, growth, judge
from cloudwan_mcp.memory.leaks.sheet import Sheet

WARM_UP = (0.12, 0.25)  # of the budget: at least, and at most
WARM_UP_CALLS = 30
NULL_ROUNDS = 5
ROUND = 0.035  # of the budget
FLAT_AFTER = 10
LEAK_AFTER = 12
MOST_ROUNDS = 25
ENOUGH = 0.85  # of the budget, once there are rounds enough; a slowed machine has twice the budget for them
NULL_TIMES = 3  # growth of so many empty rounds is none


@dataclass(slots=True, frozen=True)
class Measured:
    """`growth` by counter, in the order of the counters."""

    growth: tuple[Growth, ...]
    calls: int
    rounds: int
    seconds: float


class Rounds:
    """One measurement of `repeat`, which makes so many calls as it is told; `settle` goes before readings."""

    def __init__(
        self,
        repeat: Repeat,
        counters: Sequence[Counter],
        budget_s: float,
        *,
        settle: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._repeat = repeat
        self._budget_s = budget_s
        self._clock = clock
        self._sheet = Sheet(counters, MOST_ROUNDS + 1, settle)
        self._floors = [counter.floor for counter in counters]
        self._began = clock()

    def run(self) -> Measured:
        """Warm up, calibrate, then read after every round; what the callable raises goes through."""
        round_calls = self._plan(*self._warm_up())
        self._calibrate(round_calls)
        sheet, calls = self._sheet, 0
        sheet.read(0)
        while not self._done():
            share = 0.85 + 0.3 * math.modf(0.618 * len(sheet))[0]
            times = max(1, round(share * round_calls))  # equal rounds would beat with a batch's length
            self._repeat(times)
            calls += times
            sheet.read(calls)
        found = tuple(
            growth(counter.name, counter.unit, sheet.xs, sheet.column(number), self._floors[number])
            for number, counter in enumerate(sheet.counters)
        )
        return Measured(found, calls, len(sheet) - 1, self._clock() - self._began)

    def _warm_up(self) -> tuple[float, list[float]]:
        """(seconds per call, growth per call of each counter), both of the last calls made."""
        least, most = (share * self._budget_s for share in WARM_UP)
        calls, chunk = 0, 1
        per_call = math.inf
        self._sheet.read(0)
        for _ in range(MOST_ROUNDS):
            began = self._clock()
            self._repeat(chunk)
            per_call = (self._clock() - began) / chunk
            calls += chunk
            self._sheet.read(calls)
            elapsed = self._clock() - self._began
            if elapsed >= most or (elapsed >= least and calls >= WARM_UP_CALLS) or self._strained(4):
                break
            left = (most - elapsed) / max(per_call, 1e-9)
            chunk = max(1, min(2 * chunk, int(left)))
        return per_call, self._latest_rates(chunk)

    def _latest_rates(self, chunk: int) -> list[float]:
        columns = (self._sheet.column(number) for number in range(len(self._sheet.counters)))
        rates = [(column[-1] - column[-2]) / chunk for column in columns]
        self._sheet.clear()
        return rates

    def _plan(self, per_call: float, rates: list[float]) -> int:
        """Calls of a round: what the time allows, and what the machine can bear to lose."""
        calls = ROUND * self._budget_s / max(per_call, 1e-9)
        for counter, rate in zip(self._sheet.counters, rates, strict=True):
            if rate > 0:
                calls = min(calls, counter.room / (2 * rate * LEAK_AFTER))
        return max(1, int(calls))

    def _calibrate(self, round_calls: int) -> None:
        """Raise the floors above what empty rounds show: the measurement's own growth."""
        sheet = self._sheet
        for number in range(NULL_ROUNDS + 1):
            self._repeat(0)
            sheet.read(number)
            self._trends()  # once before it counts: its first run keeps what it imports
        for number, counter in enumerate(sheet.counters):
            drift = (sheet.column(number)[-1] - sheet.column(number)[1]) / (NULL_ROUNDS - 1)
            self._floors[number] = max(counter.floor, NULL_TIMES * drift / round_calls)
        sheet.clear()

    def _done(self) -> bool:
        rounds, elapsed = len(self._sheet) - 1, self._clock() - self._began
        if rounds >= MOST_ROUNDS or elapsed >= 2 * self._budget_s or self._strained(1):
            return True
        if rounds < FLAT_AFTER:
            return False
        trends = self._trends()
        if set(trends) == {"flat"}:
            return True
        calls = self._sheet.xs[-1]
        certain = any(
            trend == "growing" and calls >= counter.calls
            for trend, counter in zip(trends, self._sheet.counters, strict=True)
        )
        return rounds >= LEAK_AFTER and (certain or elapsed >= ENOUGH * self._budget_s)

    def _trends(self) -> list[Trend]:
        numbers = range(len(self._sheet.counters))
        return [judge(self._sheet.xs, self._sheet.column(n), self._floors[n])[0] for n in numbers]

    def _strained(self, parts: int) -> bool:
        """Whether a counter has used up its room, or that part of it."""
        sheet = self._sheet
        return any(
            sheet.grown(number) > counter.room / parts for number, counter in enumerate(sheet.counters)
        )
