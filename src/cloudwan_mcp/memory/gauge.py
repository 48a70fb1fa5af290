"""What is in use of the limit, read as cheaply as the kernel allows."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from mmap import PAGESIZE
from pathlib import Path

from cloudwan_mcp import settings
from cloudwan_mcp.memory.cgroup import V1_LIMIT
from cloudwan_mcp.memory.limit import MemoryLimit, memory_limit

READ_BYTES = 16 * 1024  # the longest of these files, memory.stat, is a quarter of that
UNREADABLE = (OSError, LookupError, ValueError)


class MemoryGauge:
    """Reads anew each time it is asked: some 5 us for `rss()`, 20 us for `used()` of a control group.

    Files are opened for every reading. Kept open they would save half of that, but a forked child would
    read its parent's. `root` is where `/proc` and `/sys` are looked for.
    """

    def __init__(self, limit: MemoryLimit | None = None, *, root: Path = Path("/")) -> None:
        self.limit = limit or memory_limit(settings.load().memory_threshold_mb, root=root)
        v1 = self.limit.origin.endswith(V1_LIMIT)
        group = self.limit.group and str(root / self.limit.group.lstrip("/"))
        self._usage = group and f"{group}/memory.{'usage_in_bytes' if v1 else 'current'}"
        self._stat = f"{group}/memory.stat"
        # In v1 the plain line leaves out the groups below this one, whose pages its usage counts.
        total = b"total_" if v1 else b""
        self._cached = re.compile(rb"^%s(?:in)?active_file (\d+)$" % total, re.MULTILINE)
        self._pressure = [f"{group}/memory.pressure"] if group else []
        self._pressure.append(str(root / "proc/pressure/memory"))
        self._statm = str(root / "proc/self/statm")
        self._status = str(root / "proc/self/status")
        self._rss = 0

    def used(self) -> int:
        """Bytes that count against the limit.

        Where a control group limits: what all its processes hold, less the page cache, which the kernel takes
        back before it kills: also its active part, unlike in the "working set" of cAdvisor and Kubernetes. A
        snapshot that is read again and again is active, and 100 MiB of it left room for 130 MiB in a group of
        160. Elsewhere `rss()`.
        """
        if self._usage:
            with suppress(*UNREADABLE):
                usage = int(_read(self._usage))
                return max(0, usage - sum(map(int, self._cached.findall(_read(self._stat)))))
        return self.rss()

    def rss(self) -> int:
        """Bytes of this process in physical memory."""
        with suppress(OSError):  # out of file descriptors, the reading before is better than none
            self._rss = self._resident()
        return self._rss

    def peak(self) -> tuple[int, int]:
        """(`rss()`, the most it ever was), in bytes; 0 for the second where the system does not tell it.

        VmHWM and not ru_maxrss, which a child inherits: one of 13 MiB below a server of 1 GiB reports 1 GiB.
        """
        with suppress(*UNREADABLE):
            status = _read(self._status)
            return _kib(status, b"\nVmRSS:"), _kib(status, b"\nVmHWM:")
        return self.rss(), 0

    def pressure(self) -> float | None:
        """Percent of the last ten seconds in which something waited for memory; None where it is not told."""
        for each in self._pressure:
            with suppress(*UNREADABLE):
                return float(_read(each).split()[1].removeprefix(b"avg10="))
        return None

    def _resident(self) -> int:
        try:
            return int(_read(self._statm).split()[1]) * PAGESIZE
        except FileNotFoundError:
            import psutil

            return psutil.Process().memory_info().rss


def _read(file: str) -> bytes:
    handle = os.open(file, os.O_RDONLY)
    try:
        return os.read(handle, READ_BYTES)
    finally:
        os.close(handle)


def _kib(status: bytes, field: bytes) -> int:
    return int(status.partition(field)[2].split(None, 1)[0]) * 1024
