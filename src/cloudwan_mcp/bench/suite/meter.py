"""What a piece of work takes of the process it runs in: memory kept, memory at its height, processor time.

The height is `VmHWM` of this process, set back where the work begins: `ru_maxrss` cannot be set back, and
a child inherits that of its parent.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # proc(5): resets the peak resident set size


class Meter:
    """Counts from its construction on: warm up before, so that imports are nobody's.

    Before each reading of what is resident, free memory goes back to the system, where the C library can:
    reused, what a warm-up left free would hide up to a MiB of what the work needs, more than half of what a
    small topology takes; and what the work leaves free is as little its own. `peak_mib` has it all.
    """

    def __init__(self) -> None:
        _give_back()
        with suppress(OSError):  # a hardened kernel: the peak of a fresh process is then that of its imports
            CLEAR.write_text(RESET_PEAK, encoding="ascii")
        self._began = _resident("VmRSS")
        self.cpu_s = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Processor time counts inside this only: making the input is nobody's either."""
        began = time.process_time()
        try:
            yield
        finally:
            self.cpu_s += time.process_time() - began

    def retained_mib(self) -> float:
        """MiB resident more than at the beginning, once what is garbage and what is free has gone."""
        _give_back()
        return _resident("VmRSS") - self._began

    def peak_mib(self) -> float:
        """MiB resident at the height, more than at the beginning."""
        return _resident("VmHWM") - self._began


def _give_back() -> None:
    import psutil

    gc.collect()
    if hasattr(psutil, "heap_trim"):  # not with every C library
        psutil.heap_trim()


def _resident(member: str) -> float:
    with STATUS.open(encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(member))
