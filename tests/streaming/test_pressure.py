"""Pressure: smaller chunks, a pause, an error that says what to do; never a lost or repeated chunk."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.streaming.sizing import Sizing
from streaming.memory import Memory
from streaming.networks import Network, elements, read, ring, settle, trickle

pytestmark = pytest.mark.anyio


async def sizes_at(memory: Memory, shares: list[float], chunk_size: int = 64) -> list[int]:
    stream = memory.manager(chunk_size=chunk_size).stream_topology_chunks(elements(2000))
    found = []
    for share in shares:
        memory.gauge.share = share
        found.append(len(await anext(stream)))
    await stream.aclose()
    return found


async def test_chunks_halve_from_the_warning_share_on_and_have_a_floor(memory: Memory) -> None:
    assert await sizes_at(memory, [0.74] + [0.76] * 6) == [64, 32, 16, 8, 4, 4, 4]


async def test_chunks_keep_their_size_in_between_and_grow_back_below_half_of_it(memory: Memory) -> None:
    assert await sizes_at(memory, [0.8, 0.8, 0.5, 0.38, 0.37, 0.3, 0.3]) == [32, 16, 16, 16, 32, 64, 64]


async def test_the_share_is_of_a_streams_own_threshold(memory: Memory) -> None:
    memory.gauge.share = 0.4  # of 1,000 MiB: 80 % of 500
    manager = memory.manager(chunk_size=64)
    stream = manager.stream_topology_chunks(elements(64), memory_threshold_mb=500)
    assert (await read(stream)).sizes == [32, 16, 8, 4, 4]


async def test_a_breaker_that_opens_in_the_middle_pauses_until_memory_has_recovered(memory: Memory) -> None:
    manager = memory.manager(memory_threshold_mb=500, monitor=(monitor := Relieving()))
    stream = manager.stream_topology_chunks(Network(elements(60), ring(60)))
    given = await read(stream, 2)

    def recover() -> None:
        if len(memory.clock.waits) == 8:
            memory.gauge.share = 0.1

    memory.gauge.share, memory.on_wait = 0.6, recover
    given.chunks += (await read(stream)).chunks
    assert given.elements == elements(60)
    assert given.connections == ring(60)
    statistics = manager.statistics()
    assert statistics["pauses"] == 1
    assert statistics["paused_s"] == sum(memory.clock.waits) >= 4
    assert monitor.times == len(memory.clock.waits)
    assert statistics["relieved_bytes"] == monitor.times * 1000


async def test_a_pause_holds_no_bytes(memory: Memory) -> None:
    def recover() -> None:
        memory.gauge.share = 0.1

    memory.on_wait = recover
    async for _ in memory.manager(memory_threshold_mb=500).stream_topology_chunks(elements(30)):
        memory.gauge.share = 0.6
    assert memory.reserved_while_waiting == [0, 0, 0]


async def test_memory_that_stays_short_ends_in_an_error_that_names_limit_use_and_next_step(
    memory: Memory,
) -> None:
    manager = memory.manager(memory_threshold_mb=500, pause_timeout_s=12)
    stream = manager.stream_topology_chunks(elements(60))
    await read(stream, 2)
    memory.gauge.share = 0.6
    with pytest.raises(Exhausted, match=r"600\.0 MiB .* 500\.0 MiB \(memory_threshold_mb\)") as caught:
        await anext(stream)
    assert "start=chunk.next" in caught.value.next_step
    assert 12 <= sum(memory.clock.waits) <= 16  # the breaker opens meanwhile, from when it counts
    assert memory.reserved == 0


@pytest.mark.parametrize("again", ["the same stream", "a new one"])
async def test_after_the_error_it_goes_on_where_it_stood(memory: Memory, again: str) -> None:
    manager = memory.manager(memory_threshold_mb=500, pause_timeout_s=5)
    stream = manager.stream_topology_chunks(Network(elements(60), ring(60)))
    given = await read(stream, 2)
    memory.gauge.share = 0.6
    with pytest.raises(Exhausted):
        await anext(stream)
    memory.gauge.share = 0.1
    memory.clock.wait(2)
    assert stream.position == given.chunks[-1].next == 20
    if again == "a new one":
        stream = manager.stream_topology_chunks(Network(elements(60), ring(60)), start=given.chunks[-1].next)
    given.chunks += (await read(stream)).chunks
    assert given.elements == elements(60)
    assert given.connections == ring(60)


async def test_the_breaker_of_the_process_counts_where_a_stream_has_no_threshold(memory: Memory) -> None:
    stream = memory.manager().stream_topology_chunks(elements(30))
    given = await read(stream, 1)
    memory.guard.breaker.force_open("a test")
    memory.on_wait = lambda: memory.guard.breaker.reset() if len(memory.clock.waits) == 3 else None
    given.chunks += (await read(stream)).chunks
    assert given.elements == elements(30)
    assert len(memory.clock.waits) == 3


async def test_a_breaker_that_opens_during_a_pause_has_its_time_to_recover(memory: Memory) -> None:
    """A process's breaker, open, lets nothing start for 30 s: as long as a pause may last."""
    from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker

    memory.guard.breaker = MemoryCircuitBreaker(850, used=memory.gauge.used, clock=memory.clock)

    def recover() -> None:
        if memory.guard.breaker.state == "open":
            memory.gauge.share = 0.1

    memory.on_wait = recover
    stream = memory.manager().stream_topology_chunks(elements(30))
    given = await read(stream, 1)
    memory.gauge.share = 0.9
    given.chunks += (await read(stream)).chunks
    assert given.elements == elements(30)
    assert sum(memory.clock.waits) > 30


async def test_a_pause_can_be_cancelled_and_loses_nothing(memory: Memory) -> None:
    memory.gauge.share = 0.6
    stream = memory.manager(memory_threshold_mb=500, pause_timeout_s=10_000).stream_topology_chunks(
        elements(30)
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read, stream)
        await settle()
        tasks.cancel_scope.cancel()
    assert memory.clock.waits
    memory.gauge.share = 0.1
    memory.clock.wait(2)
    assert (await read(stream)).elements == elements(30)


async def test_what_was_pulled_for_a_larger_chunk_is_given_in_smaller_ones(memory: Memory) -> None:
    def interrupted() -> Any:
        yield from elements(30)
        raise LookupError

    stream = memory.manager(chunk_size=40).stream_topology_chunks(interrupted())
    with pytest.raises(LookupError):
        await anext(stream)
    memory.gauge.share = 0.8
    given = await read(stream)
    assert given.sizes == [20, 10]
    assert given.elements == elements(30)


class Relieving:
    """A monitor whose relief gives 1,000 bytes back each time."""

    def __init__(self) -> None:
        self.times = 0

    def relieve(self) -> int:
        self.times += 1
        return 1000


FORMS = {
    "list": lambda network: [*network.elements, *network.connections],
    "generator": lambda network: iter([*network.elements, *network.connections]),
    "async generator": lambda network: trickle([*network.elements, *network.connections]),
    "object": lambda network: network,
    "lazy": lambda network: Network(iter(network.elements), iter(network.connections)),
}


@examples(
    count=st.integers(0, 60),
    chunk_size=st.integers(1, 40),
    form=st.sampled_from(sorted(FORMS)),
    shares=st.lists(st.sampled_from([0.1, 0.3, 0.45, 0.6]), min_size=1, max_size=8),
    patience=st.sampled_from([0, 2, 20]),
)
async def test_whatever_the_sizes_and_the_moments_of_pressure_everything_comes_once(
    anyio_backend: Any, count: int, chunk_size: int, form: str, shares: list[float], patience: float
) -> None:
    memory = Memory()
    memory.on_wait = lambda: setattr(memory.gauge, "share", shares[len(memory.clock.waits) % len(shares)])
    network = Network(elements(count), ring(count))
    manager = memory.manager(chunk_size=chunk_size, memory_threshold_mb=500, pause_timeout_s=patience)
    stream = manager.stream_topology_chunks(FORMS[form](network))
    chunks: list[Any] = []
    for attempt in range(300):
        memory.gauge.share = shares[attempt % len(shares)]
        if attempt >= 50:
            memory.gauge.share, memory.on_wait = 0.1, lambda: None
        try:
            chunks.append(await anext(stream))
        except Exhausted:
            memory.clock.wait(1)
        except StopAsyncIteration:
            break
    assert [element for chunk in chunks for element in chunk.elements] == network.elements
    assert [each for chunk in chunks for each in chunk.connections] == network.connections
    assert all(len(chunk) <= chunk_size for chunk in chunks)
    assert [chunk.first for chunk in chunks[1:]] == [chunk.next for chunk in chunks[:-1]]
    assert memory.reserved == 0


@examples(nominal=st.integers(1, 10_000), shares=st.lists(st.floats(0, 2), max_size=30))
def test_sizes_stay_between_a_sixteenth_and_the_whole(nominal: int, shares: list[float]) -> None:
    sizing = Sizing(nominal, 0.75)
    for share in shares:
        assert max(1, nominal // 16) <= sizing.size(share) <= nominal
