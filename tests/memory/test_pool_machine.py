"""A pool behaves as two plain lists would, whatever its factory and its users do."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, TryAgain
from cloudwan_mcp.memory.pool import ObjectPool

NUMBER = st.integers(0, 99)


class Thing:
    """Equal to all others, unhashable."""

    __slots__ = ("broken",)

    def __init__(self) -> None:
        self.broken = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)


class PoolMachine(RuleBasedStateMachine):
    @initialize(size=st.integers(1, 4), on_exhausted=st.sampled_from(["raise", "create", "wait"]))
    def start(self, size: int, on_exhausted: Any) -> None:
        self.size, self.on_exhausted = size, on_exhausted
        self.next: Literal["new", "fail", "again"] = "new"
        self.made: list[Thing] = []
        self.out: list[Thing] = []
        self.extra: list[Thing] = []
        self.idle: list[Thing] = []
        self.past: list[Thing] = []
        self.counts = dict.fromkeys(("created", "reused", "discarded", "waited", "extra", "refused"), 0)
        self.pool = ObjectPool(self.factory, size, reset=self.reset, on_exhausted=on_exhausted, timeout_s=0)

    def factory(self) -> Thing:
        if self.next == "fail":
            raise ZeroDivisionError
        if self.next == "again" and self.out + self.extra:
            return (self.out + self.extra)[0]
        return Thing()

    def reset(self, thing: Thing) -> None:
        if thing.broken:
            raise ZeroDivisionError

    @rule(behaviour=st.sampled_from(["new", "new", "fail", "again"]))
    def factory_behaves(self, behaviour: Any) -> None:
        self.next = behaviour

    @rule()
    def get(self) -> None:
        if self.idle:
            assert self.pool.get() is self.idle[-1]
            self.out.append(self.idle.pop())
            self.counts["reused"] += 1
            return
        full = len(self.out) == self.size
        if full and self.on_exhausted != "create":
            self.refused()
            return
        if self.next == "fail" or (self.next == "again" and self.out + self.extra):
            with pytest.raises(ZeroDivisionError if self.next == "fail" else BadRequest):
                self.pool.get()
            return
        thing = self.pool.get()
        assert all(thing is not other for other in self.out + self.extra)
        self.counts["created"] += 1
        self.counts["extra"] += full
        (self.extra if full else self.out).append(thing)

    def refused(self) -> None:
        waits = self.on_exhausted == "wait"
        with pytest.raises(TryAgain if waits else Exhausted):
            self.pool.get()
        self.counts["refused"] += 1
        self.counts["waited"] += waits

    @precondition(lambda self: self.out)
    @rule(number=NUMBER, broken=st.booleans(), discard=st.booleans())
    def give_back(self, number: int, broken: bool, discard: bool) -> None:
        thing = self.out.pop(number % len(self.out))
        thing.broken = broken
        if discard:
            self.pool.discard(thing)
        elif broken:
            with pytest.raises(ZeroDivisionError):
                self.pool.return_object(thing)
        else:
            self.pool.return_object(thing)
            self.idle.append(thing)
            return
        self.dropped(thing)

    @precondition(lambda self: self.extra)
    @rule(number=NUMBER)
    def give_back_one_beyond_the_bound(self, number: int) -> None:
        thing = self.extra.pop(number % len(self.extra))
        thing.broken = True  # nobody resets what is dropped
        self.pool.return_object(thing)
        self.dropped(thing)

    def dropped(self, thing: Thing) -> None:
        self.past.append(thing)
        self.counts["discarded"] += 1

    @rule(number=NUMBER)
    def give_back_what_is_not_out(self, number: int) -> None:
        strangers = [Thing(), *self.idle, *self.past]
        with pytest.raises(CloudWanError) as refused:
            self.pool.return_object(strangers[number % len(strangers)])
        assert isinstance(refused.value, BadRequest)

    @rule()
    def clear(self) -> None:
        self.pool.clear()
        self.counts["discarded"] += len(self.idle)
        self.past += self.idle
        self.idle = []

    @invariant()
    def they_agree(self) -> None:
        assert self.pool.statistics() == {
            "max_size": self.size,
            "in_use": len(self.out) + len(self.extra),
            "idle": len(self.idle),
            "waiting": 0,
            **self.counts,
        }
        assert len(self.out) + len(self.idle) <= self.size


TestPoolMachine = PoolMachine.TestCase
