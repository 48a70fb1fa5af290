"""Those who watch live, each with a short queue that forgets its oldest message: nobody waits for anybody."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cloudwan_mcp.errors import Exhausted

MOST = 100
QUEUE = 4  # messages; each is a whole summary, so the newest would do


def encode(summary: dict[str, Any]) -> bytes:
    """One line of JSON, as a live message carries it."""
    return json.dumps(summary, separators=(",", ":"), allow_nan=False).encode()


class Viewer:
    """Messages in order, without those that came while it was too slow to take them."""

    __slots__ = ("_changed", "_closed", "_queue", "missed")

    def __init__(self) -> None:
        self._queue: deque[bytes] = deque(maxlen=QUEUE)
        self._changed = asyncio.Event()
        self._closed = False
        self.missed = 0

    def offer(self, message: bytes) -> None:
        self.missed += len(self._queue) == QUEUE
        self._queue.append(message)
        self._changed.set()

    def close(self) -> None:
        self._closed = True
        self._changed.set()

    def __aiter__(self) -> Viewer:
        return self

    async def __anext__(self) -> bytes:
        while not self._queue and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        if self._closed:
            raise StopAsyncIteration
        return self._queue.popleft()


class Viewers:
    """At most 100 viewers; a message is kept once, however many still have to take it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._viewers: set[Viewer] = set()

    def __len__(self) -> int:
        return len(self._viewers)

    @contextmanager
    def join(self) -> Iterator[Viewer]:
        """Watch until left; `Exhausted` when there are too many already."""
        if len(self._viewers) >= self._most:
            raise Exhausted(
                f"{self._most} viewers are watching already.",
                next_step="Close another page of this dashboard.",
            )
        viewer = Viewer()
        self._viewers.add(viewer)
        try:
            yield viewer
        finally:
            self._viewers.discard(viewer)

    def publish(self, message: bytes) -> None:
        for viewer in self._viewers:
            viewer.offer(message)

    def close(self) -> None:
        """End every viewer's stream."""
        for viewer in self._viewers:
            viewer.close()
