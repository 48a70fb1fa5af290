"""Which ids were already taken: 2 to 3 bytes an element instead of a set's 100."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable

LARGE = 500_000  # keys from which a table grows by a quarter: twice as much would stand half empty


class SeenKeys:
    """An open-addressing table of 16-bit fingerprints beside an independent slot number.

    A fingerprint that matches may, once in some 30,000 lookups, be another key's: `confirm` is asked then,
    so the answer is exact. When the table fills, it is rebuilt from `keys`, the store's own column.
    """

    def __init__(
        self, keys: Callable[[], Iterable[int]], confirm: Callable[[int], bool], expected: int
    ) -> None:
        self._keys = keys
        self._confirm = confirm
        self._count = 0
        self._size = 0
        self._slots = array("H")
        self.reserve(expected)

    def reserve(self, expected: int) -> None:
        """Make room for `expected` keys at a load below 3/4, keeping what is stored."""
        size = max(4096, expected * 4 // 3 + 64) | 1
        if size <= self._size:
            return
        self._slots = array("H")  # the old table goes before the new one comes
        self._slots = array("H", bytes(2)) * size
        self._size = size
        self._count = 0
        for key in self._keys():
            self._place(key)

    def clear(self) -> None:
        """Give the table back; it is over."""
        self._slots, self._size, self._count = array("H"), 0, 0

    @property
    def bytes(self) -> int:
        return len(self._slots) * 2

    def add(self, key: int) -> bool:
        """True when `key` is new."""
        slot, mark = self._start(key)
        slots, size = self._slots, self._size
        while held := slots[slot]:
            if held == mark and self._confirm(key):
                return False
            slot = slot + 1 if slot + 1 < size else 0
        slots[slot] = mark
        self._count += 1
        return True

    def make_room(self, coming: int) -> None:
        """Grow before a page of `coming` keys; called between pages, when the store holds every key here."""
        needed = self._count + coming
        if needed * 4 > self._size * 3:
            self.reserve(needed * 2 if needed < LARGE else needed * 5 // 4)

    def _place(self, key: int) -> None:
        slot, mark = self._start(key)
        while self._slots[slot]:
            slot = slot + 1 if slot + 1 < self._size else 0
        self._slots[slot] = mark
        self._count += 1

    def _start(self, key: int) -> tuple[int, int]:
        return (key & 0xFFFFFFFF) % self._size, ((key >> 32) & 0xFFFF) or 1
