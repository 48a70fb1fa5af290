"""Any iterable or async iterable, of elements and connections in whatever order."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any

import anyio.lowlevel

from cloudwan_mcp.streaming.feed import Feed, Portion
from cloudwan_mcp.streaming.item import Item, item_of
from cloudwan_mcp.topology import NetworkConnection, NetworkElement

END = object()


class LooseFeed(Feed):
    """Positions count items, elements and connections alike, and a portion has at most so many of them.

    A plain iterable is pulled in the event loop itself: one that blocks, blocks the loop. An iterator (what
    `iter` gives back as it is) cannot be rewound: it goes on where it stands, whatever `start` says.
    """

    def __init__(self, source: Iterable[Any] | AsyncIterable[Any], start: int) -> None:
        self.position = start
        self._items: Iterator[Any] | AsyncIterator[Any]
        self._items = aiter(source) if isinstance(source, AsyncIterable) else iter(source)
        self._skip = 0 if self._items is source else start
        self._pulled: list[Item] = []  # not empty after a pull that was interrupted

    async def take(self, size: int) -> Portion | None:
        await anyio.lowlevel.checkpoint()
        while self._skip and await self._next() is not END:
            self._skip -= 1
        while len(self._pulled) < size and (value := await self._next()) is not END:
            self._pulled.append(item_of(value, self.position + len(self._pulled)))
        taken, self._pulled = self._pulled[:size], self._pulled[size:]
        self.position += len(taken)
        elements = [each for each in taken if isinstance(each, NetworkElement)]
        connections = [each for each in taken if isinstance(each, NetworkConnection)]
        return Portion(elements, connections) if taken else None

    async def _next(self) -> Any:
        if not isinstance(self._items, AsyncIterator):
            return next(self._items, END)
        try:
            return await anext(self._items)
        except StopAsyncIteration:
            return END
