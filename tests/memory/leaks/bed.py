"""The labelled bed: callables that leak, each at the line marked so, and callables that only look like it.

Every one does some work of the kind a server does. Those of `LEAKS` keep something with every call, or with
some; those of `CLEAN` fill, swing, fragment and warm up, and keep nothing in the end.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import inspect
import json
import random
import re
import socket
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

MARK = "# leaks here"
draw = random.Random(0)
kept: list[Any] = []
count = iter(range(10**12))


def work() -> dict[str, Any]:
    """What comes in as text, is looked at, and goes: some 50 us, and blocks of many sizes."""
    size = draw.randint(5, 30)
    text = json.dumps([{"id": f"attachment-{n}", "tags": ["a" * n]} for n in range(size)])
    return {each["id"]: each for each in json.loads(text)}


class Record:
    def __init__(self, number: int) -> None:
        self.number = number
        self.other: Record | None = None


class Node:
    def __init__(self) -> None:
        self.listeners: list[Callable[[], None]] = []


# Leaks


def growing_list() -> None:
    work()
    kept.append({"number": next(count)})  # leaks here


def kept_answers() -> None:
    kept.append(work())  # leaks here


answers: dict[int, Any] = {}


def dict_without_eviction() -> None:
    work()
    answers[next(count)] = {"answer": "x" * 40}  # leaks here


@cache
def _looked_up(number: int) -> str:
    return f"network-{number}" * 2


def cache_without_bound() -> None:
    work()
    _looked_up(next(count))  # leaks here


def cycle_without_collection() -> None:
    gc.disable()
    work()
    one, two = Record(1), Record(2)  # leaks here
    one.other, two.other = two, one


libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p


def memory_of_c() -> None:
    work()
    libc.malloc(300)  # leaks here


def memory_of_c_sometimes() -> None:
    work()
    bytearray(5000)
    if next(count) % 10 == 0:
        libc.malloc(64 * 1024)  # leaks here


def descriptors() -> None:
    work()
    kept.append(socket.socket().detach())  # leaks here


def descriptors_sometimes() -> None:
    work()
    with socket.socket() as used:
        used.fileno()
    if next(count) % 10 == 0:
        _connect()


def _connect() -> None:
    kept.append(socket.socketpair()[0].detach())  # leaks here


never = threading.Event()


def threads() -> None:
    work()
    threading.Thread(target=never.wait, daemon=True).start()  # leaks here


async def pending_tasks() -> None:
    work()
    await asyncio.sleep(0)
    kept.append(asyncio.create_task(asyncio.Event().wait()))  # leaks here


async def slow_leak_between_awaits() -> None:
    work()
    await asyncio.sleep(0)
    kept.append(bytes(67))  # leaks here


def slow_leak() -> None:
    work()
    kept.append(bytes(67))  # leaks here


def rare_leak() -> None:
    work()
    if next(count) % 25 == 0:
        kept.append([None] * 8000)  # leaks here


node = Node()


def callbacks() -> None:
    size = len(work())
    node.listeners.append(lambda: kept.append(size))  # leaks here


# Clean


lazily: dict[int, Any] = {}


def warm_up() -> None:
    work()
    number = next(count)
    if number < 20:
        lazily[number] = [str(n) for n in range(2000)]


lru: OrderedDict[int, Any] = OrderedDict()


def bounded_lru() -> None:
    lru[draw.randrange(2000)] = work()
    if len(lru) > 50:
        lru.popitem(last=False)


@lru_cache(maxsize=64)
def _bounded(number: int) -> list[str]:
    return [f"network-{number}-{n}" for n in range(20)]


def bounded_function_cache() -> None:
    work()
    _bounded(draw.randrange(10**6))


slots: list[Any] = [None] * 60


def fragmentation() -> None:
    work()
    slots[draw.randrange(len(slots))] = bytearray(draw.choice((100, 700, 3000, 9000, 40_000)))


batch: list[Any] = []


def sawtooth() -> None:
    batch.append(work().popitem())
    if len(batch) >= 300:
        batch.clear()


def large_temporaries() -> None:
    work()
    sum(bytearray(200_000)[::50_000])
    [str(n) for n in range(2000)]


ring: deque[Any] = deque(maxlen=100)


def ring_buffer() -> None:
    ring.append(work())


def patterns() -> None:
    work()
    re.match(f"attachment-{draw.randrange(2000)}$", "attachment-7")
    _bounded(next(count) % 30)


class Connection:
    def __init__(self) -> None:
        self.pair = socket.socketpair()

    def close(self) -> None:
        for each in self.pair:
            each.close()


pool: list[Connection] = []


def connection_pool() -> None:
    work()
    taken = pool.pop() if pool else Connection()
    if draw.random() < 0.05:
        taken.close()
        taken = Connection()
    pool.append(taken)


timed: OrderedDict[int, Any] = OrderedDict()


def ttl_cache() -> None:
    now = next(count)
    timed[now] = work()
    while next(iter(timed)) < now - 60:
        timed.popitem(last=False)


def collected_cycles() -> None:
    work()
    one, two = Record(1), Record(2)
    one.other, two.other = two, one


def joined_threads() -> None:
    work()
    each = threading.Thread(target=len, args=("",))
    each.start()
    each.join()


async def finished_tasks() -> None:
    work()
    await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))


LEAKS: tuple[Callable[[], Any], ...] = (
    growing_list,
    kept_answers,
    dict_without_eviction,
    cache_without_bound,
    cycle_without_collection,
    memory_of_c,
    memory_of_c_sometimes,
    descriptors,
    descriptors_sometimes,
    threads,
    pending_tasks,
    slow_leak_between_awaits,
    slow_leak,
    rare_leak,
    callbacks,
)
CLEAN: tuple[Callable[[], Any], ...] = (
    warm_up,
    bounded_lru,
    bounded_function_cache,
    fragmentation,
    sawtooth,
    large_temporaries,
    ring_buffer,
    patterns,
    connection_pool,
    ttl_cache,
    collected_cycles,
    joined_threads,
    finished_tasks,
)


def marked_line(leak: Callable[[], Any]) -> int:
    """The line marked in a leak, or in the function it leaves the work to."""
    lines, first = inspect.getsourcelines(_connect if leak is descriptors_sometimes else leak)
    return first + next(number for number, line in enumerate(lines) if MARK in line)
