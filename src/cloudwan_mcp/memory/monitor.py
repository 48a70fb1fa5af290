"""Watching the memory of this process over time, by component and by message."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.messages import CallNext, Messages, Sleep
from cloudwan_mcp.memory.relief import Relief
from cloudwan_mcp.settings import load


class Limit(Protocol):
    @property
    def bytes(self) -> int: ...


class Gauge(Protocol):
    """What a `MemoryGauge` tells."""

    @property
    def limit(self) -> Limit: ...
    def used(self) -> int: ...
    def rss(self) -> int: ...


class Sample(NamedTuple):
    """Seconds of the monitor's clock, bytes in use of the limit, bytes of this process."""

    at: float
    used: int
    rss: int


WIDTH = len(Sample._fields)


class MemoryMonitor:
    """Keeps the last `history` samples, 24 bytes each, which `run` takes every `interval_s` seconds.

    From `critical_percent` of the limit on (left out: the setting `critical_threshold_percent`), memory is
    given back where that helps and messages are slowed down. `floor_bytes` is what the process needs in any
    case (left out: the least that was seen). May be used from any thread.
    """

    def __init__(
        self,
        *,
        interval_s: float = 5.0,
        history: int = 720,
        gauge: Gauge | None = None,
        critical_percent: float | None = None,
        floor_bytes: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep | None = None,
    ) -> None:
        if critical_percent is None:
            critical_percent = load().critical_threshold_percent
        if not interval_s > 0:
            raise outside("interval_s", interval_s, "more than 0 seconds")
        if not history >= 1:
            raise outside("history", history, "at least 1 sample")
        if not 0 < critical_percent <= 100:
            raise outside("critical_percent", critical_percent, "more than 0 and at most 100")
        self._gauge = gauge or _default_gauge()
        self._interval_s = interval_s
        self._critical = critical_percent / 100
        self._clock = clock
        self._lock = threading.Lock()
        self._ring = array(
            "d", bytes(array("d").itemsize * WIDTH * history)
        )  # whole at once: a history must not look like a leak
        self._places = history
        self._taken = 0
        self._components: dict[str, Callable[[], int]] = {}
        self._bounds: dict[str, int] = {}
        self._relief = Relief(self._gauge.rss, floor_bytes=floor_bytes, clock=clock)
        self._messages = Messages(self._gauge.rss, self._is_critical, self._relief, sleep)

    def get_memory_usage(self) -> float:
        """What is in use now, as a fraction of the limit."""
        return self._gauge.used() / self._gauge.limit.bytes

    def sample(self) -> Sample:
        """Look at the memory, and keep what was seen."""
        sample = Sample(self._clock(), self._gauge.used(), self._gauge.rss())
        with self._lock:
            start = self._taken % self._places * WIDTH
            self._ring[start : start + WIDTH] = array("d", sample)
            self._taken += 1
        return sample

    def history(self) -> list[Sample]:
        """The samples kept, the oldest first."""
        with self._lock:
            ring, taken = self._ring[:], self._taken
        numbers = range(max(taken - self._places, 0), taken)
        starts = [number % self._places * WIDTH for number in numbers]
        return [Sample(ring[at], int(ring[at + 1]), int(ring[at + 2])) for at in starts]

    def register(self, name: str, size: Callable[[], int], *, limit: int | None = None) -> None:
        """Have `components` ask `size` for the bytes of `name`, in place of who was asked before.

        `limit` is the most that it will ever hold, in bytes: `caches` tells of those that have one.
        """
        with self._lock:
            self._components[name] = size
            self._bounds.pop(name, None)
            if limit is not None:
                self._bounds[name] = limit

    def unregister(self, name: str) -> None:
        """Forget a component, and with it the reference to it; an unknown one is no error."""
        with self._lock:
            self._components.pop(name, None)
            self._bounds.pop(name, None)

    def components(self) -> dict[str, int | None]:
        """Bytes by component; None for one that could not tell."""
        with self._lock:
            asked = dict(self._components)
        return {name: _told(size) for name, size in asked.items()}

    def caches(self) -> dict[str, tuple[int, int]]:
        """(bytes, limit) of each component that has a limit and can tell what it holds."""
        with self._lock:
            bounds = dict(self._bounds)
            asked = {name: self._components[name] for name in bounds}
        held = {name: _told(size) for name, size in asked.items()}
        return {name: (size, bounds[name]) for name, size in held.items() if size is not None}

    @property
    def nbytes(self) -> int:
        """What its history occupies."""
        return len(self._ring) * self._ring.itemsize

    def relieve(self) -> int:
        """Give memory back to the system, and say how many bytes: 0 where that was of no use, or not due."""
        return self._relief()

    async def run(self) -> None:
        """Sample for ever, and give memory back where it is short; ends by being cancelled."""
        import anyio

        while True:
            self.sample()
            if self._is_critical():
                self.relieve()
            await anyio.sleep(self._interval_s)

    def create_middleware(self) -> Callable[[Any, CallNext], Awaitable[Any]]:
        """Middleware for `DiagramAgentMessageBus.add_middleware`; what it counts is in `statistics`."""
        return self._messages.around

    def statistics(self) -> dict[str, Any]:
        """`samples` taken, and what `Messages` and `Relief` count."""
        counted = {"messages": self._messages.statistics(), "relief": self._relief.statistics()}
        return {"samples": self._taken, **counted}

    def _is_critical(self) -> bool:
        return self.get_memory_usage() > self._critical


def _default_gauge() -> Gauge:
    from cloudwan_mcp.memory.gauge import MemoryGauge

    return MemoryGauge()


def _told(size: Callable[[], int]) -> int | None:
    try:
        return int(size())
    except Exception:  # noqa: BLE001 - a component that is broken must not hide the others
        return None
