"""Which calls leave behind what grows: measured on those that ran alone."""

from __future__ import annotations

import sys
from typing import NamedTuple

MOST = 64
ENOUGH = 0.5  # of all that was left behind; below it, nothing is named


class Begun(NamedTuple):
    """A call that began with none beside it: its number, and the blocks that lived then."""

    number: int
    blocks: int


class Shares:
    """Blocks left behind by name, 64 names at most; a call counts when none ran beside it.

    Garbage that waits for its collection is in it; over many calls it cancels out.
    """

    def __init__(self) -> None:
        self._number = 0
        self._kept: dict[str, tuple[int, int]] = {}

    @property
    def kept(self) -> dict[str, tuple[int, int]]:
        return dict(self._kept)

    def begin(self, *, alone: bool) -> Begun | None:
        self._number += 1
        return Begun(self._number, sys.getallocatedblocks()) if alone else None

    def end(self, name: str, begun: Begun | None) -> None:
        if begun is None or begun.number != self._number:
            return
        if name in self._kept or len(self._kept) < MOST:
            calls, blocks = self._kept.get(name, (0, 0))
            self._kept[name] = calls + 1, blocks + sys.getallocatedblocks() - begun.blocks

    def most(self) -> str:
        """The name that left most behind, when that is at least half of all; else none."""
        left = {name: blocks for name, (_, blocks) in self._kept.items() if blocks > 0}
        found = max(left, key=left.__getitem__, default="")
        return found if found and left[found] >= ENOUGH * sum(left.values()) else ""
