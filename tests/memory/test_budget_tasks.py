"""Threads and tasks of either event loop wait for memory in one queue."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from cloudwan_mcp.errors import Exhausted, TryAgain
from cloudwan_mcp.memory.budget import MemoryBudget
from conversation import soon, until
from fakes.use import Use

NO_HURRY_S = 120.0


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def budget() -> MemoryBudget:
    return MemoryBudget(1000, used=Use(), ceiling=1.0, timeout_s=NO_HURRY_S, enabled=True)


class Witness:
    """Sees what is held together, and in which order it came to be."""

    def __init__(self, budget: MemoryBudget) -> None:
        self.budget = budget
        self.order: list[object] = []
        self.most = 0
        self._held = 0
        self._lock = threading.Lock()

    def came(self, name: object, size: int) -> None:
        with self._lock:
            self.order.append(name)
            self._held += size
            self.most = max(self.most, self._held)

    def went(self, size: int) -> None:
        with self._lock:
            self._held -= size

    async def task(self, name: object, size: int, work: Callable[[], object] = lambda: None) -> None:
        async with self.budget.reserve(size):
            self.came(name, size)
            await anyio.lowlevel.checkpoint()
            work()
            self.went(size)

    def thread(self, name: object, size: int) -> None:
        with self.budget.reserve(size):
            self.came(name, size)
            self.went(size)


@pytest.mark.anyio
async def test_tasks_are_served_in_the_order_they_came(budget: MemoryBudget) -> None:
    witness = Witness(budget)
    async with anyio.create_task_group() as tasks, budget.reserve(1000):
        for number in range(8):
            tasks.start_soon(witness.task, number, 600 if number % 2 else 1000)
            await soon(lambda number=number: budget.waiting == number + 1)
    assert witness.order == list(range(8))
    assert witness.most <= 1000
    assert (budget.reserved, budget.waiting) == (0, 0)


@pytest.mark.anyio
async def test_threads_and_tasks_share_one_queue(budget: MemoryBudget) -> None:
    witness = Witness(budget)
    async with anyio.create_task_group() as tasks, budget.reserve(1000):
        for number in range(6):
            if number % 2:
                tasks.start_soon(anyio.to_thread.run_sync, witness.thread, number, 1000)
            else:
                tasks.start_soon(witness.task, number, 1000)
            await soon(lambda number=number: budget.waiting == number + 1)
    assert witness.order == list(range(6))


@pytest.mark.anyio
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_cancelled_task_leaves_its_place_to_those_behind(budget: MemoryBudget, place: int) -> None:
    witness = Witness(budget)
    scopes = [anyio.CancelScope() for _ in range(3)]

    async def cancellable(number: int) -> None:
        with scopes[number]:
            await witness.task(number, 1000)

    async with anyio.create_task_group() as tasks, budget.reserve(1000):
        for number in range(3):
            tasks.start_soon(cancellable, number)
            await soon(lambda number=number: budget.waiting == number + 1)
        scopes[place].cancel()
        await soon(lambda: budget.waiting == 2)
    assert witness.order == [number for number in range(3) if number != place]
    assert (budget.reserved, budget.waiting) == (0, 0)


@pytest.mark.anyio
async def test_a_task_cancelled_in_its_block_gives_back_what_it_held(budget: MemoryBudget) -> None:
    with anyio.CancelScope() as scope:
        async with budget.reserve(1000):
            scope.cancel()
            await anyio.sleep_forever()
    assert budget.reserved == 0


@pytest.mark.anyio
async def test_a_task_admitted_and_cancelled_at_once_leaks_nothing(budget: MemoryBudget) -> None:
    witness = Witness(budget)
    scope = anyio.CancelScope()

    async def cancellable() -> None:
        with scope:
            await witness.task("cancelled", 1000)

    async with anyio.create_task_group() as tasks:
        async with budget.reserve(1000):
            tasks.start_soon(cancellable)
            await soon(lambda: budget.waiting == 1)
        assert budget.reserved == 1000  # it was admitted just now, and has not run since
        scope.cancel()
    assert witness.order == []
    assert budget.reserved == 0


@pytest.mark.anyio
async def test_an_error_in_a_task_gives_back_what_it_held(budget: MemoryBudget) -> None:
    with pytest.raises(ValueError, match="bad page"):
        async with budget.reserve(1000):
            raise ValueError("bad page")
    assert budget.reserved == 0


@pytest.mark.anyio
async def test_a_task_waits_no_longer_than_its_timeout() -> None:
    budget = MemoryBudget(1000, used=Use(), ceiling=1.0, timeout_s=0.05, enabled=True)
    async with budget.reserve(800):
        with pytest.raises(TryAgain) as late:
            async with budget.reserve(300):
                pytest.fail("it was not to be had")
        assert late.value.code == "MemoryBudget"
        assert (budget.reserved, budget.waiting) == (800, 0)


@pytest.mark.anyio
async def test_a_task_is_refused_what_never_fits() -> None:
    budget = MemoryBudget(1000, used=Use(600), ceiling=1.0, enabled=True)
    with pytest.raises(Exhausted):
        async with budget.reserve(500):
            pytest.fail("it was not to be had")


@pytest.mark.anyio
async def test_a_blocked_event_loop_does_not_stop_the_threads_behind_it(budget: MemoryBudget) -> None:
    """The task is first, and its loop blocked by a thread that comes after it."""
    witness = Witness(budget)
    done = threading.Event()

    def behind() -> None:
        until(lambda: budget.waiting == 1)
        freed.start()
        witness.thread("thread", 100)
        done.set()

    held = budget.reserve(1000)
    freed = threading.Timer(0.05, held.__exit__, (None, None, None))
    with ThreadPoolExecutor(1) as threads:
        async with anyio.create_task_group() as tasks:
            held.__enter__()
            tasks.start_soon(witness.task, "task", 500)
            await soon(lambda: budget.waiting == 1)
            threads.submit(behind)
            assert done.wait(NO_HURRY_S)
            assert witness.order == ["thread"]
    assert budget.reserved == 0


def test_many_threads_never_hold_more_than_there_is() -> None:
    """Each measures and admits undisturbed by the others, although measuring takes a while."""
    measuring = threading.Lock()

    def used() -> int:
        assert measuring.acquire(blocking=False), "two admit at once, by what both of them measured"
        time.sleep(0.0005)
        measuring.release()
        return 0

    budget = MemoryBudget(1000, used=used, ceiling=1.0, timeout_s=NO_HURRY_S, enabled=True)
    witness = Witness(budget)

    def work(number: int) -> None:
        for size in random.Random(number).choices(range(1, 700), k=12):
            witness.thread(number, size)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert len(witness.order) == 8 * 12
    assert witness.most <= 1000
    assert (budget.reserved, budget.waiting) == (0, 0)
    assert budget.statistics()["admitted"] == 8 * 12


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_event_loops_in_several_threads_share_one_budget(budget: MemoryBudget, backend: str) -> None:
    witness = Witness(budget)

    async def loop(number: int) -> None:
        async with anyio.create_task_group() as tasks:
            for each in range(20):
                tasks.start_soon(witness.task, (number, each), 90 * (each % 10) + 100)

    with ThreadPoolExecutor(3) as threads:
        runs = [threads.submit(anyio.run, loop, number, backend=backend) for number in range(3)]
        for each in runs:
            each.result(NO_HURRY_S)
    assert len(witness.order) == 60
    assert witness.most <= 1000
    assert (budget.reserved, budget.waiting) == (0, 0)
