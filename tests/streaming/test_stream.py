"""Streams: everything once, in order, on reserved bytes that come back however the loop ends."""

from __future__ import annotations

import gc
import json
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted, TryAgain
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.streaming.manager import StreamingTopologyManager
from cloudwan_mcp.topology import MemoryOptimizedTopology
from streaming.memory import LIMIT, Memory
from streaming.networks import Network, elements, read, ring, settle, trickle

pytestmark = pytest.mark.anyio


async def test_chunks_say_where_they_begin_and_what_they_weigh(memory: Memory) -> None:
    stream = memory.manager().stream_topology_chunks(elements(25))
    given = await read(stream)
    assert given.elements == elements(25)
    assert [(c.number, c.first, c.next) for c in given.chunks] == [(1, 0, 10), (2, 10, 20), (3, 20, 25)]
    assert given.sizes == [10, 10, 5]
    assert [e.id for e in given.chunks[2]] == [f"vpc-{n}" for n in range(20, 25)]
    assert all(3_000 < chunk.size_bytes < 8_000 for chunk in given.chunks[:2])


async def test_the_settings_give_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_STREAMING_CHUNK_SIZE", "7")
    given = await read(StreamingTopologyManager().stream_topology_chunks(elements(10)))
    assert given.sizes == [7, 3]
    given = await read(StreamingTopologyManager().stream_topology_chunks(elements(10), 4, 5000))
    assert given.sizes == [4, 4, 2]


async def test_a_topology_without_anything_gives_no_chunk(memory: Memory) -> None:
    for nothing in ([], Network([]), MemoryOptimizedTopology(), trickle([])):
        stream = memory.manager().stream_topology_chunks(nothing)
        assert (await read(stream)).chunks == []
        assert (await read(stream)).chunks == []  # and stays at its end


async def test_bytes_are_reserved_until_the_next_chunk_is_asked_for(memory: Memory) -> None:
    stream = memory.manager().stream_topology_chunks(elements(30))
    assert memory.reserved == 0
    held = []
    async for _ in stream:
        held.append(memory.reserved)
    assert held[0] == 10 * 6 * 1024  # nothing is known yet
    assert held[0] > held[1] > held[2] > 0
    assert memory.reserved == 0


async def test_the_estimate_rises_at_once_to_what_a_chunk_took(memory: Memory) -> None:
    heavy = elements(20)
    for element in heavy[:10]:
        element.metadata["text"] = "x" * 100_000
    stream = memory.manager().stream_topology_chunks(heavy)
    first = await anext(stream)
    await anext(stream)
    assert memory.reserved >= first.size_bytes > 1_000_000
    await stream.aclose()


async def test_nothing_is_pulled_that_nobody_asked_for(memory: Memory) -> None:
    pulled = []

    def source() -> Any:
        for element in elements(100):
            pulled.append(element)
            yield element

    stream = memory.manager().stream_topology_chunks(source())
    await settle()
    assert pulled == []
    await anext(stream)
    await settle()
    assert len(pulled) == 10
    await stream.aclose()


async def test_a_loop_that_is_left_gives_its_bytes_back(memory: Memory) -> None:
    async for _ in memory.manager().stream_topology_chunks(elements(30)):
        assert memory.reserved
        break
    await settle()
    assert memory.reserved == 0


async def test_a_consumer_that_raises_gives_the_bytes_back(memory: Memory) -> None:
    async def consume() -> None:
        async for _ in memory.manager().stream_topology_chunks(elements(30)):
            raise LookupError

    with pytest.raises(LookupError):
        await consume()
    gc.collect()  # the traceback holds on to the loop
    await settle()
    assert memory.reserved == 0


async def test_a_consumer_that_is_cancelled_gives_the_bytes_back(memory: Memory) -> None:
    async def consume() -> None:
        async for _ in memory.manager().stream_topology_chunks(elements(30)):
            await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(consume)
        await settle()
        assert memory.reserved
        tasks.cancel_scope.cancel()
    gc.collect()
    await settle()
    assert memory.reserved == 0


async def test_a_stream_that_outlives_its_event_loop_gives_the_bytes_back(
    memory: Memory, anyio_backend: str
) -> None:
    kept = []

    async def begin() -> None:
        stream = memory.manager().stream_topology_chunks(elements(30))
        await anext(stream)
        kept.append(stream)

    await anyio.to_thread.run_sync(partial(anyio.run, begin, backend=anyio_backend))
    assert memory.reserved
    kept.clear()
    assert memory.reserved == 0


async def test_a_stream_is_closed_once_and_for_all(memory: Memory) -> None:
    manager = memory.manager()
    stream = manager.stream_topology_chunks(elements(30))
    await anext(stream)
    assert manager.statistics()["running"] == 1
    await stream.aclose()
    await stream.aclose()
    assert (manager.statistics()["running"], memory.reserved) == (0, 0)
    assert (await read(stream)).chunks == []


async def test_a_wait_that_is_cancelled_loses_nothing(memory: Memory) -> None:
    gate = anyio.Event()

    class Source:
        def __init__(self) -> None:
            self.left = elements(20)

        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> Any:
            if len(self.left) == 6:
                await gate.wait()
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop(0)

    stream = memory.manager().stream_topology_chunks(Source())
    given = await read(stream, 1)
    with anyio.move_on_after(0.01):
        await anext(stream)
    assert memory.reserved == 0
    gate.set()
    given.chunks += (await read(stream)).chunks
    assert given.elements == elements(20)
    assert [chunk.first for chunk in given.chunks] == [0, 10]


async def test_a_source_that_fails_has_given_what_came_before(memory: Memory) -> None:
    def failing() -> Any:
        yield from elements(14)
        raise LookupError("the disk is gone")

    stream = memory.manager().stream_topology_chunks(failing())
    given = await read(stream, 1)
    with pytest.raises(LookupError, match="the disk"):
        await anext(stream)
    assert memory.reserved == 0
    given.chunks += (await read(stream)).chunks
    assert given.elements == elements(14)


async def test_two_tasks_do_not_pull_from_one_stream(memory: Memory) -> None:
    stream = memory.manager().stream_topology_chunks(trickle(elements(30)))
    refused = []

    async def pull() -> None:
        try:
            await anext(stream)
        except BadRequest as error:
            refused.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pull)
        tasks.start_soon(pull)
    assert len(refused) == 1
    assert (await read(stream)).elements == elements(20, start=10)


async def test_a_stream_waits_for_bytes_that_others_hold(memory: Memory) -> None:
    stream = memory.manager().stream_topology_chunks(elements(30))
    async with anyio.create_task_group() as tasks:
        with memory.guard.budget.reserve(memory.guard.budget.available):
            given = []

            async def pull() -> None:
                given.append(await anext(stream))

            tasks.start_soon(pull)
            await anyio.sleep(0.05)
            assert given == []
    assert len(given[0]) > 0
    await stream.aclose()


async def test_a_chunk_is_made_smaller_to_fit_what_is_left(memory: Memory) -> None:
    stream = memory.manager(chunk_size=160).stream_topology_chunks(elements(160))
    with memory.guard.budget.reserve(memory.guard.budget.available - 50 * 6 * 1024):
        assert len(await anext(stream)) == 40
    await stream.aclose()


async def test_bytes_that_never_come_free_end_the_wait_and_the_stream_goes_on_later(memory: Memory) -> None:
    memory.guard.budget = MemoryBudget(LIMIT, used=memory.gauge.used, timeout_s=0.05)
    stream = memory.manager().stream_topology_chunks(elements(30))
    with memory.guard.budget.reserve(memory.guard.budget.available):
        with pytest.raises(TryAgain) as caught:
            await anext(stream)
        assert caught.value.code == "MemoryBudget"
    assert (await read(stream)).elements == elements(30)


async def test_statistics_are_plain_json(memory: Memory) -> None:
    manager = memory.manager()
    assert manager.statistics()["largest_chunk"] is None
    given = await read(manager.stream_topology_chunks(Network(elements(25), ring(25))))
    assert json.loads(json.dumps(manager.statistics())) == {
        "running": 0,
        "chunks": 3,
        "elements": 25,
        "connections": 25,
        "bytes": sum(chunk.size_bytes for chunk in given.chunks),
        "smallest_chunk": 5,
        "largest_chunk": 10,
        "pauses": 0,
        "paused_s": 0.0,
        "relieved_bytes": 0,
    }


async def test_memory_is_relieved_every_so_many_seconds_between_chunks(memory: Memory) -> None:
    relieved = []

    class Monitor:
        def relieve(self) -> int:
            relieved.append(memory.clock())
            return 1000

    manager = memory.manager(cleanup_interval=300, monitor=Monitor())
    async for _ in manager.stream_topology_chunks(elements(100)):
        memory.clock.wait(100)
    assert relieved == [1300.0, 1600.0, 1900.0]
    assert manager.statistics()["relieved_bytes"] == 3000


@pytest.mark.parametrize(
    "given",
    [
        {"chunk_size": 0},
        {"chunk_size": 10_001},
        {"chunk_size": 2.5},
        {"memory_threshold_mb": -1},
        {"memory_threshold_mb": float("nan")},
        {"start": -1},
    ],
)
async def test_bounds_are_named(memory: Memory, given: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as caught:
        memory.manager().stream_topology_chunks([], **given)
    assert [caught.value.field] == list(given)


@pytest.mark.parametrize(
    "given",
    [
        {"chunk_size": 0},
        {"memory_threshold_mb": float("inf")},
        {"cleanup_interval": -1},
        {"pause_timeout_s": float("nan")},
        {"max_concurrency": 0},
    ],
)
async def test_bounds_of_the_manager_are_named(memory: Memory, given: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as caught:
        memory.manager(**given)
    assert caught.value.field in next(iter(given))


async def test_without_memory_optimization_nothing_is_watched(memory: Memory) -> None:
    from cloudwan_mcp.memory.guard import MemoryGuard

    memory.guard = MemoryGuard(memory.gauge, enabled=False)  # type: ignore[arg-type]
    memory.gauge.share = 2.0
    stream = memory.manager().stream_topology_chunks(elements(30), memory_threshold_mb=1)
    assert (await read(stream)).sizes == [10, 10, 10]


async def test_what_can_never_fit_is_refused(memory: Memory) -> None:
    memory.gauge.share = 0.1
    memory.guard.budget = MemoryBudget(1024, used=lambda: 0)
    stream = memory.manager().stream_topology_chunks(elements(30))
    with pytest.raises(Exhausted):
        await anext(stream)
