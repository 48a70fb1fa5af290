"""The memory budget: bytes are reserved before they are taken, so that a process waits and is not killed."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from cloudwan_mcp import settings
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.desk import FairDesk
from cloudwan_mcp.memory.factors import Factors
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.limit import MemoryLimit
from cloudwan_mcp.memory.reservation import Reservation

FALL, RISE = 1 / 4, 1 / 20
"""Parts of the ceiling by which it falls when memory is strained, and rises again when it is not."""

LOWEST = 1 / 2
"""The part of the ceiling below which it does not fall."""


class MemoryBudget:
    """Keeps what is used and reserved below the share `ceiling` of `limit_bytes`; who asks for more waits.

    To look at the use and then go comes too late: a parser in C holds the interpreter while it takes hundreds
    of MiB, and all that arrived together have looked before the first has grown. Hence the reservation.

    `limit_bytes` left out is the limit that `MemoryGauge` finds; 0 admits everything, as `enabled=False` does
    (left out, the setting `memory_optimization_enabled`). `used` tells the bytes in use; `peak` those of this
    process and the most it ever used (with `used` alone, factors can only rise). `relieve` is called to
    give memory back, once for each reservation whose turn it is, and for which what is in use leaves no room.
    May be used from any thread and any task.
    """

    def __init__(
        self,
        limit_bytes: int | None = None,
        *,
        used: Callable[[], int] | None = None,
        ceiling: float = 0.85,
        timeout_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        peak: Callable[[], tuple[int, int]] | None = None,
        relieve: Callable[[], object] | None = None,
        enabled: bool | None = None,
    ) -> None:
        if limit_bytes is not None and limit_bytes < 0:
            raise outside("limit_bytes", limit_bytes, "at least 0")
        if not 0 < ceiling <= 1:
            raise outside("ceiling", ceiling, "a share of the limit, above 0 and at most 1")
        if not 0 <= timeout_s <= threading.TIMEOUT_MAX:
            raise outside("timeout_s", timeout_s, f"0 to {threading.TIMEOUT_MAX:g} seconds")
        gauge = MemoryGauge(None if limit_bytes is None else MemoryLimit(limit_bytes, "limit_bytes"))
        on = settings.load().memory_optimization_enabled if enabled is None else enabled
        self.limit_bytes = gauge.limit.bytes
        self.enabled = on and self.limit_bytes > 0
        bound = self.limit_bytes if self.enabled else 0
        self._desk = FairDesk(bound, ceiling, timeout_s, used or gauge.used, clock)
        self._desk.relieve = relieve
        self._factors = Factors(peak or (gauge.peak if used is None else lambda: (used(), 0)))
        self._sleep = sleep

    def reserve(self, size: int) -> Reservation:
        """`size` bytes for the length of a `with` or `async with` block. See `Reservation` for its errors.

        A block that reserves again while it holds waits for itself: reserve once, for all it needs.
        """
        if size < 0:
            raise outside("size", size, "at least 0 bytes")
        return Reservation(self._desk, size, sleep=self._sleep)

    def parsing(self, parser: str, body_bytes: int) -> Reservation:
        """What `parser` takes for `body_bytes` of input: `factor(parser)` times as much.

        The factor is learnt from parses that ran with nothing else reserved, between 1 and 12.
        """
        if body_bytes < 0:
            raise outside("body_bytes", body_bytes, "at least 0")
        size = math.ceil(self.factor(parser) * body_bytes)
        lesson = self._factors.lesson(parser, body_bytes) if self.enabled else None
        return Reservation(self._desk, size, lesson, self._sleep)

    def factor(self, parser: str) -> float:
        return self._factors[parser]

    @property
    def relieve(self) -> Callable[[], object] | None:
        return self._desk.relieve

    @relieve.setter
    def relieve(self, relieve: Callable[[], object] | None) -> None:
        self._desk.relieve = relieve

    @property
    def reserved(self) -> int:
        """Bytes."""
        return self._desk.reserved

    @property
    def waiting(self) -> int:
        """Reservations in the queue."""
        return self._desk.waiting

    @property
    def available(self) -> int:
        """Bytes that could be reserved now, were nobody waiting."""
        return max(0, self._desk.available()) if self.enabled else sys.maxsize

    @property
    def ceiling(self) -> float:
        """The share of the limit that may be reserved and used together now."""
        return self._desk.allowed / self.limit_bytes if self.enabled else 1.0

    def adjust(self, strained: bool) -> float:
        """Let the ceiling fall while memory is strained, at once, and rise again slowly; what it is now.

        One reservation alone may always have up to the full ceiling: what fits, runs, if one after the other.
        """
        most = self._desk.most
        step = -FALL if strained else RISE
        self._desk.allowed = int(min(most, max(most * LOWEST, self._desk.allowed + most * step)))
        return self.ceiling

    def statistics(self) -> dict[str, Any]:
        """`reserved`, `waiting`, `available` and `ceiling` as they are; `admitted`, `late` (timed out),
        `refused` (never to fit), `most_reserved` and `waited_s` since the budget was made."""
        return {
            "enabled": self.enabled,
            "limit_bytes": self.limit_bytes,
            "ceiling": round(self.ceiling, 3),
            "reserved": self.reserved,
            "waiting": self.waiting,
            "available": self.available,
            **self._desk.counts,
            "waited_s": round(self._desk.waited_s, 3),
            "factors": self._factors.as_dict(),
        }
