"""Processing: so many chunks at a time, slow readers slow it down, and no failure leaves anything behind."""

from __future__ import annotations

import functools
import threading
from typing import Any

import anyio
import anyio.from_thread
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest, Exhausted, TryAgain
from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.streaming.chunk import TopologyChunk
from streaming.memory import LIMIT, Memory
from streaming.networks import elements, settle, trickle

pytestmark = pytest.mark.anyio


class Desk:
    """Work that a test lets go on, chunk by chunk."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.cancelled: list[int] = []
        self._gates: dict[int, anyio.Event] = {}

    def gate(self, number: int) -> anyio.Event:
        return self._gates.setdefault(number, anyio.Event())

    async def work(self, chunk: TopologyChunk) -> int:
        self.begun.append(chunk.number)
        try:
            await self.gate(chunk.number).wait()
        except anyio.get_cancelled_exc_class():
            self.cancelled.append(chunk.number)
            raise
        self.ended.append(chunk.number)
        return chunk.number


async def number(chunk: TopologyChunk) -> int:
    return chunk.number


async def test_results_come_in_the_order_of_the_chunks(memory: Memory) -> None:
    desk = Desk()
    async with memory.manager().process_chunks(elements(60), desk.work, concurrency=3) as results:
        await settle()
        for each in (3, 2):
            desk.gate(each).set()
            await settle()
        desk.gate(1).set()
        assert [await anext(results) for _ in range(3)] == [1, 2, 3]
        for each in (4, 5, 6):
            desk.gate(each).set()
        assert [result async for result in results] == [4, 5, 6]
    assert desk.ended[:3] == [3, 2, 1]


async def test_results_come_as_they_are_done_where_order_does_not_matter(memory: Memory) -> None:
    desk = Desk()
    manager = memory.manager()
    async with manager.process_chunks(elements(30), desk.work, concurrency=3, ordered=False) as results:
        await settle()
        for each in (3, 1, 2):
            desk.gate(each).set()
            assert await anext(results) == each
        assert [result async for result in results] == []


@pytest.mark.parametrize("ordered", [True, False])
async def test_no_more_is_begun_than_can_be_kept_until_somebody_reads(memory: Memory, ordered: bool) -> None:
    pulled = []

    def source() -> Any:
        for element in elements(200):
            pulled.append(element)
            yield element

    async with memory.manager().process_chunks(source(), number, concurrency=3, ordered=ordered) as results:
        await settle()
        assert len(pulled) == 30
        assert await anext(results) == 1
        await settle()
        assert len(pulled) == 40
    assert memory.reserved == 0


async def test_every_chunk_in_work_stands_on_its_own_bytes(memory: Memory) -> None:
    desk = Desk()
    async with memory.manager().process_chunks(elements(60), desk.work, concurrency=3) as results:
        await settle()
        held = memory.reserved
        assert held > 60 * 1024
        desk.gate(1).set()
        await settle()
        assert memory.reserved < held  # done with, though nobody has fetched the result
        assert await anext(results) == 1


async def test_a_plain_function_runs_in_worker_threads(memory: Memory) -> None:
    threads, barrier, active, most = set(), threading.Barrier(3, timeout=60), [0], [0]

    def work(chunk: TopologyChunk) -> int:
        active[0] += 1
        barrier.wait()  # all three at the same time, or never
        most[0] = max(most[0], active[0])
        barrier.wait()
        active[0] -= 1
        threads.add(threading.current_thread())
        barrier.wait()
        return chunk.number

    async with memory.manager().process_chunks(elements(90), work, concurrency=3) as results:
        assert [result async for result in results] == list(range(1, 10))
    assert threading.main_thread() not in threads
    assert most == [3]


class Callee:
    async def __call__(self, chunk: TopologyChunk) -> int:
        return chunk.number


@pytest.mark.parametrize("work", [number, functools.partial(number), Callee(), lambda chunk: number(chunk)])
async def test_whatever_is_awaitable_is_awaited(memory: Memory, work: Any) -> None:
    async with memory.manager().process_chunks(elements(30), work) as results:
        assert [result async for result in results] == [1, 2, 3]


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("threaded", [True, False])
async def test_what_work_raises_ends_the_rest_and_comes_out_as_itself(
    memory: Memory, ordered: bool, threaded: bool
) -> None:
    desk = Desk()

    async def work(chunk: TopologyChunk) -> int:
        if chunk.number == 2:
            # what a thread begins after the end was told is not told of it, and would wait for ever
            while sorted(desk.begun) != [1, 3]:  # noqa: ASYNC110 - they tell by what they note
                await anyio.sleep(0.001)
            raise LookupError("of chunk 2") from ValueError("the cause")
        return await desk.work(chunk)

    def in_thread(chunk: TopologyChunk) -> Any:
        return anyio.from_thread.run(work, chunk)

    async def run() -> None:
        async with memory.manager().process_chunks(
            elements(60), in_thread if threaded else work, concurrency=3, ordered=ordered
        ) as results:
            async for _ in results:
                pass

    with pytest.raises(LookupError, match="of chunk 2") as caught:
        await run()
    assert isinstance(caught.value.__cause__, ValueError)
    assert sorted(desk.cancelled) == sorted(desk.begun)
    assert memory.reserved == 0


async def test_a_failure_reaches_a_consumer_that_is_busy_elsewhere(memory: Memory) -> None:
    async def work(chunk: TopologyChunk) -> None:
        raise LookupError

    async def run() -> None:
        async with memory.manager().process_chunks(elements(60), work):
            await anyio.sleep_forever()

    with pytest.raises(LookupError):
        await run()


async def test_what_the_source_raises_comes_out_as_itself(memory: Memory) -> None:
    def failing() -> Any:
        yield from elements(14)
        raise LookupError

    async def run() -> None:
        async with memory.manager().process_chunks(failing(), number) as results:
            async for _ in results:
                pass

    with pytest.raises(LookupError):
        await run()


async def test_a_consumer_that_raises_or_leaves_ends_the_work(memory: Memory) -> None:
    async def leave(*, by: BaseException | None) -> Desk:
        desk = Desk()
        desk.gate(1).set()
        try:
            async with memory.manager().process_chunks(elements(90), desk.work, concurrency=3) as results:
                async for _ in results:
                    await settle()
                    if by:
                        raise by
                    break
        except LookupError:
            assert by
        return desk

    for by in (LookupError(), None):
        desk = await leave(by=by)
        assert (desk.begun, desk.ended, sorted(desk.cancelled)) == ([1, 2, 3, 4], [1], [2, 3, 4])
        assert memory.reserved == 0


async def test_a_consumer_that_is_cancelled_ends_the_work(memory: Memory) -> None:
    desk = Desk()

    async def run() -> None:
        async with memory.manager().process_chunks(elements(90), desk.work) as results:
            await anext(results)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        await settle()
        tasks.cancel_scope.cancel()
    assert sorted(desk.cancelled) == [1, 2, 3, 4]
    assert memory.reserved == 0


async def test_memory_that_its_own_work_holds_is_waited_for(memory: Memory) -> None:
    """Room for two elements of 50 KB, and work that takes longer than the budget's patience."""
    memory.guard.budget = MemoryBudget(128 * 1024, used=lambda: 0, timeout_s=0.02)
    heavy = elements(6)
    for element in heavy:
        element.metadata["text"] = "x" * 50_000

    async def work(chunk: TopologyChunk) -> int:
        await anyio.sleep(0.1)
        return chunk.number

    async with memory.manager(chunk_size=1).process_chunks(heavy, work, concurrency=4) as results:
        assert [result async for result in results] == [1, 2, 3, 4, 5, 6]


async def test_memory_that_others_hold_is_not_waited_for_longer_than_by_a_stream(memory: Memory) -> None:
    memory.guard.budget = MemoryBudget(LIMIT, used=memory.gauge.used, timeout_s=0.02)

    async def run() -> None:
        async with memory.manager().process_chunks(elements(40), number) as results:
            await anext(results)

    with memory.guard.budget.reserve(memory.guard.budget.available), pytest.raises(TryAgain):
        await run()
    memory.gauge.share = 0.99
    with pytest.raises(Exhausted):
        await run()


@pytest.mark.parametrize("concurrency", [0, 65, 1.5])
async def test_the_bounds_of_concurrency_are_named(memory: Memory, concurrency: Any) -> None:
    with pytest.raises(BadRequest, match="concurrency"):
        memory.manager().process_chunks([], number, concurrency=concurrency)


@examples(
    count=st.integers(0, 60),
    size=st.integers(1, 20),
    concurrency=st.integers(1, 5),
    pauses=st.lists(st.integers(0, 5), min_size=1, max_size=7),
    ordered=st.booleans(),
)
async def test_every_chunk_is_processed_once(
    anyio_backend: Any, count: int, size: int, concurrency: int, pauses: list[int], ordered: bool
) -> None:
    memory, active, most = Memory(), 0, 0

    async def work(chunk: TopologyChunk) -> list[Any]:
        nonlocal active, most
        active += 1
        most = max(most, active)
        for _ in range(pauses[chunk.number % len(pauses)]):
            await anyio.lowlevel.checkpoint()
        active -= 1
        return chunk.elements

    manager = memory.manager(chunk_size=size)
    async with manager.process_chunks(
        trickle(elements(count)), work, concurrency=concurrency, ordered=ordered
    ) as results:
        found = [element async for result in results for element in result]
    assert sorted(found, key=lambda e: e.metadata["n"]) == elements(count)
    assert not ordered or found == elements(count)
    assert most <= concurrency
    assert memory.reserved == 0
