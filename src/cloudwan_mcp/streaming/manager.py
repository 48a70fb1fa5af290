"""The streaming manager: topologies of any size, read, processed and drawn a bounded chunk at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar
from weakref import WeakSet

import anyio

from cloudwan_mcp import settings
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.monitor import MemoryMonitor
from cloudwan_mcp.streaming.bus import DiagramAgentMessageBus
from cloudwan_mcp.streaming.feeds import feed_of
from cloudwan_mcp.streaming.processing import Results, Work, processing
from cloudwan_mcp.streaming.rendering import Increments, rendering
from cloudwan_mcp.streaming.room import Room
from cloudwan_mcp.streaming.sizing import Sizing
from cloudwan_mcp.streaming.stream import TopologyStream
from cloudwan_mcp.streaming.upkeep import Upkeep

LARGEST = 10_000  # elements in a chunk, as in the setting
MOST_IDS = 10_000  # remembered by a picture: about 2 MiB
MOST_AT_ONCE = 64  # each chunk in work holds its bytes, and a plain function a thread
R = TypeVar("R")


class StreamingTopologyManager:
    """Streams topologies under the memory limit of this process, in asyncio or trio.

    Arguments left out take their value from the settings: `chunk_size` in elements, `memory_threshold_mb`
    (MiB, 0 for the limit that is found), `cleanup_interval` in seconds. Memory that is short makes chunks
    smaller, then pauses a stream; after `pause_timeout_s` it fails. `guard` is this process's, `monitor`
    one of its own, unless given. Raises `BadRequest` for a value out of its bounds.
    """

    def __init__(
        self,
        *,
        chunk_size: int | None = None,
        memory_threshold_mb: float | None = None,
        cleanup_interval: float | None = None,
        max_concurrency: int = 4,
        guard: MemoryGuard | None = None,
        monitor: MemoryMonitor | None = None,
        pause_timeout_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        loaded = settings.load()
        interval = loaded.cleanup_interval if cleanup_interval is None else cleanup_interval
        self._chunk_size = _size(loaded.streaming_chunk_size if chunk_size is None else chunk_size)
        self._threshold_mb = _threshold(memory_threshold_mb or 0)
        self._concurrency = _concurrency(max_concurrency)
        self._timeout_s = _seconds("pause_timeout_s", pause_timeout_s)
        self._warning = loaded.alert_threshold_percent / 100
        self._guard = guard or MemoryGuard.of(loaded)
        relieve = (monitor or MemoryMonitor(gauge=self._guard.gauge)).relieve
        self._upkeep = Upkeep(relieve, _seconds("cleanup_interval", interval), clock, sleep)
        self._streams: WeakSet[TopologyStream] = WeakSet()

    def stream_topology_chunks(
        self,
        topology: Any,
        chunk_size: int | None = None,
        memory_threshold_mb: float | None = None,
        *,
        start: int = 0,
    ) -> TopologyStream:
        """An async iterator of `TopologyChunk`: everything once, in its order.

        `topology` is a `MemoryOptimizedTopology`, a `NetworkTopologyDiscovery` (discovered while it is
        streamed) or what one has discovered, a reader of a snapshot, an object or dict with elements and
        connections, a networkx graph, or any iterable or async iterable of elements and connections: ours,
        the store's, or dicts. Plain iterables are pulled in the event loop, files read in a worker thread.
        `start` goes on where a chunk's `next` says; an iterator goes on where it stands.

        Iterating raises `Exhausted` or `TryAgain` when memory stays short, and what the topology raises; the
        stream can be iterated over again after that. Raises `BadRequest` for bounds and for no topology.
        """
        if start < 0:
            raise outside("start", start, "at least 0")
        nominal = self._chunk_size if chunk_size is None else _size(chunk_size)
        threshold = self._threshold_mb if memory_threshold_mb is None else _threshold(memory_threshold_mb)
        room = Room(self._guard, self._upkeep, Sizing(nominal, self._warning), threshold, self._timeout_s)
        stream = TopologyStream(feed_of(topology, start), room)
        self._streams.add(stream)
        return stream

    def process_chunks(
        self,
        topology: Any,
        work: Work[R],
        *,
        concurrency: int | None = None,
        ordered: bool = True,
        chunk_size: int | None = None,
    ) -> AbstractAsyncContextManager[Results[R]]:
        """`async with` gives an async iterator of what `work` makes of each chunk.

        `work` is an async function, or a plain one, which runs in a worker thread. At most `concurrency`
        chunks are in work or wait to be fetched. Results come in the chunks' order, or as they are done. What
        `work` raises ends all other work and comes out of the `async with` as itself.
        """
        at_once = self._concurrency if concurrency is None else _concurrency(concurrency)
        stream = self.stream_topology_chunks(topology, chunk_size)
        return processing(stream, work, at_once, ordered=ordered)

    def render(
        self,
        topology: Any,
        *,
        chunk_size: int | None = None,
        max_ids: int = MOST_IDS,
        bus: DiagramAgentMessageBus | None = None,
    ) -> AbstractAsyncContextManager[Increments]:
        """`async with` gives an async iterator of `RenderIncrement`: what each chunk adds to a picture.

        Elements have their place by segment or type and by Region, and keep it. Edges are drawn between the
        first `max_ids` of them; the increments say how many are not. `bus`, one that does not run yet, is run
        for it: its middleware sees every stage.
        """
        if max_ids < 0:
            raise outside("max_ids", max_ids, "at least 0")
        stream = self.stream_topology_chunks(topology, chunk_size)
        return rendering(stream, bus or DiagramAgentMessageBus(queue_size=1), max_ids)

    def statistics(self) -> dict[str, Any]:
        """Counts since the manager was made, with `running` streams, `paused_s` and bytes; plain JSON."""
        return {"running": sum(stream.running for stream in self._streams), **self._upkeep.statistics()}


def _size(chunk_size: int) -> int:
    if not isinstance(chunk_size, int) or not 1 <= chunk_size <= LARGEST:
        raise outside("chunk_size", chunk_size, f"a whole number from 1 to {LARGEST:,}")
    return chunk_size


def _threshold(threshold_mb: float) -> float:
    if not 0 <= threshold_mb < math.inf:
        raise outside("memory_threshold_mb", threshold_mb, "MiB, or 0 for the limit that is found")
    return threshold_mb


def _concurrency(concurrency: int) -> int:
    if not isinstance(concurrency, int) or not 1 <= concurrency <= MOST_AT_ONCE:
        raise outside("concurrency", concurrency, f"a whole number from 1 to {MOST_AT_ONCE}")
    return concurrency


def _seconds(field: str, seconds: float) -> float:
    if not 0 <= seconds < math.inf:
        raise outside(field, seconds, "a number of seconds, at least 0")
    return seconds
