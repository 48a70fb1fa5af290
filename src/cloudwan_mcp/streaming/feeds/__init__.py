"""Every kind of source that can be streamed."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cloudwan_mcp.streaming.discovered import DiscoveredTopology, NetworkTopologyDiscovery
from cloudwan_mcp.streaming.feed import Feed
from cloudwan_mcp.streaming.feeds.live import LiveFeed
from cloudwan_mcp.streaming.feeds.loose import LooseFeed
from cloudwan_mcp.streaming.feeds.optimized import OptimizedFeed
from cloudwan_mcp.streaming.feeds.parts import PartsFeed
from cloudwan_mcp.streaming.feeds.stored import StoredFeed
from cloudwan_mcp.streaming.item import unclear
from cloudwan_mcp.topology import MemoryOptimizedTopology
from cloudwan_mcp.topology.convert import Unclear
from cloudwan_mcp.topology.origins import is_snapshot, origin_of


def feed_of(source: Any, start: int = 0) -> Feed:
    """The feed of `source`, from position `start` on. Raises `BadRequest` for what is no topology."""
    if isinstance(source, MemoryOptimizedTopology):
        return OptimizedFeed(source, start)
    if isinstance(source, NetworkTopologyDiscovery):
        return LiveFeed(source, start)
    if isinstance(source, DiscoveredTopology):
        return StoredFeed(source.ask, start)
    if is_snapshot(source):
        return StoredFeed(lambda question: question(source), start)
    if isinstance(source, AsyncIterable) or _is_loose(source):
        return LooseFeed(source, start)
    connections = origin_of(source).connections
    if isinstance(connections, Sequence):
        return PartsFeed(origin_of(source).elements, connections, start)
    return LooseFeed(_Both(source), start)


def _is_loose(source: Any) -> bool:
    """Whether it is iterated over itself, and not asked for its elements and connections."""
    parts = isinstance(source, Mapping) or hasattr(source, "elements") or hasattr(source, "nodes")
    return isinstance(source, Iterable) and not parts and not isinstance(source, str | bytes)


class _Both:
    """All elements, then all connections, of something whose connections can only be iterated over."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __iter__(self) -> Iterator[Any]:
        origin = origin_of(self._source)
        try:
            yield from origin.elements
            yield from origin.connections
        except Unclear as problem:
            raise unclear("A part", problem) from None
