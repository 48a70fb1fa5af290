"""Threads share one heap where the C library can be told so."""

from __future__ import annotations

import os
import platform

import pytest

from cloudwan_mcp.memory.arenas import one_arena
from conversation import python

HEAPS = """
import ctypes, sys, threading
from cloudwan_mcp.memory.arenas import one_arena
if sys.argv[1] == "one":
    assert one_arena()
kept, ready = [], threading.Barrier(4)
def work():
    ready.wait()
    kept.append([bytes(600) for _ in range(2000)])
threads = [threading.Thread(target=work) for _ in range(4)]
for each in threads: each.start()
for each in threads: each.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are glibc's")
def test_threads_have_one_heap_where_they_would_have_several() -> None:
    heaps = {asked: python(HEAPS, asked).stdout.count("<heap nr") for asked in ("one", "many")}
    assert heaps["one"] == 1
    assert heaps["many"] > 1


def test_what_the_environment_says_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert not one_arena()
    assert os.environ["MALLOC_ARENA_MAX"] == "4"
