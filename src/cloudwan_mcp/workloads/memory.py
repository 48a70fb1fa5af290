"""What bounds memory and what measures it, in use."""

from __future__ import annotations

from functools import cache
from itertools import count

from cloudwan_mcp.memory.budget import MemoryBudget
from cloudwan_mcp.memory.cache import ByteCache
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.pool import ObjectPool
from cloudwan_mcp.memory.profiler import MemoryProfiler
from cloudwan_mcp.settings import load

KIB = 1024
ENTRIES = 64
POOLED = 8


def cache_bytes() -> int:
    """Put one new value, which makes the oldest go, and get one that is there."""
    held, numbers = _cache()
    number = next(numbers) % (4 * ENTRIES)
    held.put(number, bytes(KIB))
    return len(held.get(number) or b"")


def pool_objects() -> int:
    pool = _pool()
    taken = [pool.get() for _ in range(POOLED)]
    for each in taken:
        pool.return_object(each)
    return len(taken)


async def reserve_memory() -> int:
    async with _budget().reserve(KIB):
        return _budget().reserved


def profile_work() -> int:
    with _profiler().profile("work"):
        return sum(range(100))


@cache
def _cache() -> tuple[ByteCache[int, bytes], count[int]]:
    return ByteCache(ENTRIES * (KIB + 64)), count()


@cache
def _pool() -> ObjectPool[bytearray]:
    return ObjectPool(lambda: bytearray(KIB), POOLED)


@cache
def _budget() -> MemoryBudget:
    return MemoryGuard.of(load()).budget


@cache
def _profiler() -> MemoryProfiler:
    return MemoryProfiler()
