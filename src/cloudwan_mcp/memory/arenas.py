"""One heap for all threads: glibc makes one for each, and each keeps what it once held."""

from __future__ import annotations

import os

M_ARENA_MAX = -8  # of malloc.h


def one_arena() -> bool:
    """Have threads that begin from now on share the heap; whether that was possible here.

    With a heap for each, a server grows by some 10 KiB with every process that it waits for. Who sets
    MALLOC_ARENA_MAX has decided already.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return False
    try:
        import ctypes

        return bool(ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1))
    except (ImportError, OSError, AttributeError, TypeError):  # another C library
        return False
