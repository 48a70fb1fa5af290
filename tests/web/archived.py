"""Histories with a file, filled with one sample a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudwan_mcp.web.archive import Archive
from cloudwan_mcp.web.history import GRAINS, PEAKS, RATES
from web.machine import MIB

START = 1_700_000_000.0


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    archive = Archive(path)
    archive.open()
    try:
        yield archive
    finally:
        archive.close()


def fill(archive: Archive, seconds: int, start: float = START) -> float:
    for second in range(seconds):
        archive.add(start + second, 1.0, [second * MIB] * len(PEAKS), [2.0] * len(RATES))
    return start + seconds


def seen(archive: Archive) -> list[object]:
    """All that a reader of the history can see."""
    return [archive.history.read(grain.name, 2000) for grain in GRAINS]
