"""Bounded caches: one that is still filling looks like a leak, and is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cloudwan_mcp.memory.leaks.counters import MIB, Counter
from cloudwan_mcp.memory.leaks.judge import Growth

Sizes = Callable[[], Mapping[str, tuple[int, int]]]
"""(bytes, bound) of each cache by its name."""

NAME = "caches"
BLOCK_BYTES = 96  # of an object among the many small ones, roughly
EXPLAINS = 2.0  # times what the caches say of themselves, which leaves out their own bookkeeping
_FILLS = {"growing", "fading", "unsure"}
_MEMORY = {"blocks": BLOCK_BYTES, "heap": 1, "mmap": 1}


class Caches:
    """What the caches hold together, as one more counter, and what that explains of the growth."""

    def __init__(self, sizes: Sizes | None) -> None:
        self._sizes = sizes

    @property
    def counters(self) -> tuple[Counter, ...]:
        if self._sizes is None:
            return ()
        return (Counter(NAME, "bytes in bounded caches", self._held, 4.0, 1000, 1024 * MIB),)

    def filling(self, found: Iterable[Growth]) -> str:
        """Says which caches fill, when that explains all that grows; else nothing."""
        growth = {each.counter: each for each in found}
        held = growth.pop(NAME, None)
        growing = {name: each.rate for name, each in growth.items() if each.trend == "growing"}
        if held is None or held.trend not in _FILLS or not growing.keys() <= _MEMORY.keys():
            return ""
        taken = sum(rate * _MEMORY[name] for name, rate in growing.items())
        if taken > EXPLAINS * held.rate:
            return ""
        names = [
            f"{name} ({held / MIB:.1f} of {most / MIB:.1f} MiB)" for name, held, most in self._unfilled()
        ]
        return f"Still filling: {', '.join(names)}. Look again when it is full." if names else ""

    def _held(self) -> float:
        return sum(held for held, _ in self._sizes().values()) if self._sizes else 0

    def _unfilled(self) -> list[tuple[str, int, int]]:
        sizes = self._sizes() if self._sizes else {}
        return [(name, held, most) for name, (held, most) in sizes.items() if held < most]
