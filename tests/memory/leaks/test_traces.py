"""Blame by tracemalloc: the lines that keep something, with those that led to them."""

from __future__ import annotations

import gc
import inspect
import tracemalloc
from collections.abc import Callable
from string import Formatter
from typing import Any

import pytest

from cloudwan_mcp.memory.leaks.calls import Calls
from cloudwan_mcp.memory.leaks.traces import blame_blocks
from cloudwan_mcp.memory.leaks.verdict import Blame

FILE = "memory/leaks/test_traces.py"
kept: list[Any] = []


def make() -> bytes:
    return bytes(300)  # made


def keeps() -> None:
    [object() for _ in range(100)]
    kept.append(make())  # kept


def keeps_on_three_lines() -> None:
    kept.extend(
        (
            bytes(100),  # one
            bytes(200),  # two
            bytes(300),  # three
        )
    )


def keeps_what_the_library_made() -> None:
    kept.append(list(Formatter().parse("{a} and {b}")))  # library


def keeps_nothing() -> None:
    [object() for _ in range(100)]


def keeps_cycles() -> None:
    cycle: list[Any] = [None]  # cycle
    cycle[0] = cycle


def keeps_and_fills() -> None:
    kept.append(object())  # slowly
    if len(kept) % 40 == 0:
        kept[-1] = [object() for _ in range(1000)]


def line(mark: str, function: Callable[..., Any]) -> str:
    lines, first = inspect.getsourcelines(function)
    return f"{FILE}:{first + next(n for n, text in enumerate(lines) if f'# {mark}' in text)}"


def blamed(target: Callable[[], Any], rate: float) -> Blame | None:
    return blame_blocks("blocks", rate, Calls(target), 5.0)


def test_the_line_that_allocates_is_named_and_the_one_that_called_it() -> None:
    found = blamed(keeps, 1)
    assert found is not None
    assert found.places[0].share == pytest.approx(1, abs=0.1)
    assert f"{found.places[0].file}:{found.places[0].line}" == line("made", make)
    assert found.places[0].callers == (line("kept", keeps),)
    assert found.places[0].source == "return bytes(300)  # made"
    assert found.bytes_per_call == pytest.approx(333, rel=0.1)


def test_several_lines_explain_the_growth_together() -> None:
    found = blamed(keeps_on_three_lines, 3)
    assert found is not None
    named = {f"{each.file}:{each.line}" for each in found.places}
    assert named == {line(mark, keeps_on_three_lines) for mark in ("one", "two", "three")}
    assert found.established
    assert all(each.share == pytest.approx(1 / 3, abs=0.1) for each in found.places)


def test_what_a_library_allocates_is_blamed_on_the_line_that_called_it() -> None:
    found = blamed(keeps_what_the_library_made, 4)
    assert found is not None
    assert found.places[0].file == FILE
    assert found.places[0].source.endswith("# library")


def test_a_share_too_small_establishes_nothing() -> None:
    found = blamed(keeps, 10)
    assert found is not None
    assert not found.established


def test_what_fills_at_once_is_not_blamed_for_what_leaks_slowly() -> None:
    kept.clear()
    found = blamed(keeps_and_fills, 1)
    assert found is not None
    assert f"{found.places[0].file}:{found.places[0].line}" == line("slowly", keeps_and_fills)


def test_temporaries_are_not_blamed() -> None:
    found = blamed(keeps_nothing, 1)
    assert found is None or not found.established


def test_cycles_are_blamed_while_nothing_collects_them() -> None:
    gc.disable()
    try:
        found = blamed(keeps_cycles, 1)
    finally:
        gc.enable()
    assert found is not None
    assert found.established
    assert f"{found.places[0].file}:{found.places[0].line}" == line("cycle", keeps_cycles)


def test_tracing_ends_also_after_an_error() -> None:
    def fails() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        blamed(fails, 1)
    assert not tracemalloc.is_tracing()


def test_tracing_that_somebody_else_began_goes_on() -> None:
    tracemalloc.start()
    try:
        assert blamed(keeps, 1) is not None
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
