"""A program on paper: what it holds after so many calls, and how long they take, are given functions."""

from __future__ import annotations

from collections.abc import Callable

from cloudwan_mcp.memory.leaks.counters import Counter


class Program:
    """Time passes with its calls alone. `holds` says what a counter reads after so many calls."""

    def __init__(self, holds: Callable[[int], float] = float, *, seconds_per_call: float = 0.001) -> None:
        self.now = 0.0
        self.calls = 0
        self.readings = 0
        self.rounds: list[int] = []
        self.seconds_per_call = seconds_per_call
        self._holds = holds

    def clock(self) -> float:
        return self.now

    def repeat(self, times: int) -> None:
        self.rounds.append(times)
        self.calls += times
        self.now += times * self.seconds_per_call

    def settle(self) -> None:
        self.readings += 1

    def counter(self, name: str = "blocks", *, calls: int = 1000, room: float = 1e12) -> Counter:
        return Counter(name, name, lambda: self._holds(self.calls), 0.02, calls, room)
