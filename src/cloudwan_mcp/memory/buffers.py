"""Byte buffers used again for one page after the other, so that not every page touches fresh memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.pool import ObjectPool, OnExhausted

BUFFER_BYTES = 1024 * 1024


class MemoryPool:
    """At most `max_buffers` buffers of `buffer_bytes` each, in use or idle.

    Where all are in use, `on_exhausted` and `timeout_s` say what happens, as for an `ObjectPool`. A buffer
    comes with the bytes that its last user left in it. May be used from any thread.
    """

    def __init__(
        self,
        buffer_bytes: int = BUFFER_BYTES,
        max_buffers: int = 8,
        *,
        on_exhausted: OnExhausted = "raise",
        timeout_s: float = 5.0,
    ) -> None:
        if not buffer_bytes >= 1:
            raise outside("buffer_bytes", buffer_bytes, "at least 1")
        if not max_buffers >= 1:
            raise outside("max_buffers", max_buffers, "at least 1")
        self.buffer_bytes = buffer_bytes
        self._occupied = _occupied_after_a_change_of_size(bytearray(buffer_bytes))
        self._pool = ObjectPool(
            lambda: bytearray(buffer_bytes), max_buffers, on_exhausted=on_exhausted, timeout_s=timeout_s
        )

    @contextmanager
    def buffer(self) -> Iterator[bytearray]:
        """A buffer for the length of a `with` block. Raises as `ObjectPool.get` does.

        A buffer that comes back with another size, or while a memoryview of it is still alive, is not used
        again: the view stays good, and is never written over by the next user.
        """
        given = self._pool.get()
        try:
            yield given
        finally:
            if self._reusable(given):
                self._pool.return_object(given)
            else:
                self._pool.discard(given)

    def clear(self) -> None:
        """Drop the idle buffers."""
        self._pool.clear()

    def statistics(self) -> dict[str, int]:
        """What `ObjectPool.statistics` counts, with `buffer_bytes`, and `bytes` of all that are held."""
        counts = self._pool.statistics()
        held = counts["in_use"] + counts["idle"]
        return counts | {"buffer_bytes": self.buffer_bytes, "bytes": held * self.buffer_bytes}

    def _reusable(self, buffer: bytearray) -> bool:
        if len(buffer) != self.buffer_bytes:
            return False
        try:
            # one that was larger for a while keeps room for it
            return _occupied_after_a_change_of_size(buffer) <= self._occupied
        except BufferError:
            return False


def _occupied_after_a_change_of_size(buffer: bytearray) -> int:
    """Bytes of memory; raises `BufferError` while a view is alive: only a change of size asks about views."""
    buffer.append(buffer.pop())
    return sys.getsizeof(buffer)
