"""A breaker guards functions, coroutine functions and blocks, each call with a permit of its own."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted
from cloudwan_mcp.memory.breaker import MemoryCircuitBreaker
from fakes.use import Use


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def use() -> Use:
    return Use()


@pytest.fixture
def breaker(use: Use) -> MemoryCircuitBreaker:
    """At half-open, with two permits."""
    made = MemoryCircuitBreaker(100, failure_threshold=1, recovery_timeout_s=0, half_open_permits=2, used=use)
    use.now = 1 << 40
    made.should_break()
    use.now = 0
    made.should_break()
    assert made.state == "half-open"
    return made


def test_a_function_keeps_its_name_and_its_result(breaker: MemoryCircuitBreaker) -> None:
    @breaker
    def double(number: int, *, plus: int = 0) -> int:
        return 2 * number + plus

    assert double(3, plus=1) == 7
    assert double.__name__ == "double"
    breaker.force_open("By hand.")
    with pytest.raises(Exhausted):
        double(3)


@pytest.mark.anyio
async def test_a_coroutine_function_holds_its_permit_until_it_is_done(breaker: MemoryCircuitBreaker) -> None:
    go_on = anyio.Event()

    @breaker
    async def work() -> None:
        await go_on.wait()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        tasks.start_soon(work)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Exhausted):
            await work()
        go_on.set()
    assert breaker.state == "closed"


@pytest.mark.anyio
async def test_a_coroutine_function_that_runs_out_of_memory_is_a_failure(
    breaker: MemoryCircuitBreaker,
) -> None:
    @breaker
    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        raise MemoryError

    with pytest.raises(MemoryError):
        await work()
    assert breaker.state == "open"


def test_a_generator_function_would_run_unguarded_and_is_refused(breaker: MemoryCircuitBreaker) -> None:
    def rows() -> Iterator[int]:
        yield 1

    async def pages() -> AsyncIterator[int]:
        yield 1

    for each in (rows, pages):
        with pytest.raises(BadRequest, match="generator"):
            breaker(each)


def test_the_breaker_itself_is_a_block(breaker: MemoryCircuitBreaker) -> None:
    with breaker as entered:
        assert entered is breaker
        with breaker, pytest.raises(Exhausted), breaker:
            pass
    assert breaker.state == "closed"


def test_a_block_that_runs_out_of_memory_is_a_failure(breaker: MemoryCircuitBreaker) -> None:
    with pytest.raises(MemoryError), breaker:
        raise MemoryError
    assert breaker.state == "open"


def test_blocks_of_two_breakers_within_each_other_are_told_apart(breaker: MemoryCircuitBreaker) -> None:
    other = MemoryCircuitBreaker(100, failure_threshold=1, used=Use())
    breaker.__enter__()
    other.__enter__()
    breaker.__exit__(None, None, None)
    other.__exit__(MemoryError, MemoryError(), None)
    assert (breaker.state, other.state) == ("half-open", "open")


@pytest.mark.anyio
async def test_tasks_enter_one_breaker_side_by_side(breaker: MemoryCircuitBreaker) -> None:
    both_inside = anyio.Event()
    inside = 0

    async def work(fails: bool) -> None:
        nonlocal inside
        async with breaker:
            inside += 1
            if inside == 2:
                both_inside.set()
            await both_inside.wait()
            if fails:
                raise ValueError("bad page")

    async def fails() -> None:
        with pytest.raises(ValueError, match="bad page"):
            await work(True)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work, False)
        tasks.start_soon(fails)
    assert breaker.state == "half-open"
    async with breaker.permit():
        pass
    assert breaker.state == "closed"


def test_threads_enter_one_breaker_side_by_side(breaker: MemoryCircuitBreaker) -> None:
    both_inside = threading.Barrier(2)

    def work() -> None:
        with breaker:
            both_inside.wait()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert breaker.state == "closed"


def test_a_block_left_elsewhere_than_it_was_entered_gives_its_permit_up_in_time(
    breaker: MemoryCircuitBreaker,
) -> None:
    thread = threading.Thread(target=breaker.__enter__)
    thread.start()
    thread.join()
    breaker.__exit__(None, None, None)
    assert breaker.state == "half-open"
