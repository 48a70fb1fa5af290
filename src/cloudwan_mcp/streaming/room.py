"""Room in memory for the next chunk: waited for, reserved, and no larger than it has to be."""

from __future__ import annotations

from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.limit import MIB, MemoryLimit
from cloudwan_mcp.memory.reservation import Reservation
from cloudwan_mcp.streaming.chunk import TopologyChunk
from cloudwan_mcp.streaming.sizing import Sizing
from cloudwan_mcp.streaming.upkeep import Upkeep

LOOK_S = 0.5
"""Between two looks during a pause; a breaker opens after a few that find too much in use."""

REST_S = 1.0
"""How long a stream's own breaker, once open, lets nothing through: nobody else depends on it."""


class Room:
    """What one stream may take. `threshold_mb` (0: the guard's limit) is a bound of its own."""

    def __init__(
        self, guard: MemoryGuard, upkeep: Upkeep, sizing: Sizing, threshold_mb: float, pause_timeout_s: float
    ) -> None:
        self._guard = guard
        self._upkeep = upkeep
        self._sizing = sizing
        self._timeout_s = pause_timeout_s
        self._limit = guard.gauge.limit
        self._breaker = guard.breaker
        if threshold_mb:
            bound = int(threshold_mb * MIB)
            self._limit = min(
                self._limit, MemoryLimit(bound, "memory_threshold_mb"), key=lambda each: each.bytes
            )
            self._breaker = MemoryCircuitBreaker(
                min(bound, guard.breaker.threshold_bytes) / MIB,
                recovery_timeout_s=REST_S,
                used=guard.gauge.used,
                clock=upkeep.clock,
            )

    async def next(self) -> tuple[int, Reservation]:
        """How many elements to take next, and the bytes for them, held.

        Raises `Exhausted` when memory stays short for the time a pause may last or can never suffice, and
        `TryAgain` when others hold what is needed for longer than the budget waits.
        """
        self._upkeep.relieve_if_due()
        size = self._sizing.nominal
        if self._guard.enabled:
            if self._breaker.should_break():
                await self._pause()
            size = self._sizing.size(self._guard.gauge.used() / self._limit.bytes)
            size = self._sizing.fitting(size, self._guard.budget.available)
        reservation = self._guard.budget.reserve(self._sizing.bytes(size))
        await reservation.__aenter__()
        return size, reservation

    def learn(self, chunk: TopologyChunk) -> None:
        self._sizing.learn(chunk)
        self._upkeep.count(chunk)

    async def _pause(self) -> None:
        """Wait until the breaker lets work start again; the time counts anew from each of its states."""
        clock, breaker = self._upkeep.clock, self._breaker
        started = since = clock()
        state = breaker.state
        self._upkeep.pauses += 1
        try:
            while True:
                self._upkeep.relieve_now()
                await self._upkeep.sleep(LOOK_S)
                if not breaker.should_break():
                    return
                if breaker.state != state:
                    state, since = breaker.state, clock()
                elif clock() - since >= self._timeout_s:
                    raise self._exhausted()
        finally:
            self._upkeep.paused_s += clock() - started

    def _exhausted(self) -> Exhausted:
        used = self._guard.gauge.used()
        return Exhausted(
            f"Memory stayed short for {self._timeout_s:g} s: {used / MIB:,.1f} MiB are in use of a limit of "
            f"{self._limit.bytes / MIB:,.1f} MiB ({self._limit.origin}). {self._breaker.reason}",
            next_step="Free memory or raise the limit; the same stream then goes on where it stands, and a "
            "new one from start=chunk.next of the last chunk.",
        )
