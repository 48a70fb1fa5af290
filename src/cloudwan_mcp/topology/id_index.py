"""From an id to its position: 8 bytes of key and 6 to 12 of table an element, where a dict takes 170."""

from __future__ import annotations

from array import array
from collections.abc import Callable

FULL = 0.7  # of the table; then it doubles
UNKNOWN = 0xFFFFFFFF


class IdIndex:
    """An open-addressing table of positions beside a column of 64-bit keys.

    `identify` reads the id at a position: two ids of one key are told apart by it, so that a lookup is exact.
    """

    def __init__(self, identify: Callable[[int], str], key: Callable[[str], int] = hash) -> None:
        self._identify = identify
        self.key = key
        self._keys = array("q")
        self._resize(64)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, identifier: str) -> int | None:
        key, keys = self.key(identifier), self._keys
        slot = key & self._mask
        while held := self._slots[slot]:
            if keys[held - 1] == key and self._identify(held - 1) == identifier:
                return held - 1
            slot = slot + 1 & self._mask
        return None

    def add(self, identifier: str) -> bool:
        """Give `identifier` the next position; False where it already has one."""
        if len(self._keys) >= self._most:
            self._resize(2 * len(self._slots))
        key, keys, slots, mask = self.key(identifier), self._keys, self._slots, self._mask
        slot = key & mask
        while held := slots[slot]:
            if keys[held - 1] == key and self._identify(held - 1) == identifier:
                return False
            slot = slot + 1 & mask
        keys.append(key)
        slots[slot] = len(keys)  # 0 is an empty slot
        return True

    def positions(self, keys: array[int]) -> array[int]:
        """The position behind each key, or `UNKNOWN`."""
        own, slots, mask = self._keys, self._slots, self._mask
        found = array("I", bytes(4)) * len(keys)
        for at, key in enumerate(keys):
            slot = key & mask
            while (held := slots[slot]) and own[held - 1] != key:
                slot = slot + 1 & mask
            found[at] = held - 1 if held else UNKNOWN
        return found

    @property
    def bytes(self) -> int:
        return self._slots.itemsize * len(self._slots) + self._keys.itemsize * len(self._keys)

    def _resize(self, size: int) -> None:
        self._slots = array("I")  # the old table goes before the new one comes
        self._slots = array("I", bytes(4)) * size
        self._mask = size - 1
        self._most = int(size * FULL)
        slots, mask = self._slots, self._mask
        for held, key in enumerate(self._keys, 1):
            slot = key & mask
            while slots[slot]:
                slot = slot + 1 & mask
            slots[slot] = held
