"""Watching this process for leaks while it serves: nothing is traced, and no garbage collected for it."""

from __future__ import annotations

import inspect
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.leaks.caches import Caches, Sizes
from cloudwan_mcp.memory.leaks.counters import Counter, standard_counters
from cloudwan_mcp.memory.leaks.history import LEAST, History
from cloudwan_mcp.memory.leaks.judge import Growth
from cloudwan_mcp.memory.leaks.shares import Shares
from cloudwan_mcp.memory.leaks.verdict import Kind, Verdict

OVERDUE = 10  # intervals without a moment between calls; then a reading amid calls is better than none
ADVICE = "Call what is served in detect_in_child: it says whether it leaks, and where."

logger = logging.getLogger(__name__)
LeakCallback = Callable[[Verdict], object]


class LeakDetector:
    """Reads what this process holds every `interval_s` seconds, in a thread of its own, and judges the trend.

    Its verdict is `suspect` at most: what it sees from outside may also be a cache that fills. It reports a
    counter that grew by `growth_threshold` (0.05: 5 %) of its size within the readings kept, steadily and
    not by chance; and again whenever it has grown by as much since. The first third of the readings counts
    as warm-up. The newest `window` readings are kept, then every second and so on, up to a day.
    Where `call` wraps what is served, growth is judged per call, and read when none is under way. `caches`
    tells (bytes, bound) of each bounded cache by its name: one that is filling is named, and what it takes
    is no suspicion. `advice` is the next step of a suspicion; {target} in it is what the growth came with.
    """

    def __init__(
        self,
        growth_threshold: float = 0.05,
        *,
        interval_s: float = 5.0,
        window: int = 120,
        counters: Sequence[Counter] | None = None,
        caches: Sizes | None = None,
        advice: str = ADVICE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < growth_threshold <= 10:
            raise outside("growth_threshold", growth_threshold, "more than 0 (0.05 is 5 %) and at most 10")
        if not 0.01 <= interval_s <= 3600:
            raise outside("interval_s", interval_s, "between 0.01 and 3600 seconds")
        if not LEAST <= window <= 10_000:
            raise outside("window", window, f"between {LEAST} and 10000 readings")
        self.growth_threshold = growth_threshold
        self.latest: Verdict | None = None
        self._clock = clock
        self._interval_s = interval_s
        self._caches = Caches(caches)
        watched = [*(standard_counters() if counters is None else counters), *self._caches.counters]
        self._history = History(watched, window, interval_s)
        self._advice = advice
        self._shares = Shares()
        self._callbacks: list[LeakCallback] = []
        self._reported: dict[str, float] = {}
        self._lock = threading.RLock()  # a finalizer may come back to it
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._calls = self._under_way = 0
        self._per_call = False
        self._began = self._read_at = clock()

    def add_leak_callback(self, callback: LeakCallback) -> None:
        """Call it in the detector's thread with each verdict that reports growth; its errors are logged."""
        if not callable(callback) or inspect.iscoroutinefunction(callback):
            raise outside("callback", callback, "a plain function of one argument, the verdict")
        self._callbacks.append(callback)

    async def start_detection(self) -> None:
        """Begin anew; does nothing where a detection runs."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._lock:
            self._history.clear()
            self._reported.clear()
            self._shares = Shares()
            self._calls = 0
            self._began = self._read_at = self._clock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leak-detector", daemon=True)
        self._thread.start()

    async def stop_detection(self) -> None:
        """End the thread; `latest` stays. A callback at work is waited for."""
        self._stop.set()
        if self._thread is not None:
            import anyio

            await anyio.to_thread.run_sync(self._thread.join)
            self._thread = None

    @contextmanager
    def call(self, name: str = "") -> Iterator[None]:
        """Wrap one call of what is served, from any thread or task; `name` says of what."""
        with self._lock:
            self._under_way += 1
            begun = self._shares.begin(alone=self._under_way == 1)
        try:
            yield
        finally:
            with self._lock:
                self._shares.end(name, begun)
                self._under_way -= 1
                self._calls += 1
                self._read_when_due()

    @property
    def calls(self) -> int:
        """Since it began."""
        return self._calls

    @property
    def kept(self) -> dict[str, tuple[int, int]]:
        """(calls, blocks that they left behind) by name, of those calls that nothing else ran beside."""
        with self._lock:
            return self._shares.kept

    @property
    def nbytes(self) -> int:
        """What its readings occupy."""
        return self._history.nbytes

    def read(self) -> None:
        """Read when it is time, and judge nothing."""
        with self._lock:
            self._read_when_due()

    def observe(self) -> Verdict | None:
        """Read when it is time, judge what there is, and tell whom it concerns; the thread does this."""
        with self._lock:
            self._read_when_due()
            found = self._history.judge(self.growth_threshold, per_call=self._per_call)
            if found is None:
                return self.latest
            verdict = self.latest = self._verdict(found)
            told = verdict.kind == "suspect" and self._is_news(verdict)
        if told:
            self._tell(verdict)
        return verdict

    def _run(self) -> None:
        while not self._stop.wait(self._interval_s):
            self.observe()

    def _read_when_due(self) -> None:
        elapsed = self._clock() - self._read_at
        busy = self._under_way and elapsed < OVERDUE * self._history.interval_s
        if busy or elapsed < self._history.interval_s:
            return
        self._read_at = self._clock()
        if (self._calls > 0) is not self._per_call:  # the first call is done: seconds say less than calls
            self._per_call = self._calls > 0
            self._history.clear()
        with suppress(OSError):  # out of file descriptors; the call that was served knows nothing of it
            self._history.read(self._calls if self._per_call else self._read_at - self._began)

    def _verdict(self, found: Sequence[Growth]) -> Verdict:
        growing = [each for each in found if each.trend == "growing"]
        unsure = any(each.trend in {"fading", "unsure"} for each in found)
        filling = self._caches.filling(found)
        kind: Kind = (
            "suspect" if growing and not filling else "inconclusive" if growing or unsure else "clean"
        )
        verdict = Verdict(
            kind=kind,
            growth=tuple(each for each in found if each.trend != "flat"),
            calls=self._calls,
            rounds=len(self._history),
            seconds=round(self._clock() - self._began, 1),
            next_step=filling or "Nothing to do; detection goes on.",
            per="call" if self._per_call else "second",
        )
        if kind != "suspect":
            return verdict
        target = self._shares.most()
        return replace(verdict, target=target, next_step=self._advice.format(target=target or "..."))

    def _is_news(self, verdict: Verdict) -> bool:
        grown = {each.counter for each in verdict.growth if each.trend == "growing"}
        levels = {name: level for name, level in self._history.levels().items() if name in grown}
        more = 1 + self.growth_threshold
        news = any(level >= more * self._reported.get(name, 0) for name, level in levels.items())
        if news:
            self._reported |= levels
        return news

    def _tell(self, verdict: Verdict) -> None:
        logger.warning("%s", verdict)
        for callback in tuple(self._callbacks):
            try:
                callback(verdict)
            except Exception:  # anybody's code, and detection outlives it
                logger.warning("A leak callback failed.", exc_info=True)


def create_leak_detector(growth_threshold: float = 0.05, **options: Any) -> LeakDetector:
    """A `LeakDetector` with those options."""
    return LeakDetector(growth_threshold, **options)
