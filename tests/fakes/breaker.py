"""A memory breaker on a machine whose time and memory are numbers."""

from __future__ import annotations

from typing import Any

from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker
from cloudwan_mcp.memory.circuit import Transition
from cloudwan_mcp.memory.limit import MIB
from fakes.clock import Clock
from fakes.use import Use

LOW, MIDDLE, HIGH = 50 * MIB, 95 * MIB, 101 * MIB


class Machine:
    """A breaker at 100 MiB, that recovers below 90, on a fake machine."""

    def __init__(self, **options: Any) -> None:
        self.use = Use(LOW)
        self.clock = Clock()
        self.breaker = MemoryCircuitBreaker(100, used=self.use, clock=self.clock, **options)
        self.changes: list[Transition] = []
        self.breaker.add_callback(self.changes.append)

    def looks(self, use: int, times: int = 1) -> bool:
        self.use.now = use
        return [self.breaker.should_break() for _ in range(times)][-1]

    def open(self) -> Machine:
        self.looks(HIGH, 5)
        assert self.breaker.state == "open"
        return self

    def half_open(self) -> Machine:
        self.open().clock.wait(30)
        assert not self.looks(LOW)
        assert self.breaker.state == "half-open"
        return self

    def call(self, error: BaseException | None = None, use: int = LOW) -> None:
        with self.breaker.permit():
            self.use.now = use
            if error:
                raise error
