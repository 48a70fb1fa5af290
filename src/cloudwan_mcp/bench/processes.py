"""What /proc tells of processes: memory, processor time, descendants.

The peak is `VmHWM`: `ru_maxrss` is inherited through a fork, so a small child of a large parent looks large.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

PROC = Path("/proc")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
MIB = 1024 * 1024
SAMPLE_S = 0.02
EVERY = 10  # proportional shares walk the page tables: read them less often


def memory(pid: int, member: str = "VmRSS") -> int:
    """Bytes of a member of the process's status; 0 once it is gone."""
    return _kib(PROC / str(pid) / "status", member)


def proportional(pid: int) -> int:
    """Bytes with shared pages divided among those who share them."""
    return _kib(PROC / str(pid) / "smaps_rollup", "Pss")


def _kib(path: Path, member: str) -> int:
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith(f"{member}:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0


def cpu_s(pid: int) -> float:
    """Processor seconds used, in user and kernel mode; 0 once it is gone."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * TICK_S if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields after the command's name, which may itself hold spaces and brackets."""
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def family(root: int) -> list[int]:
    """`root` and all its descendants."""
    parents = {int(p.name): int(_stat(int(p.name))[1]) for p in PROC.iterdir() if _alive(p)}
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _alive(path: Path) -> bool:
    return path.name.isdigit() and bool(_stat(int(path.name)))


@dataclass(slots=True)
class Peaks:
    """In bytes. `parts` are the resident sizes at the moment of the highest sum, largest first."""

    rss: int = 0
    pss: int = 0
    samples: int = 0
    parts: list[int] = field(default_factory=list)
    high_water: dict[int, int] = field(default_factory=dict)


class Watch:
    """Samples the memory of processes in a thread; a context manager."""

    def __init__(self, pids: Callable[[], list[int]]) -> None:
        self.peaks = Peaks()
        self._pids = pids
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        pids: list[int] = []
        while not self._end.is_set():
            began = time.monotonic()
            if self.peaks.samples % EVERY == 0:
                pids = self._pids()
                self.peaks.pss = max(self.peaks.pss, sum(map(proportional, pids)))
            self._sample(pids)
            self._end.wait(max(0.0, SAMPLE_S - (time.monotonic() - began)))

    def _sample(self, pids: list[int]) -> None:
        peaks = self.peaks
        peaks.samples += 1
        for pid in pids:
            peaks.high_water[pid] = max(peaks.high_water.get(pid, 0), memory(pid, "VmHWM"))
        parts = sorted(map(memory, pids), reverse=True)
        if sum(parts) > peaks.rss:
            peaks.rss, peaks.parts = sum(parts), parts
