"""What one profile is: a piece of work between two readings of what the process holds."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import NamedTuple

from cloudwan_mcp.memory.leaks.counters import heap
from cloudwan_mcp.memory.measurement import Measurement
from cloudwan_mcp.memory.peaks import Peaks

_current: ContextVar[Profile | None] = ContextVar("current_profile", default=None)


class Reading(NamedTuple):
    """Bytes, blocks, seconds and collections at one moment."""

    time: float
    rss: int
    heap: int | None
    collections: int
    blocks: int


NOTHING = Reading(0.0, 0, None, 0, 0)


class Profile:
    """One piece of work, to be used once, as `with` or `async with`; `result` is there when it has ended.

    `work` is what it did, in numbers of the caller's choice, kept with the measurement. Without a meter it
    measures nothing.
    """

    __slots__ = ("_meter", "before", "name", "open", "outer", "overlapped", "result", "work")

    def __init__(self, name: str, meter: Meter | None) -> None:
        self.name = name
        self.result: Measurement | None = None
        self.work: Mapping[str, float] = {}
        self.before = NOTHING
        self.outer: Profile | None = None
        self.open = self.overlapped = False
        self._meter = meter

    def __enter__(self) -> Profile:
        if self._meter:
            outer = _current.get()
            self.outer = outer if outer and outer.open else None  # one that has ended is not kept alive
            _current.set(self)
            self.open = True
            self._meter.begin(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._meter or not self.open:
            return
        self.result = self._meter.end(self, failed=kind is not None)
        self.open = False
        if _current.get() is self:  # else it ends in another task than it began in
            _current.set(self.outer)
        self.outer = None

    async def __aenter__(self) -> Profile:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def around(self) -> set[Profile]:
        """The profiles that this one is a part of."""
        found, outer = set(), self.outer
        while outer is not None:
            found.add(outer)
            outer = outer.outer
        return found


class Meter:
    """Reads before and after, and notes which profiles of different work overlap; `keep` gets the results."""

    def __init__(
        self,
        rss: Callable[[], int],
        peaks: Peaks,
        traced: Peaks,
        keep: Callable[[Profile, Measurement], None],
    ) -> None:
        self._rss = rss
        self._peaks = peaks
        self._traced = traced
        self._keep = keep
        self._open: set[Profile] = set()
        self._lock = threading.Lock()

    def begin(self, profile: Profile) -> None:
        around = profile.around()
        with self._lock:
            for other in self._open - around:
                other.overlapped = profile.overlapped = True
            self._open.add(profile)
        self._peaks.begin(profile)
        self._traced.begin(profile)
        profile.before = self._read()

    def end(self, profile: Profile, *, failed: bool) -> Measurement:
        before, after = profile.before, self._read()
        peak, traced = self._peaks.end(profile), self._traced.end(profile)
        with self._lock:
            self._open.discard(profile)
        measured = Measurement(
            seconds=after.time - before.time,
            rss_growth=after.rss - before.rss,
            heap_growth=None if after.heap is None or before.heap is None else after.heap - before.heap,
            blocks_growth=after.blocks - before.blocks,
            collections=after.collections - before.collections,
            peak_rss=peak,
            peak_growth=None if peak is None else max(0, peak - before.rss),
            traced_peak=traced,
            overlapped=profile.overlapped,
            failed=failed,
            within=profile.outer.name if profile.outer else "",
        )
        self._keep(profile, measured)
        return measured

    def _read(self) -> Reading:
        held = heap()
        return Reading(
            time.perf_counter(),
            self._rss(),
            sum(held) if held else None,
            sum(generation["collections"] for generation in gc.get_stats()),
            sys.getallocatedblocks(),
        )
