"""Chunks processed several at a time, their results in order or as they are done."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, Generic, TypeVar

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from cloudwan_mcp.errors import Exhausted, TryAgain
from cloudwan_mcp.memory.reservation import Reservation
from cloudwan_mcp.streaming.chunk import TopologyChunk
from cloudwan_mcp.streaming.stream import TopologyStream, leave
from cloudwan_mcp.streaming.tasks import task_group

R = TypeVar("R")
Work = Callable[[TopologyChunk], Awaitable[R] | R]


@asynccontextmanager
async def processing(
    stream: TopologyStream, work: Work[R], concurrency: int, *, ordered: bool
) -> AsyncIterator[Results[R]]:
    """Run `work` on each chunk; leaving ends whatever still runs, a thread when its function returns."""
    async with aclosing(stream), task_group() as tasks:
        results = Results(stream, work, concurrency, ordered=ordered)
        tasks.start_soon(results.run, tasks)
        yield results
        tasks.cancel_scope.cancel()


class Results(Generic[R]):
    """An async iterator of what `work` made of the chunks.

    At most `concurrency` chunks are taken whose results nobody has fetched, so who fetches slowly slows down
    the rest.
    """

    def __init__(self, stream: TopologyStream, work: Work[R], concurrency: int, *, ordered: bool) -> None:
        self._stream = stream
        self._work = work
        self._ordered = ordered
        self._free = anyio.Semaphore(concurrency)
        self._threads = anyio.CapacityLimiter(concurrency)
        self._done: dict[int, R] = {}  # by the number of the chunk, in the order in which they were done
        self._given = 0
        self._working = 0
        self._over = False
        self._changed = anyio.Event()

    def __aiter__(self) -> Results[R]:
        return self

    async def __anext__(self) -> R:
        while (number := self._ready()) is None:
            if self._over and not self._working:
                raise StopAsyncIteration
            await self._changed.wait()
        self._given += 1
        self._free.release()
        return self._done.pop(number)

    async def run(self, tasks: TaskGroup) -> None:
        """Take chunk after chunk as long as there is a free place for its result."""
        while True:
            await self._free.acquire()
            lent = await self._lend()
            if lent is None:
                break
            self._working += 1
            tasks.start_soon(self._process, *lent)
        self._over = True
        self._notify()

    def _ready(self) -> int | None:
        if self._ordered:
            return self._given + 1 if self._given + 1 in self._done else None
        return next(iter(self._done), None)

    async def _lend(self) -> tuple[TopologyChunk, Reservation] | None:
        """The next chunk; memory that is short may be what the chunks before it still take."""
        while True:
            try:
                return await self._stream.lend()
            except (TryAgain, Exhausted):
                if not self._working:
                    raise
            await self._changed.wait()

    async def _process(self, chunk: TopologyChunk, reservation: Reservation) -> None:
        try:
            self._done[chunk.number] = await self._call(chunk)
        finally:
            leave(reservation)
            self._working -= 1
            self._notify()

    async def _call(self, chunk: TopologyChunk) -> R:
        answer: Any
        if _is_async(self._work):
            answer = self._work(chunk)
        else:
            # in a list, since trio lets no coroutine out of a thread: of a lambda around an async function
            (answer,) = await anyio.to_thread.run_sync(lambda: [self._work(chunk)], limiter=self._threads)
        result: R = await answer if inspect.isawaitable(answer) else answer
        return result

    def _notify(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()


def _is_async(work: Callable[..., Any]) -> bool:
    call = getattr(work, "__call__", None)  # noqa: B004 - of an object that can be called like a function
    return inspect.iscoroutinefunction(work) or inspect.iscoroutinefunction(call)
