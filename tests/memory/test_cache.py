"""The cache holds what was used last, within its bytes and its age, and counts what it gave up and why."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.cache import ByteCache
from fakes.clock import Clock

MAX_BYTES, TTL_S = 100, 10.0
KEYS = st.integers(0, 9)


def cache_of(**values: int) -> ByteCache[str, bytes]:
    cache: ByteCache[str, bytes] = ByteCache(MAX_BYTES, size=len)
    for key, size in values.items():
        cache.put(key, bytes(size))
    return cache


def evicted(cache: ByteCache[Any, Any]) -> dict[str, int]:
    return {reason: count for reason, count in cache.statistics()["evicted"].items() if count}


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = cache_of(a=40, b=40)
    assert cache.get("a") == bytes(40)
    cache.put("c", bytes(40))
    assert [key in cache for key in "abc"] == [True, False, True]
    assert evicted(cache) == {"size": 1}


def test_asking_whether_a_value_is_there_is_no_use_of_it() -> None:
    cache = cache_of(a=40, b=40)
    assert "a" in cache
    cache.put("c", bytes(40))
    assert "a" not in cache
    assert (cache.statistics()["hits"], cache.statistics()["misses"]) == (0, 0)


def test_a_value_larger_than_the_bound_is_not_kept_and_displaces_only_its_predecessor() -> None:
    cache = cache_of(a=40, b=40)
    assert not cache.put("a", bytes(101))
    assert cache.get("a") is None
    assert cache.get("b") == bytes(40)
    assert cache.statistics()["refused"] == 1
    assert evicted(cache) == {"replaced": 1}


def test_a_value_as_large_as_the_bound_is_kept() -> None:
    assert cache_of().put("a", bytes(MAX_BYTES))


def test_values_of_no_size_cannot_be_held_without_end() -> None:
    cache: ByteCache[int, bytes] = ByteCache(3, size=len)
    for key in range(10):
        cache.put(key, b"")
    assert len(cache) == 3


def test_an_expired_value_is_a_miss_and_gives_its_bytes_back() -> None:
    clock = Clock()
    cache: ByteCache[str, bytes] = ByteCache(MAX_BYTES, ttl_s=TTL_S, size=len, clock=clock)
    cache.put("a", bytes(40))
    clock.now += 9
    cache.put("b", bytes(40))
    assert cache.get("a") == bytes(40)  # using a value does not prolong its life
    clock.now += 1
    assert cache.bytes == 40
    assert cache.get("a") is None
    assert cache.get("b") == bytes(40)
    assert (cache.statistics()["hits"], cache.statistics()["misses"]) == (2, 1)
    assert evicted(cache) == {"expired": 1}


@pytest.mark.parametrize(
    "ask",
    [
        lambda cache: cache.get("a") is None,
        lambda cache: cache.pop("a") is None,
        lambda cache: "a" not in cache,
        lambda cache: len(cache) == 0,
        lambda cache: cache.bytes == 0,
        lambda cache: cache.statistics()["entries"] == 0,
        lambda cache: cache.put("a", b""),
        lambda cache: cache.clear() is None,
    ],
)
def test_every_method_finds_expired_values_gone(ask: Callable[[ByteCache[str, bytes]], bool]) -> None:
    clock = Clock()
    cache: ByteCache[str, bytes] = ByteCache(MAX_BYTES, ttl_s=TTL_S, size=len, clock=clock)
    cache.put("a", bytes(40))
    clock.now += TTL_S
    assert ask(cache)
    assert evicted(cache) == {"expired": 1}


def test_without_an_age_the_clock_is_never_read() -> None:
    def clock() -> float:
        raise AssertionError

    cache: ByteCache[str, bytes] = ByteCache(10, size=len, clock=clock)
    cache.put("a", bytes(6))
    cache.put("b", bytes(6))
    assert cache.get("b")
    assert cache.pop("b")
    cache.clear()


def test_the_size_of_a_value_is_that_of_the_object_unless_told_otherwise() -> None:
    cache: ByteCache[str, bytes] = ByteCache(1000)
    cache.put("a", bytes(10))
    assert cache.bytes == sys.getsizeof(bytes(10))


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("max_bytes", {"max_bytes": 0}),
        ("ttl_s", {"max_bytes": 1, "ttl_s": 0}),
        ("ttl_s", {"max_bytes": 1, "ttl_s": float("nan")}),
    ],
)
def test_bounds_that_bound_nothing_are_refused(field: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as refused:
        ByteCache(**arguments)
    assert refused.value.field == field


def test_a_negative_size_is_refused_and_changes_nothing() -> None:
    cache: ByteCache[str, int] = ByteCache(10, size=lambda value: value)
    cache.put("a", 5)
    with pytest.raises(BadRequest, match="size"):
        cache.put("b", -5)
    assert (len(cache), cache.bytes) == (1, 5)


class Watcher:
    """A value that looks at its cache when it goes."""

    seen: list[int]

    def __init__(self, cache: ByteCache[int, Watcher], size: int) -> None:
        self.cache, self.size = cache, size

    def __del__(self) -> None:
        Watcher.seen.append(self.cache.bytes)


def test_the_bound_also_holds_while_values_make_room_for_a_larger_one() -> None:
    Watcher.seen = []
    cache: ByteCache[int, Watcher] = ByteCache(MAX_BYTES, size=lambda value: value.size)

    def fill() -> None:
        for key in range(10):
            cache.put(key, Watcher(cache, 10))
        cache.put(99, Watcher(cache, 100))

    # in a thread of its own: a lock that is not reentrant would wait for itself here
    thread = threading.Thread(target=fill, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert len(Watcher.seen) == 10
    assert max(Watcher.seen) <= MAX_BYTES
    cache.clear()


@dataclass(frozen=True)
class SlowKey:
    """Lets other threads go on in the midst of whatever looks it up."""

    number: int

    def __hash__(self) -> int:
        time.sleep(0)
        return self.number


def test_threads_leave_the_count_of_bytes_as_it_should_be() -> None:
    cache: ByteCache[SlowKey, bytes] = ByteCache(MAX_BYTES, size=len)
    done: list[int] = []

    def work(seed: int) -> None:
        for n in range(400):
            number = n * seed % 23
            cache.put(SlowKey(number), bytes(number))
            cache.get(SlowKey(number + 1))
            if number == 5:
                cache.pop(SlowKey(7))
        done.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 3, 7, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    found = cache.statistics()
    assert found["hits"] + found["misses"] == 4 * 400
    held = [value for number in range(25) if (value := cache.pop(SlowKey(number))) is not None]
    assert sum(max(len(value), 1) for value in held) == found["bytes"] <= MAX_BYTES
    assert cache.bytes == 0


class CacheMachine(RuleBasedStateMachine):
    """Against a plain list of (key, value, time put), the next to go first."""

    ttl_s: float | None = TTL_S

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.cache: ByteCache[int, bytes] = ByteCache(MAX_BYTES, ttl_s=self.ttl_s, size=len, clock=self.clock)
        self.model: list[tuple[int, bytes, float]] = []
        self.evicted = {"size": 0, "expired": 0, "replaced": 0, "cleared": 0}
        self.hits = self.misses = self.refused = 0

    def drop(self, reason: str, entry: tuple[int, bytes, float]) -> None:
        self.model.remove(entry)
        self.evicted[reason] += 1

    def found(self, key: int) -> tuple[int, bytes, float] | None:
        return next((entry for entry in self.model if entry[0] == key), None)

    @rule(key=KEYS, size=st.integers(1, 130))
    def put(self, key: int, size: int) -> None:
        value = bytes(size)
        assert self.cache.put(key, value) == (size <= MAX_BYTES)
        if before := self.found(key):
            self.drop("replaced", before)
        if size > MAX_BYTES:
            self.refused += 1
            return
        while sum(len(held) for _, held, _ in self.model) + size > MAX_BYTES:
            self.drop("size", self.model[0])
        self.model.append((key, value, self.clock.now))

    @rule(key=KEYS)
    def get(self, key: int) -> None:
        entry = self.found(key)
        assert self.cache.get(key) is (entry[1] if entry else None)
        self.hits, self.misses = self.hits + bool(entry), self.misses + (not entry)
        if entry:
            self.model.remove(entry)
            self.model.append(entry)

    @rule(key=KEYS)
    def pop(self, key: int) -> None:
        entry = self.found(key)
        assert self.cache.pop(key, b"none") == (entry[1] if entry else b"none")
        if entry:
            self.model.remove(entry)

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        for entry in list(self.model):
            self.drop("cleared", entry)

    @precondition(lambda self: self.ttl_s is not None)
    @rule(seconds=st.floats(0, 12))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds
        for entry in list(self.model):
            if self.ttl_s is not None and self.clock.now - self.ttl_s >= entry[2]:
                self.drop("expired", entry)

    @invariant()
    def they_agree(self) -> None:
        size = sum(len(value) for _, value, _ in self.model)
        assert self.cache.statistics() == {
            "hits": self.hits,
            "misses": self.misses,
            "entries": len(self.model),
            "bytes": size,
            "max_bytes": MAX_BYTES,
            "refused": self.refused,
            "evicted": self.evicted,
        }
        assert (len(self.cache), self.cache.bytes) == (len(self.model), size)
        assert {key for key in range(10) if key in self.cache} == {key for key, _, _ in self.model}


class AgelessCacheMachine(CacheMachine):
    ttl_s = None


TestCacheMachine = CacheMachine.TestCase
TestAgelessCacheMachine = AgelessCacheMachine.TestCase
