"""Calls of one callable, again and again."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable
from itertools import repeat
from typing import TYPE_CHECKING, Any

from cloudwan_mcp.errors import BadRequest

if TYPE_CHECKING:
    import asyncio


Repeat = Callable[[int], None]
"""Makes so many calls."""


class Calls:
    """Repeats a callable; an async one on one event loop, where what it left pending stays pending."""

    def __init__(self, target: Callable[[], Any]) -> None:
        self.made = 0
        self.target = target
        self._runner = _runner() if _is_async(target) else None

    def __call__(self, times: int) -> None:
        """Call it `times` times; what it raises goes through."""
        if self._runner is None:
            _repeat(self.target, times)
        else:
            # not `run`, which leaves two blocks behind, time and again
            self._runner.get_loop().run_until_complete(_repeat_async(self.target, times))
        self.made += times

    @property
    def loop(self) -> asyncio.AbstractEventLoop | None:
        return self._runner.get_loop() if self._runner else None

    def close(self) -> None:
        if self._runner:
            self._runner.close()


def affordable(repeat: Repeat, times: int, seconds: float) -> int:
    """How often to repeat: `times`, or as often as `seconds` allow, found by doing it."""
    ends, made, chunk = time.monotonic() + seconds, 0, 1
    while chunk > 0:
        began = time.monotonic()
        repeat(chunk)
        made += chunk
        per_call = max(time.monotonic() - began, 1e-9) / chunk
        chunk = min(2 * chunk, times - made, int((ends - time.monotonic()) / per_call))
    return made


def _repeat(target: Callable[[], Any], times: int) -> None:
    for _ in repeat(None, times):
        target()


async def _repeat_async(target: Callable[[], Awaitable[Any]], times: int) -> None:
    for _ in repeat(None, times):
        await target()


ENTRANCES = (_repeat.__code__, _repeat_async.__code__)
"""Where every call comes from: the search for a line starts here."""


def _is_async(target: Callable[[], Any]) -> bool:
    return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(type(target).__call__)


def _runner() -> asyncio.Runner:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.Runner()
    raise BadRequest(
        "An async callable needs an event loop of its own, and one runs in this thread.",
        field="target",
        next_step="Detect in another thread, or with detect_in_child.",
    )
