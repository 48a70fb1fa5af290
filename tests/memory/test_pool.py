"""A pool gives each of its objects to one user at a time, and makes no more of them than it may."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest, CloudWanError, Exhausted, TryAgain
from cloudwan_mcp.memory.pool import ObjectPool


@dataclass(slots=True)
class Thing:
    """Equal to every other, and not hashable: only identity tells them apart."""

    metadata: dict[str, Any] = field(default_factory=dict)


def counts(pool: ObjectPool[Any], *names: str) -> tuple[int, ...]:
    found = pool.statistics()
    return tuple(found[name] for name in names)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


def started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def finished(thread: threading.Thread) -> bool:
    thread.join(60)
    return not thread.is_alive()


def test_what_came_back_last_goes_out_first() -> None:
    pool = ObjectPool(Thing, 10)
    first, second = pool.get(), pool.get()
    pool.return_object(first)
    pool.return_object(second)
    assert pool.get() is second
    assert pool.get() is first
    assert pool.get() is not first
    assert counts(pool, "created", "reused", "in_use", "idle") == (3, 2, 3, 0)


def test_no_more_objects_exist_than_allowed_out_and_idle_together() -> None:
    pool = ObjectPool(Thing, 2)
    first, _ = pool.get(), pool.get()
    with pytest.raises(Exhausted):
        pool.get()
    pool.return_object(first)
    assert pool.get() is first
    with pytest.raises(Exhausted):
        pool.get()
    assert counts(pool, "created", "refused", "max_size") == (2, 2, 2)


def test_the_setting_bounds_a_pool_that_names_no_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ObjectPool(Thing).max_size == 1000
    monkeypatch.setenv("CLOUDWAN_MAX_POOL_SIZE", "3")
    assert ObjectPool(Thing).max_size == 3


def test_an_object_returned_twice_is_refused_and_given_to_one_user_only() -> None:
    pool = ObjectPool(Thing, 10)
    thing = pool.get()
    pool.return_object(thing)
    with pytest.raises(BadRequest, match="before"):
        pool.return_object(thing)
    assert pool.get() is thing
    assert pool.get() is not thing


def test_an_object_from_elsewhere_is_refused_though_equal() -> None:
    pool = ObjectPool(Thing, 10)
    thing = pool.get()
    with pytest.raises(BadRequest, match="none of this pool"):
        pool.return_object(Thing())
    with pytest.raises(BadRequest, match="none of this pool"):
        ObjectPool(Thing, 10).return_object(thing)
    assert counts(pool, "in_use", "idle") == (1, 0)


def test_an_object_is_reset_before_its_next_user() -> None:
    pool = ObjectPool(Thing, 1, reset=lambda thing: thing.metadata.clear())
    with pool.borrow() as thing:
        thing.metadata["owner"] = "first"
    with pool.borrow() as thing:
        assert not thing.metadata


def test_an_object_that_cannot_be_reset_is_dropped_and_the_error_shown() -> None:
    def reset(thing: Thing) -> None:
        if thing.metadata:
            raise ZeroDivisionError

    pool = ObjectPool(Thing, 1, reset=reset)
    thing = pool.get()
    thing.metadata["broken"] = True
    with pytest.raises(ZeroDivisionError):
        pool.return_object(thing)
    assert counts(pool, "discarded", "in_use", "idle") == (1, 0, 0)
    assert pool.get() is not thing


def test_an_object_being_reset_still_counts() -> None:
    pool: ObjectPool[Thing]

    def reset(_: Thing) -> None:
        with pytest.raises(Exhausted):
            pool.get()

    pool = ObjectPool(Thing, 1, reset=reset)
    pool.return_object(pool.get())
    assert counts(pool, "created", "idle", "discarded") == (1, 1, 0)


def test_a_factory_that_fails_takes_no_place() -> None:
    failures = [ZeroDivisionError(), ZeroDivisionError(), ZeroDivisionError()]

    def factory() -> Thing:
        if failures:
            raise failures.pop()
        return Thing()

    pool = ObjectPool(factory, 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            pool.get()
    assert counts(pool, "created", "in_use", "idle") == (0, 0, 0)
    pool.return_object(pool.get())
    assert counts(pool, "created", "idle") == (1, 1)


def test_a_factory_that_gives_an_object_again_is_refused() -> None:
    thing = Thing()
    pool = ObjectPool(lambda: thing, 3)
    assert pool.get() is thing
    for _ in range(5):
        with pytest.raises(BadRequest) as refused:
            pool.get()
        assert refused.value.field == "factory"
    assert counts(pool, "created", "in_use", "idle") == (1, 1, 0)
    pool.return_object(thing)
    assert pool.get() is thing


def test_objects_beyond_the_bound_are_dropped_when_they_come_back() -> None:
    resets: list[Thing] = []
    pool = ObjectPool(Thing, 1, on_exhausted="create", reset=resets.append)
    own, extra, another = pool.get(), pool.get(), pool.get()
    assert counts(pool, "created", "extra", "in_use") == (3, 2, 3)
    pool.return_object(extra)
    with pytest.raises(BadRequest):
        pool.return_object(extra)
    pool.return_object(own)
    pool.return_object(another)
    assert counts(pool, "in_use", "idle", "discarded") == (0, 1, 2)
    assert len(resets) == 1
    assert pool.get() is own


def test_who_waits_gets_what_comes_back() -> None:
    pool = ObjectPool(Thing, 1, on_exhausted="wait", timeout_s=3600)
    thing, got = pool.get(), []
    thread = started(lambda: got.append(pool.get()))
    until(lambda: pool.statistics()["waiting"] == 1)
    pool.return_object(thing)
    assert finished(thread)
    assert got[0] is thing
    assert counts(pool, "waited", "waiting", "refused") == (1, 0, 0)


@pytest.mark.parametrize("way", ["discard", "failing reset"])
def test_who_waits_gets_a_new_object_in_place_of_one_that_is_dropped(way: str) -> None:
    def reset(_: Thing) -> None:
        raise ZeroDivisionError

    pool = ObjectPool(Thing, 1, on_exhausted="wait", timeout_s=3600, reset=reset)
    thing, got = pool.get(), []
    thread = started(lambda: got.append(pool.get()))
    until(lambda: pool.statistics()["waiting"] == 1)
    if way == "discard":
        pool.discard(thing)
    else:
        with pytest.raises(ZeroDivisionError):
            pool.return_object(thing)
    assert finished(thread)
    assert got[0] is not thing
    assert counts(pool, "created", "in_use") == (2, 1)


def test_who_waits_goes_on_when_the_factory_fails_for_another() -> None:
    entered, fail = threading.Event(), threading.Event()

    def factory() -> Thing:
        if entered.is_set():
            return Thing()
        entered.set()
        fail.wait(60)
        raise ZeroDivisionError

    def get() -> None:
        try:
            results.append(pool.get())
        except ZeroDivisionError as error:
            results.append(error)

    results: list[Thing | ZeroDivisionError] = []
    pool = ObjectPool(factory, 1, on_exhausted="wait", timeout_s=3600)
    first = started(get)
    entered.wait(60)
    second = started(get)
    until(lambda: pool.statistics()["waiting"] == 1)
    fail.set()
    assert finished(first)
    assert finished(second)
    assert sorted(type(each).__name__ for each in results) == ["Thing", "ZeroDivisionError"]


def test_who_waits_too_long_is_told_to_try_again() -> None:
    pool = ObjectPool(Thing, 1, on_exhausted="wait", timeout_s=0.01)
    pool.get()
    with pytest.raises(TryAgain) as refused:
        pool.get()
    assert refused.value.code == "ObjectPool"
    assert counts(pool, "waited", "waiting", "refused") == (1, 0, 1)


def test_a_borrowed_object_comes_back_whatever_happens() -> None:
    pool = ObjectPool(Thing, 1)
    with pytest.raises(ZeroDivisionError), pool.borrow():
        raise ZeroDivisionError
    assert counts(pool, "in_use", "idle") == (0, 1)


def test_clearing_drops_what_is_idle_and_leaves_what_is_out() -> None:
    pool = ObjectPool(Thing, 2)
    idle, out = pool.get(), pool.get()
    pool.return_object(idle)
    pool.clear()
    assert counts(pool, "in_use", "idle", "discarded") == (1, 0, 1)
    with pytest.raises(BadRequest):
        pool.return_object(idle)
    pool.return_object(out)
    assert pool.get() is out
    assert pool.get() is not idle


@pytest.mark.parametrize(
    ("bad", "arguments"),
    [
        ("max_size", {"max_size": 0}),
        ("on_exhausted", {"on_exhausted": "panic"}),
        ("timeout_s", {"timeout_s": -1}),
        ("timeout_s", {"timeout_s": float("inf")}),
        ("timeout_s", {"timeout_s": float("nan")}),
    ],
)
def test_bad_arguments_are_refused_by_name(bad: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(BadRequest) as refused:
        ObjectPool(Thing, **arguments)
    assert refused.value.field == bad


@pytest.mark.parametrize("on_exhausted", ["raise", "create", "wait"])
def test_threads_never_share_an_object(on_exhausted: Any) -> None:
    pool = ObjectPool(Thing, 3, on_exhausted=on_exhausted, timeout_s=60)
    shared: list[Thing] = []

    def work(own: int) -> None:
        for _ in range(500):
            try:
                thing = pool.get()
            except CloudWanError:
                continue
            thing.metadata["user"] = own
            time.sleep(0)
            if thing.metadata["user"] != own:
                shared.append(thing)
            pool.return_object(thing)

    threads = [threading.Thread(target=work, args=(own,)) for own in range(6)]
    was = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(was)
    assert not shared
    found = pool.statistics()
    assert found["in_use"] == found["waiting"] == 0
    assert found["idle"] <= 3
    assert found["created"] == found["idle"] + found["discarded"]
    assert found["created"] + found["reused"] + found["refused"] == 6 * 500
