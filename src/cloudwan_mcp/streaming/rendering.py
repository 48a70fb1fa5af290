"""Progressive rendering: what can be drawn of a topology, chunk by chunk, while it is still being read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from cloudwan_mcp.streaming.bus import DiagramAgentMessageBus
from cloudwan_mcp.streaming.drawing import svg
from cloudwan_mcp.streaming.layout import Layout, Placed
from cloudwan_mcp.streaming.stream import TopologyStream


@dataclass(slots=True, frozen=True)
class RenderIncrement:
    """What one chunk adds to the picture: places that never change again, and a fragment of SVG to append.

    The fragment is a `<g>` for an `<svg>` of `placed.width` by `placed.height` pixels, the bounds so far.
    """

    placed: Placed
    svg: str


class Increments:
    """An async iterator; the next increment is made when it is asked for, and lost if that is cancelled."""

    def __init__(self, stream: TopologyStream, bus: DiagramAgentMessageBus) -> None:
        self._stream = stream
        self._bus = bus

    def __aiter__(self) -> Increments:
        return self

    async def __anext__(self) -> RenderIncrement:
        placed = await self._bus.request("layout", await anext(self._stream))
        increment: RenderIncrement = await self._bus.request("draw", placed)
        return increment


@asynccontextmanager
async def rendering(
    stream: TopologyStream, bus: DiagramAgentMessageBus, max_ids: int
) -> AsyncIterator[Increments]:
    """Run the stages "layout" and "draw" as agents on `bus`, for the length of the block."""
    async with aclosing(stream), bus:
        bus.register_agent("layout", Layout(max_ids).place)
        bus.register_agent("draw", _draw)
        try:
            yield Increments(stream, bus)
        finally:
            bus.unregister_agent("layout")
            bus.unregister_agent("draw")


async def _draw(placed: Placed) -> RenderIncrement:
    return RenderIncrement(placed, svg(placed))
