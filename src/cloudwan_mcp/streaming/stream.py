"""One stream of chunks: pulled one by one, each on bytes reserved for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.reservation import Reservation
from cloudwan_mcp.streaming.chunk import TopologyChunk
from cloudwan_mcp.streaming.feed import Feed
from cloudwan_mcp.streaming.room import Room

_log = logging.getLogger("cloudwan_mcp.performance.streaming")

Soon = Callable[[Callable[[], object]], object]


class TopologyStream:
    """An async iterator of chunks that holds nothing but the bytes of the chunk it gave last.

    Those are given back when the next is asked for, by `aclose`, and when the stream is no longer referred
    to, so a loop may simply be left. After an error, or a cancelled wait, it goes on where it stands:
    iterate over it again. `position` is where that is, for a new stream from `start` on.
    """

    def __init__(self, feed: Feed, room: Room) -> None:
        self._feed = feed
        self._room = room
        self._soon: Soon | None = None
        self._held: Reservation | None = None
        self._number = 0
        self._pulling = False
        self._over = False

    def __del__(self) -> None:
        # A finalizer may run at any moment, also within the budget's lock: the loop has to do it, soon.
        if self._soon and (self._held or not self._over):
            drop = partial(_drop, self._feed, self._held)
            try:
                self._soon(drop)
            except RuntimeError:  # the loop has ended
                drop()

    @property
    def running(self) -> bool:
        """Whether it was begun and has not ended."""
        return self._soon is not None and not self._over

    @property
    def position(self) -> int:
        return self._feed.position

    def __aiter__(self) -> TopologyStream:
        return self

    async def __anext__(self) -> TopologyChunk:
        self._release()
        lent = await self.lend()
        if lent is None:
            raise StopAsyncIteration
        chunk, self._held = lent
        return chunk

    async def lend(self) -> tuple[TopologyChunk, Reservation] | None:
        """The next chunk and the reservation it stands on, which the caller has to leave; None at the end."""
        if self._over:
            return None
        if self._pulling:
            raise BadRequest(
                "Two tasks pull from one stream.", field="topology", next_step="Use process_chunks instead."
            )
        self._soon = self._soon or _soon()
        self._pulling = True
        try:
            return await self._pull()
        finally:
            self._pulling = False

    async def _pull(self) -> tuple[TopologyChunk, Reservation] | None:
        size, reservation = await self._room.next()
        try:
            first = self._feed.position
            portion = await self._feed.take(size)
            if portion is not None:
                self._number += 1
                chunk = TopologyChunk(
                    self._number, portion.elements, portion.connections, first, self._feed.position
                )
                self._room.learn(chunk)
                _log.debug(
                    "Chunk %d: %d elements, about %d bytes", self._number, len(chunk), chunk.size_bytes
                )
                return chunk, reservation
        except BaseException:
            leave(reservation)
            raise
        leave(reservation)
        await self.aclose()
        return None

    async def aclose(self) -> None:
        self._over = True
        self._release()
        await self._feed.aclose()

    def _release(self) -> None:
        held, self._held = self._held, None
        if held:
            leave(held)


def leave(reservation: Reservation) -> None:
    reservation.__exit__(None, None, None)


def _drop(feed: Feed, held: Reservation | None) -> None:
    feed.abandon()
    if held:
        leave(held)


def _soon() -> Soon:
    """What has the running event loop call a function, from wherever."""
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        from trio.lowlevel import current_trio_token

        return current_trio_token().run_sync_soon
