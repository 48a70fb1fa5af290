"""Middleware for a message bus: what messages cost in memory, and patience where memory is short."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

CallNext = Callable[[Any], Awaitable[Any]]
Sleep = Callable[[float], Awaitable[None]]

MOST_TYPES = 64
OTHER = "other"
PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8)


class Messages:
    """Counts messages and the bytes that `rss` rose by meanwhile, by the name of their class.

    Where several are handled at once each is charged what all of them take. While `critical` says so, a
    message waits the sum of `PAUSES_S` at most, after `relieve` was tried; then it goes its way: slow, but
    never lost.
    """

    def __init__(
        self,
        rss: Callable[[], int],
        critical: Callable[[], bool],
        relieve: Callable[[], int],
        sleep: Sleep | None = None,
    ) -> None:
        self._rss = rss
        self._critical = critical
        self._relieve = relieve
        self._sleep = sleep
        self._table: dict[str, dict[str, int]] = {}
        self._slowed = 0
        self._slowed_s = 0.0

    async def around(self, message: Any, call_next: CallNext) -> Any:
        """What `call_next` gives; its errors pass."""
        if self._critical():
            await self._ease()
        before = self._rss()
        try:
            return await call_next(message)
        finally:
            self._record(type(message).__name__, self._rss() - before)

    def statistics(self) -> dict[str, Any]:
        """By type: `count`, `grown_bytes` (net), `most_bytes` (of one message).

        `slowed` counts the messages that had to wait, `slowed_s` sums the seconds that they did.
        """
        return {
            "count": sum(each["count"] for each in self._table.values()),
            "slowed": self._slowed,
            "slowed_s": self._slowed_s,
            "types": {name: dict(each) for name, each in list(self._table.items())},
        }

    async def _ease(self) -> None:
        self._slowed += 1
        self._relieve()
        for pause in PAUSES_S:
            if not self._critical():
                return
            self._slowed_s += pause
            await (self._sleep or _sleep)(pause)

    def _record(self, name: str, grown: int) -> None:
        if name not in self._table and len(self._table) >= MOST_TYPES:
            name = OTHER
        entry = self._table.setdefault(name, {"count": 0, "grown_bytes": 0, "most_bytes": 0})
        entry["count"] += 1
        entry["grown_bytes"] += grown
        entry["most_bytes"] = max(entry["most_bytes"], grown)


async def _sleep(seconds: float) -> None:
    import anyio

    await anyio.sleep(seconds)
