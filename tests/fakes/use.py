"""Memory in use that is a number, and a clock in whose course things happen to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cloudwan_mcp.memory.budget import MemoryBudget
from fakes.clock import Clock


class Use:
    """Bytes in use, to be called as a gauge's `used`; a reading costs nothing but is counted."""

    def __init__(self, now: int = 0) -> None:
        self._now = self.most = now
        self.readings = 0

    @property
    def now(self) -> int:
        return self._now

    @now.setter
    def now(self, value: int) -> None:
        self._now = value
        self.most = max(self.most, value)

    def __call__(self) -> int:
        self.readings += 1
        return self._now

    def peak(self) -> tuple[int, int]:
        return self._now, self.most


class Course(Clock):
    """What was to happen `after` some seconds happens while somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self._planned: list[tuple[float, Callable[[], object]]] = []

    def after(self, seconds: float, happens: Callable[[], object]) -> None:
        self._planned.append((self.now + seconds, happens))

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        due = [each for each in self._planned if each[0] <= self.now]
        self._planned = [each for each in self._planned if each[0] > self.now]
        for _, happens in due:
            happens()


class Bench:
    """A budget of 1,000 bytes, all of which may be taken unless said otherwise, on a fake machine."""

    def __init__(self, used: int = 0, **options: Any) -> None:
        self.use = Use(used)
        self.clock = Course()
        options = {"limit_bytes": 1000, "ceiling": 1.0, "enabled": True} | options
        self.budget = MemoryBudget(used=self.use, clock=self.clock, sleep=self.clock.wait, **options)

    def grow(self, size: int) -> None:
        self.use.now += size

    def waited(self, work: Callable[[], object]) -> float:
        before = self.clock.now
        work()
        return self.clock.now - before

    def take(self, size: int) -> None:
        with self.budget.reserve(size):
            pass


@contextmanager
def eager_switches() -> Iterator[None]:
    """Threads take turns so often that what no lock guards shows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
