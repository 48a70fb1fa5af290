"""The search for a line, by a counter that is read between lines."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cloudwan_mcp.memory.leaks.calls import Calls
from cloudwan_mcp.memory.leaks.counters import Counter
from cloudwan_mcp.memory.leaks.lines import blame_lines
from cloudwan_mcp.memory.leaks.verdict import Blame

MARK = "# here"
held = 0
turn = 0


def take(number: int = 1) -> None:
    global held
    held += number  # innermost


def straight() -> None:
    take(5)
    take(-5)
    take()  # here


def in_a_loop() -> None:
    for _ in range(3):
        take()  # here
        take(4)
    take(-12)


def now_and_then() -> None:
    global turn
    turn += 1
    if turn % 10 == 0:
        take()  # here


def recursive(depth: int = 5) -> None:
    if depth:
        recursive(depth - 1)
    else:
        take()  # here


@contextmanager
def managed() -> Iterator[None]:
    take()  # here
    yield


def in_a_context() -> None:
    with managed():
        pass


def raising() -> None:
    try:
        failing()
    except ValueError:
        take(-7)


def failing() -> None:
    take(7)
    take()  # here
    raise ValueError


async def awaiting() -> None:
    await inner()


async def inner() -> None:
    take(3)
    take()  # here
    take(-3)


class CallableObject:
    def __call__(self) -> None:
        take()  # here


def searched(target: Callable[[], Any], rate: float = 1.0, seconds: float = 20.0) -> Blame | None:
    counter = Counter("fds", "file descriptors", lambda: held, 0.004, 100, 1e9)
    calls = Calls(target)
    try:
        return blame_lines(counter, rate, calls, seconds)
    finally:
        calls.close()


def marked(function: Callable[..., Any], mark: str = MARK) -> int:
    lines, first = inspect.getsourcelines(inspect.unwrap(function))
    return first + next(number for number, line in enumerate(lines) if mark in line)


@pytest.mark.parametrize(
    ("target", "where", "rate"),
    [
        (straight, straight, 1),
        (in_a_loop, in_a_loop, 3),
        (now_and_then, now_and_then, 0.1),
        (in_a_context, managed, 1),
        (raising, failing, 1),
        (awaiting, inner, 1),
        (CallableObject(), CallableObject.__call__, 1),
    ],
)
def test_the_innermost_line_is_found_with_those_that_led_to_it(
    target: Callable[[], Any], where: Callable[..., Any], rate: float
) -> None:
    found = searched(target, rate)
    assert found is not None
    assert found.established
    (place,) = found.places
    assert place.source == "held += number  # innermost"
    assert place.share == pytest.approx(1, abs=0.25)
    assert place.file == "memory/leaks/test_lines.py"
    assert f"memory/leaks/test_lines.py:{marked(where)}" in place.callers


def given_back() -> None:
    global held
    held += 8
    held -= 7


def given_back_in_depth(depth: int = 3) -> None:
    global turn
    turn += 1
    given_back()
    if depth:
        given_back_in_depth(depth - 1)


def test_a_search_that_gets_no_further_ends() -> None:
    calls = turn
    assert searched(given_back_in_depth, rate=4) is not None
    assert turn - calls < 10_000


def test_a_line_whose_takings_are_mostly_given_back_is_not_named() -> None:
    assert searched(given_back, seconds=0.5) is None


def ping(depth: int = 1) -> None:
    if depth:
        pong(depth)
    else:
        take()  # here


def pong(depth: int) -> None:
    ping(depth - 1)


def test_functions_that_call_each_other_are_searched_as_any() -> None:
    found = searched(ping)
    assert found is not None
    assert f"memory/leaks/test_lines.py:{marked(ping)}" in found.places[0].callers


def test_in_a_recursion_the_line_is_found_that_takes_something() -> None:
    found = searched(recursive)
    assert found is not None
    assert found.places[0].callers[0] == f"memory/leaks/test_lines.py:{marked(recursive)}"


def test_a_search_restores_who_traced_before_also_after_an_error() -> None:
    def fails() -> None:
        raise LookupError

    before = sys.gettrace()
    with pytest.raises(LookupError):
        searched(fails)
    assert sys.gettrace() is before


def test_a_search_leaves_room_for_what_the_machine_can_bear() -> None:
    before = held
    counter = Counter("threads", "threads", lambda: held, 0.004, 100, 240)
    assert blame_lines(counter, 1.0, Calls(in_a_loop), 0.5) is None
    assert held - before < 240


def test_growth_that_no_line_explains_has_none() -> None:
    assert searched(lambda: None, seconds=0.2) is None
