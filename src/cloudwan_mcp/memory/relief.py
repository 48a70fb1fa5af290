"""Giving memory back to the system, as often as that turns out to be worth its price."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable
from contextlib import suppress

MIB = 1024 * 1024
FLOOR_MARGIN_BYTES = 16 * MIB  # reading pages leaves up to 13 MiB behind, which the next pages use again
USEFUL_BYTES = MIB
USELESS_TRIES = 2
PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0

_log = logging.getLogger("cloudwan_mcp.performance.memory")


class Relief:
    """Collects garbage, then trims the heap; both stop the process, for 50 ms where 200,000 objects live.

    Hence at most once in `PAUSE_S`, and only while `rss()` is more than `FLOOR_MARGIN_BYTES` above the floor:
    `floor_bytes`, or else the least that was ever seen. After `USELESS_TRIES` in a row that gave back less
    than `USEFUL_BYTES` the pause doubles each time, up to `LONGEST_PAUSE_S`, until one is of use again.
    """

    def __init__(
        self,
        rss: Callable[[], int],
        *,
        floor_bytes: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rss = rss
        self._clock = clock
        self._floor = rss() if floor_bytes is None else floor_bytes
        self._not_before = -float("inf")
        self._useless = 0
        self._last = 0
        self._counts = {"tries": 0, "skipped": 0, "given_back_bytes": 0}

    def __call__(self) -> int:
        """Bytes given back, as the system sees it; 0 too when it was not tried."""
        now, before = self._clock(), self._rss()
        if now < self._not_before or before - self._floor <= FLOOR_MARGIN_BYTES:
            self._counts["skipped"] += 1
            return 0
        self._not_before = now + PAUSE_S  # also for a thread that comes here meanwhile
        free()
        after = self._rss()
        self._floor = min(self._floor, after)
        self._last = max(before - after, 0)
        self._useless = 0 if self._last >= USEFUL_BYTES else self._useless + 1
        self._not_before = now + self._pause_s()
        self._counts["tries"] += 1
        self._counts["given_back_bytes"] += self._last
        _log.debug("%d bytes were given back of %d", self._last, before)
        return self._last

    def statistics(self) -> dict[str, float]:
        """Counts and bytes since the start, `last_bytes` of the last try, `pause_s` between two tries."""
        return {
            **self._counts,
            "last_bytes": self._last,
            "pause_s": self._pause_s(),
            "floor_bytes": self._floor,
        }

    def _pause_s(self) -> float:
        doublings = max(self._useless - USELESS_TRIES + 1, 0)
        return min(PAUSE_S * 2.0 ** min(doublings, 16), LONGEST_PAUSE_S)


def free() -> None:
    """Collect garbage and trim the heap, whatever it costs and gives."""
    gc.collect()
    # ImportError comes also from a psutil on a system whose allocator has nothing of the kind, as musl
    with suppress(ImportError, OSError):
        from psutil import heap_trim

        heap_trim()
