"""How much of this process is its own: memory that no file backs, which is heaps and stacks."""

from __future__ import annotations

from contextlib import suppress
from mmap import PAGESIZE
from pathlib import Path

STATM = Path("/proc/self/statm")


def heap_bytes(statm: Path = STATM) -> int | None:
    """Resident bytes less those shared with files; None where the system does not tell (not Linux).

    malloc's own count would leave out Python's objects, which live in arenas beside it.
    """
    with suppress(OSError, ValueError):
        _, resident, shared, *_ = map(int, statm.read_bytes().split())
        return (resident - shared) * PAGESIZE
    return None
