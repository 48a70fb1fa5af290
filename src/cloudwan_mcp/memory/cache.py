"""A cache bounded in bytes: what was used longest ago goes first, and nothing is given out past its age."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from cloudwan_mcp.memory.bounds import outside

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ByteCache(Generic[K, V]):
    """Values by key; `size` says what one occupies, in bytes, and is asked once, when the value is put.

    The sum of the sizes never exceeds `max_bytes`, not even while a value is being put. A value is dropped
    `ttl_s` seconds after it was put (None: never), at the latest by the next call of any method. The default
    `size` counts an object without what it refers to: right for bytes and text, too little for a container.
    May be used from any thread. Raises `BadRequest` for a bound that is not positive.
    """

    def __init__(
        self,
        max_bytes: int,
        *,
        ttl_s: float | None = None,
        size: Callable[[V], int] = sys.getsizeof,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not max_bytes >= 1:
            raise outside("max_bytes", max_bytes, "at least 1")
        if ttl_s is not None and not ttl_s > 0:
            raise outside("ttl_s", ttl_s, "more than 0, or None")
        self.max_bytes = max_bytes
        self._ttl_s = ttl_s
        self._size = size
        self._clock = clock
        # reentrant: the finalizer of a value that is dropped may come back to this cache
        self._lock = threading.RLock()
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()  # in the order of their last use
        self._put_at: OrderedDict[K, float] = OrderedDict()  # in the order they were put; with a `ttl_s` only
        self._bytes = self._hits = self._misses = self._refused = 0
        self._evicted = {"size": 0, "expired": 0, "replaced": 0, "cleared": 0}

    def get(self, key: K, default: V | None = None) -> V | None:
        """The value, which thereby becomes the last to go; `default` where there is none."""
        self._lock.acquire()  # by hand: `with` costs twice as much, and every page reads through here
        try:
            if self._ttl_s is not None:
                self._expire()
            held = self._held.get(key)
            if held is None:
                self._misses += 1
                return default
            self._hits += 1
            self._held.move_to_end(key)
            return held[0]
        finally:
            self._lock.release()

    def put(self, key: K, value: V) -> bool:
        """Keep `value`, and say whether it is kept: one that alone exceeds the bound is not.

        What stood under `key` is gone in either case. Raises `BadRequest` for a negative size.
        """
        size = self._size(value) or 1  # values of no size would be held without end
        if size < 0:
            raise outside("size", size, "at least 0")
        entry = (value, size)
        self._lock.acquire()
        try:
            if self._ttl_s is not None:
                self._expire()
            if key in self._held:
                self._drop(key, "replaced")
            if size > self.max_bytes:
                self._refused += 1
                return False
            while self._bytes + size > self.max_bytes:
                oldest, (_, freed) = self._held.popitem(last=False)
                self._put_at.pop(oldest, None)
                self._bytes -= freed
                self._evicted["size"] += 1
            self._held[key] = entry
            self._bytes += size
            if self._ttl_s is not None:
                self._put_at[key] = self._clock()
            return True
        finally:
            self._lock.release()

    def pop(self, key: K, default: V | None = None) -> V | None:
        """Take the value out; neither a hit nor a miss, nor an eviction."""
        with self._lock:
            self._expire()
            return self._take(key) if key in self._held else default

    def clear(self) -> None:
        with self._lock:
            self._expire()
            while self._held:
                self._drop(next(iter(self._held)), "cleared")

    def __len__(self) -> int:
        with self._lock:
            self._expire()
            return len(self._held)

    def __contains__(self, key: object) -> bool:
        """Whether `get` would find it; asking is no use of it."""
        with self._lock:
            self._expire()
            return key in self._held

    @property
    def bytes(self) -> int:
        with self._lock:
            self._expire()
            return self._bytes

    def statistics(self) -> dict[str, Any]:
        """`hits`, `misses`, `entries`, `bytes`, `max_bytes`, `refused`, and `evicted` by reason."""
        with self._lock:
            self._expire()
            return {
                "hits": self._hits,
                "misses": self._misses,
                "entries": len(self._held),
                "bytes": self._bytes,
                "max_bytes": self.max_bytes,
                "refused": self._refused,
                "evicted": dict(self._evicted),
            }

    def _expire(self) -> None:
        if not self._put_at:
            return
        oldest = self._clock() - (self._ttl_s or math.inf)
        while self._put_at and next(iter(self._put_at.values())) <= oldest:
            self._drop(next(iter(self._put_at)), "expired")

    def _drop(self, key: K, reason: str) -> None:
        self._evicted[reason] += 1
        self._take(key)

    def _take(self, key: K) -> V:
        value, size = self._held.pop(key)
        self._put_at.pop(key, None)
        self._bytes -= size
        return value
