"""The breaker behaves as a model of it does that is small enough to be seen to be right."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker
from cloudwan_mcp.memory.circuit import Transition
from cloudwan_mcp.memory.limit import MIB
from cloudwan_mcp.memory.permits import Permit
from fakes.clock import Clock
from fakes.use import Use

THRESHOLD, RECOVERY = 100 * MIB, 90 * MIB
RECOVERY_S, PERMIT_S = 30.0, 60.0
LEGAL = {("closed", "open"), ("open", "half-open"), ("half-open", "open"), ("half-open", "closed")}
"""Nothing leads out of forced-open and disabled, and from open to closed only the way through half-open."""


class BreakerMachine(RuleBasedStateMachine):
    @initialize(failures=st.integers(1, 4), permits=st.integers(1, 3))
    def start(self, failures: int, permits: int) -> None:
        self.failures, self.permits = failures, permits
        self.use, self.clock = Use(), Clock()
        self.breaker = MemoryCircuitBreaker(
            THRESHOLD // MIB,
            failures,
            recovery_timeout_s=RECOVERY_S,
            half_open_permits=permits,
            permit_timeout_s=PERMIT_S,
            used=self.use,
            clock=self.clock,
        )
        self.heard: list[Transition] = []
        self.by_hand: set[int] = set()
        self.breaker.add_callback(self.heard.append)
        self.held: list[tuple[Permit, dict[int, float]]] = []  # with what ran when it began
        self.becomes("closed")

    def becomes(self, state: str) -> None:
        """The model: a state, since when, how many failures, and of a trial who runs since when."""
        self.state, self.since = state, self.clock.now
        self.over = self.errors = self.succeeded = 0
        self.running: dict[int, float] = {}

    def still_running(self) -> dict[int, float]:
        return {key: began for key, began in self.running.items() if self.clock.now - began < PERMIT_S}

    def model_looks(self) -> None:
        self.over = self.over + 1 if self.use.now > THRESHOLD else 0
        elapsed = self.clock.now - self.since
        recovered = self.use.now < RECOVERY
        if self.state == "closed" and self.over + self.errors >= self.failures:
            self.becomes("open")
        elif self.state == "open" and elapsed >= RECOVERY_S and recovered:
            self.becomes("half-open")
        elif self.state == "half-open" and self.over:
            self.becomes("open")
        elif self.state == "half-open" and elapsed >= PERMIT_S and recovered and not self.still_running():
            self.becomes("closed")

    def model_breaks(self) -> bool:
        full = len(self.still_running()) + self.succeeded >= self.permits
        shut = self.state in ("open", "forced-open") or (self.state == "half-open" and full)
        return self.state != "disabled" and (shut or self.use.now > THRESHOLD)

    @rule(mib=st.sampled_from([0, 50, 89, 90, 95, 100, 101, 500]))
    def use_changes(self, mib: int) -> None:
        self.use.now = mib * MIB

    @rule(seconds=st.sampled_from([0.25, 29.75, 30.0, 60.0, 1000.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.wait(seconds)

    @rule()
    def somebody_asks(self) -> None:
        if self.state != "disabled":
            self.model_looks()
        assert self.breaker.should_break() == self.model_breaks()

    @precondition(lambda self: self.state == "closed")
    @rule()
    def memory_runs_short_and_comes_back(self) -> None:
        """The way to half-open, which single steps seldom find."""
        for mib, seconds in [(101, 0.0)] * self.failures + [(0, RECOVERY_S)]:
            self.use_changes(mib)
            self.time_passes(seconds)
            self.somebody_asks()
        assert self.state == "half-open"

    @rule()
    def a_call_begins(self) -> None:
        if self.state != "disabled":
            self.model_looks()
        permit = self.breaker.permit()
        if self.model_breaks():
            with pytest.raises(Exhausted):
                permit.__enter__()
            return
        permit.__enter__()
        if self.state == "half-open":
            self.running[id(permit)] = self.clock.now
        self.held.append((permit, self.running))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), error=st.sampled_from([None, None, MemoryError(), ValueError()]))
    def a_call_ends(self, data: st.DataObject, error: BaseException | None) -> None:
        self.ends(data.draw(st.integers(0, len(self.held) - 1)), error)

    @rule()
    def a_call_goes_well(self) -> None:
        before = len(self.held)
        self.a_call_begins()
        if len(self.held) > before:
            self.ends(before, None)

    def ends(self, number: int, error: BaseException | None) -> None:
        permit, trial = self.held.pop(number)
        tries = trial is self.running and id(permit) in self.still_running()
        trial.pop(id(permit), None)
        permit.__exit__(error and type(error), error, None)
        if self.state == "disabled":
            return
        if isinstance(error, MemoryError):
            self.errors += 1
            if self.state == "half-open" or (
                self.state == "closed" and self.over + self.errors >= self.failures
            ):
                self.becomes("open")
        elif tries and self.use.now > THRESHOLD:
            self.becomes("open")
        elif error is None:
            self.errors = 0
            self.succeeded += tries and self.use.now < RECOVERY
            if tries and self.succeeded >= self.permits:
                self.becomes("closed")

    @precondition(lambda self: self.state in ("forced-open", "disabled") or self.clock.now % 1 == 0)
    @rule(order=st.sampled_from(["reset", "reset", "disable", "force_open"]))
    def somebody_gives_an_order(self, order: str) -> None:
        state = {"reset": "closed", "disable": "disabled", "force_open": "forced-open"}[order]
        before, since, told = self.state, self.since, len(self.heard)
        getattr(self.breaker, order)(*["By hand."] * (order == "force_open"))
        self.becomes(state)
        if state == before:
            self.since = since
        self.by_hand.update(range(told, len(self.heard)))

    @invariant()
    def it_is_in_the_state_of_the_model(self) -> None:
        assert self.breaker.state == self.state
        assert self.breaker.reason.endswith(".")

    @invariant()
    def no_more_calls_try_than_may(self) -> None:
        assert len(self.still_running()) + self.succeeded <= self.permits

    @invariant()
    def only_legal_changes_come_about_by_themselves(self) -> None:
        state = "closed"
        for number, each in enumerate(self.heard):
            assert each.before == state
            assert number in self.by_hand or (each.before, each.after) in LEGAL
            state = each.after
        assert state == self.state


TestBreakerMachine = BreakerMachine.TestCase
