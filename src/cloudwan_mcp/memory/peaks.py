"""The highest memory within spans of time that may overlap."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Hashable
from functools import cache
from typing import Protocol

LINGER_S = 5.0  # a sampler without work waits so long for more
_CLEAR = "/proc/self/clear_refs"
_STATUS = "/proc/self/status"
_STATUS_BYTES = 4096  # some three times what it holds
_CLEAR_PEAK = b"5"  # proc(5): sets the peak resident size back to what it is now


class Peaks(Protocol):
    """`end` gives the highest value since `begin` of the same span, or None where nobody knows."""

    source: str

    def begin(self, span: Hashable) -> None: ...

    def end(self, span: Hashable) -> int | None: ...


class NoPeaks:
    """Where the system tells no peaks and nothing samples them."""

    source = "not told by this system: profile with sample=True"

    def begin(self, span: Hashable) -> None: ...

    def end(self, span: Hashable) -> int | None:
        return None


class ResetPeaks:
    """One high-water mark, set back whenever a span begins; what it had risen to counts for those open."""

    def __init__(self, read: Callable[[], int], reset: Callable[[], None], source: str) -> None:
        self.source = source
        self._read = read
        self._reset = reset
        self._open: dict[Hashable, int] = {}
        self._lock = threading.RLock()

    def begin(self, span: Hashable) -> None:
        with self._lock:
            if self._open:
                self._note()
            self._reset()
            self._open[span] = 0

    def end(self, span: Hashable) -> int | None:
        with self._lock:
            return max(self._open.pop(span), self._read())

    def _note(self) -> None:
        now = self._read()
        for span, peak in self._open.items():
            self._open[span] = max(peak, now)


class SampledPeaks:
    """A thread that looks every `interval_s` seconds while a span is open: it sees no shorter peak."""

    def __init__(self, read: Callable[[], int], interval_s: float) -> None:
        self.source = f"sampled every {interval_s:g} s"
        self._read = read
        self._interval_s = interval_s
        self._open: dict[Hashable, int] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def begin(self, span: Hashable) -> None:
        with self._changed:
            self._open[span] = self._read()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="peak-sampler", daemon=True)
                self._thread.start()
            self._changed.notify()

    def end(self, span: Hashable) -> int | None:
        with self._changed:
            return max(self._open.pop(span), self._read())

    def _run(self) -> None:
        while self._sample():
            time.sleep(self._interval_s)

    def _sample(self) -> bool:
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._open), LINGER_S):
                self._thread = None
                return False
            now = self._read()
            for span, peak in self._open.items():
                self._open[span] = max(peak, now)
            return True


@cache
def kernel_peaks() -> Peaks:
    """The kernel's own mark (VmHWM), which is one for the whole process; none where it cannot be set back."""

    try:
        _set_back()
        _high_water()
    except (OSError, LookupError, ValueError):
        return NoPeaks()
    return ResetPeaks(_high_water, _set_back, "VmHWM, set back when a profile begins")


def _set_back() -> None:
    handle = os.open(_CLEAR, os.O_WRONLY)
    try:
        os.write(handle, _CLEAR_PEAK)
    finally:
        os.close(handle)


def _high_water() -> int:
    handle = os.open(_STATUS, os.O_RDONLY)
    try:
        _, _, rest = os.read(handle, _STATUS_BYTES).partition(b"VmHWM:")
    finally:
        os.close(handle)
    return int(rest.split(None, 1)[0]) * 1024
