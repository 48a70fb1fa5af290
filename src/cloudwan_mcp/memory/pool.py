"""Objects used again instead of made anew: for what is expensive to make, bounded in number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Literal, TypeVar, get_args

from cloudwan_mcp.errors import BadRequest, Exhausted, TryAgain
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.settings import load

T = TypeVar("T")
OnExhausted = Literal["raise", "create", "wait"]


class ObjectPool(Generic[T]):
    """Gives out objects that `factory` makes and takes them back; at most `max_size` exist, out or idle.

    `max_size` left out: the setting `max_pool_size`. With all out, `get` does what `on_exhausted` says:
    "raise" `Exhausted`, "create" an object beyond the bound that is dropped when it comes back, or "wait"
    for one to come back, `timeout_s` at most, then `TryAgain`. Waiting blocks the thread.
    `reset` readies an object for its next user when it comes back; one whose reset raises is not used again.
    Objects are told apart by identity: they need not be hashable. What is out is referenced until it comes
    back; what came back last goes out first. May be used from any thread; `factory` and `reset` run outside
    the lock. Pooling a small object costs more than making it anew: the benchmark `pooling` measures both.
    """

    def __init__(
        self,
        factory: Callable[[], T],
        max_size: int | None = None,
        *,
        reset: Callable[[T], object] | None = None,
        on_exhausted: OnExhausted = "raise",
        timeout_s: float = 5.0,
    ) -> None:
        max_size = load().max_pool_size if max_size is None else max_size
        if not max_size >= 1:
            raise outside("max_size", max_size, "at least 1")
        if on_exhausted not in get_args(OnExhausted):
            raise outside("on_exhausted", on_exhausted, "'raise', 'create' or 'wait'")
        if not 0 <= timeout_s <= threading.TIMEOUT_MAX:
            raise outside("timeout_s", timeout_s, f"0 to {threading.TIMEOUT_MAX:g} seconds")
        self.max_size = max_size
        self._factory = factory
        self._reset = reset
        self._on_exhausted = on_exhausted
        self._timeout_s = timeout_s
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)  # entered by way of its lock: that is faster
        self._known: dict[int, T] = {}  # by id, which stays its own as long as it is referenced here
        self._out: set[int] = set()
        self._extra: set[int] = set()  # those beyond the bound
        self._idle: list[T] = []
        self._making = 0  # places held for objects that the factory is at work on
        self._waiting = 0
        self._counts = dict.fromkeys(("created", "reused", "discarded", "waited", "extra", "refused"), 0)

    def get(self) -> T:
        """An idle object, or a new one. What the factory raises comes out of here."""
        with self._lock:
            extra = not self._available() and self._go_beyond()
            if self._idle:
                given = self._idle.pop()
                self._out.add(id(given))
                self._counts["reused"] += 1
                return given
            self._making += not extra
        return self._make(extra)

    def return_object(self, returned: T) -> None:
        """Take back what `get` gave. What `reset` raises comes out of here.

        Raises `BadRequest` for an object that is not out: one that came back before, or was never given out.
        """
        extra = self._take_back(returned)
        if extra:
            self._forget(returned)
            return
        try:
            if self._reset is not None:
                self._reset(returned)
        except BaseException:
            self._forget(returned)
            raise
        with self._lock:
            self._idle.append(returned)
            self._changed.notify()

    def discard(self, broken: T) -> None:
        """Take back what is not to be used again. Raises as `return_object` does."""
        self._take_back(broken)
        self._forget(broken)

    @contextmanager
    def borrow(self) -> Iterator[T]:
        """An object for the length of a `with` block, whatever happens in it."""
        given = self.get()
        try:
            yield given
        finally:
            self.return_object(given)

    def clear(self) -> None:
        """Drop what is idle; what is out stays the pool's."""
        with self._lock:
            dropped, self._idle = self._idle, []
            for each in dropped:
                del self._known[id(each)]
            self._counts["discarded"] += len(dropped)

    def statistics(self) -> dict[str, int]:
        """`max_size`, `in_use`, `idle`, `waiting` as they are; the others count since the pool was made.

        `created` and `reused` count objects given out, `extra` those beyond the bound, `discarded` objects
        dropped, `waited` calls that had to wait, `refused` calls that got no object.
        """
        with self._lock:
            now = {"max_size": self.max_size, "in_use": len(self._out), "idle": len(self._idle)}
            return now | {"waiting": self._waiting} | self._counts

    def _available(self) -> bool:
        return bool(self._idle) or len(self._known) - len(self._extra) + self._making < self.max_size

    def _go_beyond(self) -> bool:
        """Whether to make an object beyond the bound; if not, there is one within it by now."""
        if self._on_exhausted == "create":
            return True
        if self._on_exhausted == "wait" and self._wait():
            return False
        self._counts["refused"] += 1
        message = f"All {self.max_size} objects of the pool are in use."
        if self._on_exhausted == "raise":
            raise Exhausted(message, next_step="Return one first, or make the pool with a larger max_size.")
        raise TryAgain(
            message, code="ObjectPool", retry_after=self._timeout_s, next_step="Try again in a moment."
        )

    def _wait(self) -> bool:
        self._counts["waited"] += 1
        self._waiting += 1
        try:
            return self._changed.wait_for(self._available, self._timeout_s)
        finally:
            self._waiting -= 1

    def _make(self, extra: bool) -> T:
        try:
            made = self._factory()
        except BaseException:
            with self._lock:
                self._making -= not extra
                self._changed.notify()
            raise
        with self._lock:
            self._making -= not extra
            if id(made) in self._known:
                self._changed.notify()
                raise BadRequest(
                    "The factory gave an object that the pool already has.",
                    field="factory",
                    next_step="Give the pool a factory that makes a new object at every call.",
                )
            self._known[id(made)] = made
            self._out.add(id(made))
            self._counts["created"] += 1
            if extra:
                self._extra.add(id(made))
                self._counts["extra"] += 1
        return made

    def _take_back(self, returned: T) -> bool:
        with self._lock:
            if id(returned) not in self._out:
                came_back = id(returned) in self._known
                raise BadRequest(
                    "The object came back before." if came_back else "The object is none of this pool.",
                    field="returned",
                    next_step="Return each object once, to the pool that gave it out.",
                )
            self._out.remove(id(returned))
            return id(returned) in self._extra

    def _forget(self, dropped: T) -> None:
        with self._lock:
            del self._known[id(dropped)]
            self._extra.discard(id(dropped))
            self._counts["discarded"] += 1
            self._changed.notify()
