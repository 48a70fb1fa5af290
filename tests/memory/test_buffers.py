"""Buffers come back to be used again, unless somebody still looks at them or has changed their size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted, TryAgain
from cloudwan_mcp.memory.buffers import MemoryPool

SIZE = 4096


def grow_and_shrink(buffer: bytearray) -> None:
    buffer.extend(bytes(SIZE // 2))
    del buffer[SIZE:]


def test_a_buffer_has_exactly_its_size_and_is_used_again() -> None:
    pool = MemoryPool(SIZE)
    seen = set()
    for _ in range(10):
        with pool.buffer() as buffer:
            assert isinstance(buffer, bytearray)
            assert len(buffer) == SIZE
            seen.add(id(buffer))
            buffer[:3] = b"abc"
    assert len(seen) == 1
    found = pool.statistics()
    assert (found["created"], found["reused"], found["idle"]) == (1, 9, 1)


@pytest.mark.parametrize("size", [1, 2, 3, 1000, 1024 * 1024])
def test_buffers_of_any_size_are_used_again(size: int) -> None:
    pool = MemoryPool(size)
    for _ in range(4):
        with pool.buffer() as buffer:
            assert len(buffer) == size
    assert pool.statistics()["created"] == 1


@pytest.mark.parametrize(
    "change", [bytearray.clear, lambda b: b.append(1), lambda b: b.pop(), grow_and_shrink]
)
def test_a_buffer_whose_size_was_changed_is_not_used_again(change: Callable[[bytearray], object]) -> None:
    pool = MemoryPool(SIZE)
    with pool.buffer() as buffer:
        change(buffer)
    with pool.buffer() as other:
        assert other is not buffer
        assert len(other) == SIZE
    assert pool.statistics()["discarded"] == 1


def test_a_view_that_outlives_its_block_is_never_written_over() -> None:
    pool = MemoryPool(SIZE)
    with pool.buffer() as buffer:
        buffer[:4] = b"page"
        view = memoryview(buffer)[:4]
    with pool.buffer() as other:
        other[:4] = b"next"
        assert view == b"page"
    view.release()
    assert pool.statistics()["discarded"] == 1


def test_a_block_that_fails_gives_its_buffer_back() -> None:
    pool = MemoryPool(SIZE, max_buffers=1)
    with pytest.raises(ZeroDivisionError), pool.buffer():
        raise ZeroDivisionError
    assert (pool.statistics()["in_use"], pool.statistics()["idle"]) == (0, 1)


def test_no_more_buffers_exist_than_allowed() -> None:
    pool = MemoryPool(SIZE, max_buffers=2)
    with pool.buffer(), pool.buffer():
        assert pool.statistics()["bytes"] == 2 * SIZE
        with pytest.raises(Exhausted), pool.buffer():
            pass
    with pool.buffer(), pool.buffer():
        pass
    pool.clear()
    assert pool.statistics()["bytes"] == 0


def test_a_pool_that_waits_gives_up_in_time() -> None:
    pool = MemoryPool(SIZE, max_buffers=1, on_exhausted="wait", timeout_s=0)
    with pool.buffer(), pytest.raises(TryAgain), pool.buffer():
        pass


@pytest.mark.parametrize("field", ["buffer_bytes", "max_buffers"])
def test_a_pool_of_nothing_is_refused(field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        MemoryPool(**{field: 0})
    assert refused.value.field == field
