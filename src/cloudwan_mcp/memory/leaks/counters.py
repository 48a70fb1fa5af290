"""Counters of what this process holds: cheap to read, and true after a collection."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

MIB = 1024 * 1024
_DESCRIPTORS = "/proc/self/fd"
_THREADS = "/proc/self/task"


@dataclass(slots=True, frozen=True)
class Counter:
    """One number that a leak makes grow.

    `floor` is the growth per call that is none, `calls` how many a verdict of leak takes, and `room` how
    much the counter may grow before the measurement itself would do harm.
    """

    name: str
    unit: str
    read: Callable[[], float]
    floor: float
    calls: int
    room: float


class Collector:
    """Collects garbage, and counts what it found while automatic collection is off: that never goes."""

    def __init__(self) -> None:
        self.uncollected = 0

    def __call__(self) -> None:
        found = gc.collect()
        if not gc.isenabled():
            self.uncollected += found


def standard_counters(
    collector: Collector | None = None, loop: AbstractEventLoop | None = None
) -> tuple[Counter, ...]:
    """Those that can be read here; cycles need a collector, tasks a loop."""
    found = [Counter("blocks", "blocks", sys.getallocatedblocks, 0.02, 1000, 2e6)]
    if heap() is not None:
        found.append(Counter("heap", "bytes of heap", heap_bytes, 4.0, 1000, 256 * MIB))
        found.append(Counter("mmap", "bytes mapped", mapped_bytes, 4.0, 1000, 256 * MIB))
    found.append(Counter("fds", "file descriptors", descriptors, 0.004, 100, _descriptor_room()))
    found.append(Counter("threads", "threads", threads, 0.004, 100, 240))
    if loop is not None:
        found.append(Counter("tasks", "asyncio tasks", _tasks_of(loop), 0.004, 100, 2000))
    if collector is not None:
        found.append(Counter("cycles", "uncollected objects", lambda: collector.uncollected, 0.02, 100, 1e6))
    return tuple(found)


def heap() -> tuple[int, int] | None:
    """(bytes in use on the heap of malloc, bytes it mapped) where the platform tells, else None.

    Python objects below 512 bytes live elsewhere: `sys.getallocatedblocks` counts them.
    """
    import psutil

    try:
        info = psutil.heap_info()
    except (AttributeError, NotImplementedError, OSError):
        return None
    return info.heap_used, info.mmap_used


def heap_bytes() -> float:
    found = heap()
    return found[0] if found else 0


def mapped_bytes() -> float:
    found = heap()
    return found[1] if found else 0


def descriptors() -> int:
    """Open file descriptors; on Windows, handles."""
    try:
        return len(os.listdir(_DESCRIPTORS)) - 1  # noqa: PTH208 - names do, less the one that lists them
    except FileNotFoundError:
        import psutil

        method = "num_fds" if os.name == "posix" else "num_handles"
        return int(getattr(psutil.Process(), method)())


def threads() -> int:
    """Threads of the operating system, also those that C started; else those that Python knows."""
    try:
        return len(os.listdir(_THREADS))  # noqa: PTH208
    except OSError:
        return threading.active_count()


def _tasks_of(loop: AbstractEventLoop) -> Callable[[], float]:
    import asyncio

    return lambda: len(asyncio.all_tasks(loop))


def _descriptor_room() -> float:
    """Six tenths of what is still to be had, so that neither the callable nor we run out."""
    try:
        import resource
    except ImportError:
        return 1000
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 0.6 * max(0, min(soft, 10_000) - descriptors())
