"""A detection in this process: what it asks of a callable, and what it tells."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.leaks.calls import affordable
from cloudwan_mcp.memory.leaks.counters import standard_counters
from cloudwan_mcp.memory.leaks.detect import detect
from cloudwan_mcp.memory.leaks.verdict import NO_LINE, Verdict

BUDGET_S = 1.5
kept: list[Any] = []


@pytest.fixture(scope="module", autouse=True)
def quick_collections() -> Iterator[None]:
    """What the other tests imported is not looked through after every round."""
    gc.freeze()
    yield
    gc.unfreeze()


def leak() -> None:
    kept.append(object())


@pytest.fixture(scope="module")
def found() -> Verdict:
    return detect(leak, budget_s=BUDGET_S)


def test_a_leak_is_told_with_its_rate_its_line_and_what_to_do(found: Verdict) -> None:
    assert found.kind == "leak"
    (blocks,) = (each for each in found.growth if each.counter == "blocks")
    assert blocks.low <= 1 <= blocks.high
    assert blocks.p < 0.01
    assert found.line == f"memory/leaks/test_detect.py:{leak.__code__.co_firstlineno + 1}"
    said = str(found)
    assert said.startswith("leak: +1 blocks (95 %: 1 to 1, p < 0.001) per call")
    assert "kept.append(object())" in said
    assert said.endswith(found.next_step)


def test_a_verdict_survives_json(found: Verdict) -> None:
    told = json.dumps(found.to_dict())
    assert len(told) < 8 * 1024
    assert Verdict.from_dict(json.loads(told)) == found


def test_without_blame_nothing_is_traced_and_no_line_named() -> None:
    def watched() -> None:
        kept.append(object())
        assert not tracemalloc.is_tracing()

    verdict = detect(watched, budget_s=BUDGET_S, blame=False)
    assert verdict.kind == "leak"
    assert verdict.line == NO_LINE


def test_nothing_is_left_switched_on() -> None:
    before = sys.gettrace()
    detect(leak, budget_s=BUDGET_S)
    assert not tracemalloc.is_tracing()
    assert sys.gettrace() is before


def test_what_the_callable_raises_goes_through() -> None:
    def fails() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        detect(fails)


def test_an_async_callable_needs_a_thread_without_a_loop() -> None:
    async def asynchronous() -> None:
        await asyncio.sleep(0)

    async def main() -> None:
        with pytest.raises(BadRequest, match="event loop") as caught:
            detect(asynchronous)
        assert caught.value.field == "target"
        verdict = await asyncio.to_thread(detect, asynchronous, budget_s=BUDGET_S)
        assert verdict.kind == "clean"

    asyncio.run(main())


@pytest.mark.parametrize("budget_s", [0.1, 601, float("nan")])
def test_a_budget_has_its_bounds(budget_s: float) -> None:
    with pytest.raises(BadRequest) as caught:
        detect(leak, budget_s=budget_s)
    assert caught.value.field == "budget_s"


def test_calls_are_made_while_they_can_be_afforded() -> None:
    made: list[int] = []
    assert affordable(made.append, 20, 60.0) == 20
    assert made == [1, 2, 4, 8, 5]
    assert affordable(made.append, 20, 0.0) == 1


def test_every_counter_can_be_read_here_and_has_a_name_of_its_own() -> None:
    counters = standard_counters()
    assert all(each.read() > 0 and each.room > each.floor > 0 for each in counters)
    names = [each.name for each in counters]
    assert {"blocks", "fds", "threads"} <= set(names)
    assert len(set(names)) == len(names)
