"""The detector beside a serving process: what it reports, to whom, how often, and what it must not do."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import random
import threading
import tracemalloc
from collections.abc import Callable
from itertools import pairwise

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.leaks.counters import Counter
from cloudwan_mcp.memory.leaks.detector import LeakDetector, create_leak_detector
from cloudwan_mcp.memory.leaks.history import LEAST, LONGEST_S, History
from cloudwan_mcp.memory.leaks.verdict import Verdict

INTERVAL_S = 5.0
LEVEL = 100_000


class Watched:
    """A process on paper: its heap is a function of time, and a detector looks at it."""

    def __init__(self, heap: Callable[[float], float], *, growth_threshold: float = 0.05) -> None:
        self.now = 0.0
        self.readings = 0
        self.told: list[Verdict] = []
        self._heap = heap
        counter = Counter("heap", "bytes of heap", self._read, 4.0, 1000, 1e12)
        self.detector = create_leak_detector(
            growth_threshold, interval_s=INTERVAL_S, counters=[counter], clock=lambda: self.now
        )
        self.detector.add_leak_callback(self.told.append)

    def _read(self) -> float:
        self.readings += 1
        return self._heap(self.now)

    def passes(self, seconds: float) -> Verdict | None:
        ends = self.now + seconds
        while self.now < ends:
            self.now += INTERVAL_S
            self.detector.observe()
        return self.detector.latest

    def serves(self, calls: int, *, seconds_per_call: float = 1.0) -> None:
        for _ in range(calls):
            with self.detector.call():
                self.now += seconds_per_call
            self.detector.observe()


def growing(per_second: float) -> Callable[[float], float]:
    return lambda now: LEVEL + per_second * now


def test_steady_growth_beyond_the_threshold_is_reported_as_suspect() -> None:
    watched = Watched(growing(100))
    verdict = watched.passes(300)
    assert verdict is not None
    assert verdict.kind == "suspect"
    assert verdict.growth[0].rate == pytest.approx(100)
    assert watched.told
    assert "bytes of heap" in str(watched.told[0])
    assert "per second" in str(watched.told[0])
    assert "detect_in_child" in watched.told[0].next_step


@pytest.mark.parametrize(("growth_threshold", "reported"), [(0.05, False), (0.005, True)])
def test_the_threshold_is_relative_growth_over_the_readings(growth_threshold: float, reported: bool) -> None:
    watched = Watched(growing(10), growth_threshold=growth_threshold)
    watched.passes(300)
    assert bool(watched.told) is reported


def test_what_a_start_takes_hides_no_leak_behind_it() -> None:
    watched = Watched(lambda now: LEVEL + 1e6 * (now >= 20) + 1000 * now)
    watched.passes(300)
    assert watched.told


def test_slow_growth_is_reported_once_it_has_grown_enough() -> None:
    watched = Watched(growing(5))
    watched.passes(600)
    assert not watched.told
    watched.passes(3600)
    assert watched.told


@pytest.mark.parametrize(
    "heap",
    [
        lambda now: LEVEL,
        lambda now: LEVEL * (2 - math.exp(-now / 60)),
        lambda now: LEVEL + min(now, 60) * 1000,
        lambda now: LEVEL + 50_000 * (now // 5 % 7),
        lambda now: LEVEL + 40_000 * math.sin(now / 20),
    ],
    ids=["still", "filling", "filled", "sawtooth", "waves"],
)
def test_what_fills_or_swings_is_not_reported(heap: Callable[[float], float]) -> None:
    watched = Watched(heap)
    watched.passes(3000)
    assert not watched.told
    assert watched.detector.latest is not None
    assert watched.detector.latest.kind in {"clean", "inconclusive"}


def test_garbage_that_awaits_collection_hides_no_leak_and_makes_none() -> None:
    chance = random.Random(0)
    garbage = {5.0 * n: chance.uniform(0, 30_000) if n % 4 else 0.0 for n in range(1000)}
    leaking, still = (
        Watched(lambda now: LEVEL + 100 * now + garbage[now]),
        Watched(lambda now: LEVEL + garbage[now]),
    )
    leaking.passes(1500)
    still.passes(1500)
    assert leaking.told
    assert not still.told


def test_a_leak_is_told_again_only_when_it_has_grown_by_as_much_again() -> None:
    watched = Watched(growing(100))
    watched.passes(600)
    assert watched.told
    watched.passes(1200)
    levels = [LEVEL + 100 * verdict.seconds for verdict in watched.told]
    assert all(later >= 1.05 * earlier for earlier, later in pairwise(levels))


def test_where_calls_are_wrapped_growth_is_per_call() -> None:
    watched = Watched(growing(100))
    watched.serves(1000, seconds_per_call=2.0)
    verdict = watched.detector.latest
    assert verdict is not None
    assert (verdict.kind, verdict.per) == ("suspect", "call")
    assert verdict.growth[0].rate == pytest.approx(200)
    assert "per call" in str(watched.told[0])


def test_nothing_is_read_while_a_call_is_under_way() -> None:
    """A large temporary of every call would look like growth."""
    watched = Watched(lambda now: LEVEL)
    with watched.detector.call():
        watched.passes(8 * INTERVAL_S)
        assert watched.readings == 0
    assert watched.readings == 1


def test_where_calls_never_pause_it_reads_amid_them_now_and_then() -> None:
    watched = Watched(lambda now: LEVEL)
    with watched.detector.call():
        watched.passes(100 * INTERVAL_S)
    assert 5 <= watched.readings <= 15


def test_an_idle_server_is_not_judged_by_its_time() -> None:
    watched = Watched(growing(100))
    watched.serves(20)
    watched.passes(3000)
    assert not watched.told


def test_a_callback_that_raises_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched(growing(100))
    after: list[Verdict] = []

    def fails(verdict: Verdict) -> None:
        raise LookupError

    watched.detector.add_leak_callback(fails)
    watched.detector.add_leak_callback(after.append)
    with caplog.at_level(logging.WARNING):
        watched.passes(300)
    assert watched.told == after != []
    assert "A leak callback failed." in caplog.text
    assert "suspect: " in caplog.text


def test_a_counter_that_cannot_be_read_is_read_later() -> None:
    def exhausted(now: float) -> float:
        if now < 100:
            raise OSError(24, "too many open files")
        return LEVEL

    watched = Watched(exhausted)
    watched.serves(100)
    assert watched.detector.latest is None
    watched.serves(600)
    assert watched.detector.latest is not None


def test_memory_of_the_history_does_not_grow_and_it_spans_a_day() -> None:
    moment = [0.0]
    counter = Counter("heap", "bytes", lambda: moment[0], 4.0, 1000, 1e12)
    history = History([counter], 120, INTERVAL_S)
    while moment[0] < 3 * LONGEST_S:
        moment[0] += history.interval_s
        history.read(moment[0])
        assert len(history) <= 120
    assert LONGEST_S / 4 <= 120 * history.interval_s <= LONGEST_S
    assert history.levels() == {"heap": moment[0]}


def test_readings_are_judged_when_there_is_a_tenth_more_of_them() -> None:
    history = History([Counter("heap", "bytes", lambda: LEVEL, 4.0, 1000, 1e12)], 120, INTERVAL_S)
    judged = []
    for number in range(120):
        history.read(number)
        judged.append(history.judge(0.05, per_call=False) is not None)
    assert judged.count(True) == 1 + int(math.log(120 / LEAST) / math.log(1.1))


def test_it_runs_in_a_thread_traces_nothing_collects_nothing_and_ends() -> None:
    collections = sum(each["collections"] for each in gc.get_stats()[2:])

    async def main() -> LeakDetector:
        detector = create_leak_detector(interval_s=0.01)
        await detector.start_detection()
        await detector.start_detection()
        assert [each.name for each in threading.enumerate()].count("leak-detector") == 1
        while detector.latest is None:
            with detector.call():
                await asyncio.sleep(0.002)
        assert not tracemalloc.is_tracing()
        await detector.stop_detection()
        await detector.stop_detection()
        return detector

    detector = asyncio.run(main())
    assert "leak-detector" not in [each.name for each in threading.enumerate()]
    assert detector.latest is not None
    assert detector.latest.rounds >= LEAST
    assert detector.latest.kind != "leak"
    assert sum(each["collections"] for each in gc.get_stats()[2:]) <= collections + 5


def test_a_detection_that_begins_again_begins_anew() -> None:
    watched = Watched(growing(100))
    watched.passes(300)

    async def restart() -> None:
        await watched.detector.start_detection()
        await watched.detector.stop_detection()

    asyncio.run(restart())
    told = len(watched.told)
    watched.passes(INTERVAL_S * (LEAST - 2))
    assert len(watched.told) == told
    watched.passes(300)
    assert len(watched.told) > told


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"growth_threshold": 0}, "growth_threshold"),
        ({"growth_threshold": float("nan")}, "growth_threshold"),
        ({"interval_s": 0}, "interval_s"),
        ({"window": LEAST - 1}, "window"),
    ],
)
def test_options_have_their_bounds(options: dict[str, float], field: str) -> None:
    with pytest.raises(BadRequest) as caught:
        create_leak_detector(**options)
    assert caught.value.field == field


def test_a_callback_is_a_plain_function() -> None:
    async def asynchronous(verdict: Verdict) -> None: ...

    for wrong in (None, asynchronous):
        with pytest.raises(BadRequest):
            create_leak_detector().add_leak_callback(wrong)
