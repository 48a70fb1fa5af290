"""How much memory pieces of work take: counters before and after, and tracing only where it is asked for."""

from __future__ import annotations

import sys
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median
from typing import Any

from cloudwan_mcp import settings
from cloudwan_mcp.memory.bounds import outside
from cloudwan_mcp.memory.gauge import MemoryGauge
from cloudwan_mcp.memory.leaks.counters import descriptors, heap, threads
from cloudwan_mcp.memory.measurement import Measurement, Record
from cloudwan_mcp.memory.peaks import NoPeaks, Peaks, ResetPeaks, SampledPeaks, kernel_peaks
from cloudwan_mcp.memory.profile import Meter, Profile

MOST_NAMES = 200
OTHER = "other"
NAME_CHARACTERS = 120
TOP_LINES = 10
TRIALS = 50
# Of work that decodes JSON, on CPython 3.11: the benchmark `profiling` measures it anew.
TRACING_FACTOR = 10.0


class MemoryProfiler:
    """Profiles pieces of work by name, nested or at once, in threads and tasks.

    Made explicitly, it profiles; `enabled=None` leaves it to the setting `profiling_enabled`, as those parts
    of the product do that profile by themselves. Disabled, `profile` costs next to nothing.
    `trace` has tracemalloc follow every block from now until `close`, for the report's `top_lines`: work that
    allocates much takes some 10 times as long, in every thread. Not for a server that serves.
    `sample` has a thread look for the peak of a profile every `interval_s` seconds (None: the setting
    `profiling_snapshot_interval`); otherwise the kernel is asked, where it can be.
    At most 200 names are told apart; profiles of further ones count as "other".
    """

    def __init__(
        self,
        *,
        enabled: bool | None = True,
        trace: bool = False,
        sample: bool = False,
        interval_s: float | None = None,
        gauge: MemoryGauge | None = None,
    ) -> None:
        configured = settings.load()
        interval_s = configured.profiling_snapshot_interval if interval_s is None else interval_s
        if not 0.001 <= interval_s <= 3600:
            raise outside("interval_s", interval_s, "between 0.001 and 3600 seconds")
        self.enabled = configured.profiling_enabled if enabled is None else enabled
        self.interval_s = interval_s
        self._gauge = gauge or MemoryGauge()
        self._peaks = SampledPeaks(self._gauge.rss, interval_s) if sample else kernel_peaks()
        self._started_tracing = self.enabled and trace and not tracemalloc.is_tracing()
        if self._started_tracing:
            tracemalloc.start()
        self._meter = Meter(self._gauge.rss, self._peaks, _traced_peaks(trace), self._keep)
        self._records: dict[str, Record] = {}
        self._lock = threading.Lock()
        self._cost_us: float | None = None

    def profile(self, name: str) -> Profile:
        """A context manager that profiles what happens in it under `name` (120 characters at most)."""
        return Profile(str(name)[:NAME_CHARACTERS], self._meter if self.enabled else None)

    def get_memory_report(self) -> dict[str, Any]:
        """Plain JSON: `process` as it is now, `profiles` by name, `tracing` (None where off), `overhead`.

        Sizes in bytes. `uss_bytes` is what only this process holds; what the system does not tell is None.
        The overhead is that of an empty profile again and again; amid other work, which takes the processor's
        caches, it is some five times as much.
        """
        with self._lock:
            profiles = {name: record.report() for name, record in self._records.items()}
        return {
            "enabled": self.enabled,
            "process": self._process(),
            "profiles": profiles,
            "peaks": self._peaks.source,
            "tracing": _tracing(),
            "overhead": {
                "microseconds_per_profile": self._cost(),
                "tracing_factor": TRACING_FACTOR if tracemalloc.is_tracing() else 1.0,
            },
        }

    def close(self) -> None:
        """Stop the tracing that this profiler started, which costs until then."""
        if self._started_tracing:
            self._started_tracing = False
            tracemalloc.stop()

    def _keep(self, profile: Profile, measured: Measurement) -> None:
        with self._lock:
            name = profile.name if profile.name in self._records else self._name(profile.name)
            self._records.setdefault(name, Record()).note(measured, profile.work)

    def _name(self, name: str) -> str:
        return name if len(self._records) < MOST_NAMES else OTHER

    def _process(self) -> dict[str, Any]:
        held = heap()
        return {
            "rss_bytes": self._gauge.rss(),
            "uss_bytes": _unique(),
            "limit_bytes": self._gauge.limit.bytes,
            "limit_origin": self._gauge.limit.origin,
            "heap_bytes": held[0] if held else None,
            "mapped_bytes": held[1] if held else None,
            "allocated_blocks": sys.getallocatedblocks(),
            "threads": threads(),
            "file_descriptors": descriptors(),
        }

    def _cost(self) -> float:
        """Microseconds of one empty profile, measured once, in records of its own."""
        if self._cost_us is None:
            nowhere = Meter(self._gauge.rss, self._peaks, NoPeaks(), lambda profile, measured: None)
            spent = []
            for _ in range(TRIALS):
                began = time.perf_counter()
                with Profile("", nowhere if self.enabled else None):
                    pass
                spent.append(time.perf_counter() - began)
            self._cost_us = round(median(spent) * 1e6, 2)
        return self._cost_us


class TopologyProfiler:
    """Profiles the processing of topologies, with what their manager did meanwhile."""

    def __init__(self, manager: Any = None, profiler: MemoryProfiler | None = None) -> None:
        self.profiler = profiler or MemoryProfiler()
        self._manager = manager

    @asynccontextmanager
    async def profile_topology_processing(self, topology_id: str) -> AsyncIterator[Profile]:
        """A profile of that name; its `work` is how much each number of the manager's `statistics()` grew."""
        async with self.profiler.profile(topology_id) as profile:
            before = self._numbers()
            try:
                yield profile
            finally:
                profile.work = {name: value - before.get(name, 0) for name, value in self._numbers().items()}

    def get_memory_report(self) -> dict[str, Any]:
        return self.profiler.get_memory_report()

    def _numbers(self) -> dict[str, float]:
        statistics: dict[str, Any] = getattr(self._manager, "statistics", dict)()
        return {name: value for name, value in statistics.items() if type(value) in {int, float}}


def create_topology_profiler(manager: Any = None, profiler: MemoryProfiler | None = None) -> TopologyProfiler:
    """A `TopologyProfiler` of a streaming manager, or of anything else that has `statistics()`."""
    return TopologyProfiler(manager, profiler)


def _traced_peaks(trace: bool) -> Peaks:
    if not trace:
        return NoPeaks()
    return ResetPeaks(lambda: tracemalloc.get_traced_memory()[1], tracemalloc.reset_peak, "tracemalloc")


def _tracing() -> dict[str, Any] | None:
    if not tracemalloc.is_tracing():
        return None
    current, peak = tracemalloc.get_traced_memory()
    ours = tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__)
    lines = tracemalloc.take_snapshot().filter_traces([ours]).statistics("lineno")[:TOP_LINES]
    return {
        "current_bytes": current,
        "peak_bytes": peak,
        "top_lines": [
            {
                "line": f"{each.traceback[0].filename}:{each.traceback[0].lineno}",
                "bytes": each.size,
                "blocks": each.count,
            }
            for each in lines
        ],
    }


def _unique() -> int | None:
    import psutil

    try:
        return int(psutil.Process().memory_full_info().uss)
    except (psutil.Error, OSError, AttributeError):
        return None
