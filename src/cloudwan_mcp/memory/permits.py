"""Permits: what a guarded call holds while it runs, and how many may try a circuit that is half open."""

from __future__ import annotations

import functools
import inspect
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from cloudwan_mcp.memory.bounds import outside

Function = TypeVar("Function", bound=Callable[..., Any])


class Permit:
    """A guarded call, as `with` or `async with`; entering raises `Exhausted` where the breaker refuses."""

    __slots__ = ("_finish", "_take", "_token")

    def __init__(self, take: Callable[[], int], finish: Callable[[int, BaseException | None], None]) -> None:
        self._take = take
        self._finish = finish
        self._token = 0

    def __enter__(self) -> Self:
        self._token = self._take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish(self._token, error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)


class Trial:
    """One half-open period: of `permits` calls each may succeed, run, or not have begun.

    A call that runs for `timeout_s` no longer counts as running: permits that never come back would hold the
    circuit half open for ever (as resilience4j's did, its issue 903).
    """

    _tokens = itertools.count(1)  # of all trials: a call of an earlier one is told from those of this one

    def __init__(self, permits: int, timeout_s: float) -> None:
        self._permits = permits
        self._timeout_s = timeout_s
        self._running: dict[int, float] = {}
        self.succeeded = 0

    @property
    def passed(self) -> bool:
        return self.succeeded >= self._permits

    def running(self, now: float) -> int:
        self._running = {
            token: began for token, began in self._running.items() if now - began < self._timeout_s
        }
        return len(self._running)

    def free(self, now: float) -> bool:
        return self.running(now) + self.succeeded < self._permits

    def begin(self, now: float) -> int:
        token = next(self._tokens)
        self._running[token] = now
        return token

    def end(self, token: int, now: float) -> bool:
        """Whether that call was still counted as one of this trial."""
        counted = token in self._running and now - self._running[token] < self._timeout_s
        self._running.pop(token, None)
        return counted


_entered: ContextVar[tuple[tuple[Permitting, Permit], ...]] = ContextVar("_entered", default=())
"""The permits of the blocks around, innermost last; of this thread or task, since others have their own."""


class Permitting(ABC):
    """What gives permits guards functions, coroutine functions and blocks by them, by its mere name."""

    @abstractmethod
    def permit(self) -> Permit: ...

    def __call__(self, function: Function) -> Function:
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise outside("function", function.__qualname__, "no generator: guard what runs it")

        @functools.wraps(function)
        def guarded(*arguments: Any, **named: Any) -> Any:
            with self.permit():
                return function(*arguments, **named)

        @functools.wraps(function)
        async def guarded_coroutine(*arguments: Any, **named: Any) -> Any:
            async with self.permit():
                return await function(*arguments, **named)

        return cast(Function, guarded_coroutine if inspect.iscoroutinefunction(function) else guarded)

    def __enter__(self) -> Self:
        permit = self.permit().__enter__()
        _entered.set((*_entered.get(), (self, permit)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        entered = _entered.get()
        places = [place for place, (owner, _) in enumerate(entered) if owner is self]
        if places:  # else it was entered in another task, and the permit has its own timeout
            last = places[-1]
            _entered.set(entered[:last] + entered[last + 1 :])
            entered[last][1].__exit__(kind, error, trace)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)
