"""A reservation: bytes asked for, waited for, held for the length of a block and given back."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Protocol

from cloudwan_mcp.memory.factors import Lesson


class Desk(Protocol):
    """Where reservations queue; it never sleeps, so that threads and tasks can wait each in their way."""

    def join(self, reservation: Reservation) -> None: ...
    def look(self, reservation: Reservation) -> float: ...
    def leave(self, reservation: Reservation) -> bool: ...


class Reservation:
    """Of `size` bytes, held within `with` (which blocks the thread) or `async with` (asyncio or trio).

    Entering waits its turn. It raises `TryAgain` after the budget's timeout, and `Exhausted` when so many
    bytes are not to be had at all. It may be used again after its block, by one at a time.
    """

    __slots__ = (
        "_desk",
        "_lesson",
        "_sleep",
        "alone",
        "deadline",
        "relieved",
        "size",
        "state",
        "stuck_since",
    )

    def __init__(
        self,
        desk: Desk,
        size: int,
        lesson: Lesson | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._desk = desk
        self._lesson = lesson
        self._sleep = sleep
        self.size = size
        self.state: Literal["free", "waiting", "held", "late"] = "free"
        self.deadline = 0.0
        self.stuck_since = math.inf
        self.relieved = False
        self.alone = False

    def __enter__(self) -> Reservation:
        self._desk.join(self)
        try:
            while wait := self._desk.look(self):
                self._sleep(wait)
            self._begin()
        except BaseException:
            self._desk.leave(self)
            raise
        return self

    async def __aenter__(self) -> Reservation:
        from anyio import sleep

        self._desk.join(self)
        try:
            while wait := self._desk.look(self):  # noqa: ASYNC110 - memory that becomes free is no event
                await sleep(wait)
            self._begin()
        except BaseException:
            self._desk.leave(self)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        learn = None
        try:
            # Measured before it is left: at that moment the next one is admitted, and grows.
            if self._lesson and self.alone and kind is None:
                learn = self._lesson.end()
        finally:
            alone = self._desk.leave(self)
        if learn and alone:
            learn()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def _begin(self) -> None:
        if self._lesson:
            self._lesson.begin()
