"""The states of a memory circuit and what leads from one to the next: no locks, no clock, no gauge."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from cloudwan_mcp.memory.limit import MIB
from cloudwan_mcp.memory.permits import Trial

State = Literal["closed", "open", "half-open", "forced-open", "disabled"]


@dataclass(slots=True, frozen=True)
class Transition:
    """`at` is in seconds of the breaker's clock, `used` the bytes in use; the reason is a sentence."""

    before: State
    after: State
    reason: str
    at: float
    used: int


@dataclass(slots=True, frozen=True, kw_only=True)
class Rules:
    """`threshold` and `recovery` are in bytes: between the two a circuit stays as it is."""

    threshold: int
    recovery: int
    failures: int
    recovery_timeout_s: float
    permits: int
    permit_timeout_s: float


class Circuit:
    """resilience4j's states, with the memory in use in the place of the rate of failures."""

    def __init__(self, rules: Rules, now: float) -> None:
        self.rules = rules
        self.state: State = "closed"
        self.reason = "Nothing has happened yet."
        self.since = now
        self.used = 0
        self.news: deque[Transition] = deque()
        self.opened = 0
        self._over = 0  # looks in a row that found too much in use
        self._errors = 0  # guarded calls in a row that ran out of memory
        self._trial = self._new_trial()

    @property
    def over(self) -> bool:
        return self.used > self.rules.threshold

    @property
    def recovered(self) -> bool:
        return self.used < self.rules.recovery

    def sample(self, used: int, now: float) -> None:
        self.used = used
        self._over = self._over + 1 if self.over else 0
        elapsed = now - self.since
        if self.state == "closed":
            self._open_if_failing(now)
        elif self.state == "open" and elapsed >= self.rules.recovery_timeout_s and self.recovered:
            self.turn("half-open", f"{self._level('below', self.rules.recovery)}: calls may try.", now)
        elif self.state == "half-open" and self.over:
            self.turn("open", f"{self._level('over', self.rules.threshold)} while calls tried.", now)
        elif self.state == "half-open" and self._untried(elapsed, now) and self.recovered:
            self.turn("closed", f"{self._level('below', self.rules.recovery)}, and no call tried.", now)

    def breaks(self, now: float) -> bool:
        if self.state == "disabled":
            return False
        if self.state == "half-open":
            return self.over or not self._trial.free(now)
        return self.over or self.state != "closed"

    def begin(self, now: float) -> int:
        """The token of a call that may run now: 0 when it is not one that tries."""
        return self._trial.begin(now) if self.state == "half-open" else 0

    def end(self, token: int, error: BaseException | None, used: int, now: float) -> None:
        """A call of that token has ended. One whose error is not about memory says nothing about memory."""
        self.used = used
        tried = self.state == "half-open" and self._trial.end(token, now)
        if _ran_out(error):
            self._errors += 1
            self._open_if_failing(now)
        elif tried and self.over:
            self.turn("open", f"{self._level('over', self.rules.threshold)} after a call that tried.", now)
        elif error is None:
            self._errors = 0
            if tried and self.recovered:
                self._trial.succeeded += 1
            if tried and self._trial.passed:
                self.turn(
                    "closed", f"{self._level('below', self.rules.recovery)} after calls that tried.", now
                )

    def turn(self, after: State, reason: str, now: float) -> None:
        before, self.state, self.reason = self.state, after, reason
        self._over = self._errors = 0
        self._trial = self._new_trial()
        if after != before:
            self.since = now
            self.opened += after == "open"
            self.news.append(Transition(before, after, reason, now, self.used))

    def _open_if_failing(self, now: float) -> None:
        """A closed circuit takes `failures` in a row, a half-open one none."""
        if self.state == "half-open" and self._errors:
            self.turn("open", "A call ran out of memory while calls tried.", now)
        elif self.state == "closed" and self._over + self._errors >= self.rules.failures:
            reasons = []
            if self._over:
                reasons.append(
                    f"{self._level('over', self.rules.threshold)}, for {self._over} looks in a row."
                )
            if self._errors:
                reasons.append(f"Guarded calls ran out of memory, {self._errors} in a row.")
            self.turn("open", " ".join(reasons), now)

    def _untried(self, elapsed: float, now: float) -> bool:
        """Who only ever asks should_break() takes no permit, and is not to stay half open for ever."""
        return elapsed >= self.rules.permit_timeout_s and not self._trial.running(now)

    def _level(self, side: str, level: int) -> str:
        return f"{self.used / MIB:.1f} MiB are in use, {side} {level / MIB:.1f} MiB"

    def _new_trial(self) -> Trial:
        return Trial(self.rules.permits, self.rules.permit_timeout_s)


def _ran_out(error: BaseException | None) -> bool:
    """Task groups raise what their tasks raised in a group."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(MemoryError) is not None
    return isinstance(error, MemoryError)
