"""A discovery under way: elements as they are stored, connections once it is complete."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.store import Filters, Reader
from cloudwan_mcp.streaming.discovered import NetworkTopologyDiscovery
from cloudwan_mcp.streaming.feed import Feed, Portion
from cloudwan_mcp.streaming.feeds.stored import portion_after
from cloudwan_mcp.streaming.running import RunningDiscovery
from cloudwan_mcp.topology.convert import connection_of

POLL_S = 0.05
T = TypeVar("T")


class LiveFeed(Feed):
    """Starts the discovery when it is first asked. Positions count elements, then connections.

    What makes the discovery fail is raised when all that it stored before has been given. Closing stops it
    after its page in flight.
    """

    def __init__(self, discovery: NetworkTopologyDiscovery, start: int) -> None:
        if start:
            raise BadRequest(
                f"start={start}: a discovery under way is not gone on with by its position.",
                field="start",
                next_step="Iterate over the same stream again, or over the snapshot once it is complete.",
            )
        self.position = 0
        self._discovery = discovery
        self._running: RunningDiscovery | None = None
        self._given = 0, 0

    async def take(self, size: int) -> Portion | None:
        running = self._running or await self._begin()
        while True:
            over, news = running.over, running.news  # before the look: what comes after is seen the next time
            if running.snapshot and (portion := await self._elements(running, size)):
                return portion
            if over:
                running.result()
                return await self._connections(running, size)
            while running.news == news and not running.over:  # noqa: ASYNC110 - a thread sets no event here
                await anyio.sleep(POLL_S)

    async def aclose(self) -> None:
        if self._running:
            self.abandon()
            await self._running.ended()
            self._running.folder.close()

    def abandon(self) -> None:
        if self._running:
            self._running.stop()

    async def _begin(self) -> RunningDiscovery:
        folder = await anyio.to_thread.run_sync(self._discovery.folder)
        self._running = self._discovery.begin(folder)
        weakref.finalize(self._running, folder.close)  # of one that is abandoned, once its thread has ended
        return self._running

    async def _elements(self, running: RunningDiscovery, size: int) -> Portion | None:
        question = partial(portion_after, position=self.position, size=size, connected=False)
        portion, self.position = await anyio.to_thread.run_sync(_ask, running, question)
        return portion

    async def _connections(self, running: RunningDiscovery, size: int) -> Portion | None:
        after = self._given
        rows = await anyio.to_thread.run_sync(
            _ask, running, lambda reader: reader.connections(Filters(), after=after, limit=size)
        )
        self._given = rows.position
        self.position += len(rows.rows)
        return Portion([], [connection_of(each) for each in rows.rows]) if rows.rows else None


def _ask(running: RunningDiscovery, question: Callable[[Reader], T]) -> T:
    with running.folder.reader(running.snapshot) as reader:
        return question(reader)
