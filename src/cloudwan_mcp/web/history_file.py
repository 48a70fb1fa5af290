"""The file of a history: its format, and who may write it."""

from __future__ import annotations

import json
import os
import struct
import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from cloudwan_mcp.web.history import PEAKS, RATES, History

MAGIC = b"cloudwan-history"
FORMAT = 1
HEAD = struct.Struct("<16sIII")  # magic, format, bytes of the image, their CRC-32
SAMPLE = struct.Struct(f"<{2 + len(PEAKS) + len(RATES)}d")  # as it is given to `History.add`
CHECK = struct.Struct("<I")
APPENDED = 3600  # samples behind the image: an hour of them, 360 kB
LARGEST = 8 * 1024 * 1024  # what is longer was not written by this

Row = tuple[float, ...]


class Unreadable(Exception):
    """Why a file is not a history that can be taken over."""


class HistoryFile:
    """One process at a time holds it; numbers are written in the byte order of the machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: BinaryIO | None = None

    @property
    def held(self) -> bool:
        return self._lock is not None

    def hold(self) -> bool:
        """Whether it is ours from now on; the folder is made where there is none."""
        if self._lock is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                lock = self.path.with_name(f"{self.path.name}.lock").open("ab")
            except OSError:
                return False
            if not _locked(lock):
                lock.close()
                return False
            self._lock = lock
        return True

    def release(self) -> None:
        lock, self._lock = self._lock, None
        if lock:
            lock.close()  # which unlocks it, as the end of the process does

    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def read(self, history: History) -> tuple[list[Row], list[Any]]:
        """Fill a new history with the image, and give the samples behind it and the alerts in it.

        Where there is no file, all are empty.
        """
        try:
            with self.path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except FileNotFoundError:
            return [], []
        except OSError as error:
            raise Unreadable(str(error)) from error
        if len(data) < HEAD.size or len(data) > LARGEST:
            raise Unreadable(f"it has {len(data)} bytes")
        magic, version, length, check = HEAD.unpack_from(data)
        image = data[HEAD.size : HEAD.size + length]
        if magic != MAGIC or version != FORMAT:
            raise Unreadable("it is of another format")
        if len(image) != length or zlib.crc32(image) != check:
            raise Unreadable("it is damaged")
        alerts = _fill(history, image)
        return list(_samples(data[HEAD.size + length :])), alerts

    def image(self, history: History, alerts: Sequence[Any]) -> bytes:
        """A whole history as it is written."""
        states = [(tier.grain, *tier.state()) for tier in history.tiers.values()]
        rows = [len(columns[0]) for _, columns, _ in states]
        head = {"shape": _shape(history), "rows": rows, "alerts": alerts}
        parts = [json.dumps(head).encode(), b"\n"]
        for _, columns, filling in states:
            parts += [column.tobytes() for column in (*columns, filling)]
        image = b"".join(parts)
        return HEAD.pack(MAGIC, FORMAT, len(image), zlib.crc32(image)) + image

    def replace(self, image: bytes) -> None:
        """Write a whole history in place of what was there: a reader finds the one or the other."""
        beside = self.path.with_name(f"{self.path.name}.new")
        with beside.open("wb") as file:
            file.write(image)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)

    def append(self, rows: Sequence[Row]) -> None:
        with self.path.open("r+b") as file:  # a file that somebody removed is not begun in its middle
            file.seek(0, os.SEEK_END)
            for row in rows:
                sample = SAMPLE.pack(*row)
                file.write(sample + CHECK.pack(zlib.crc32(sample)))


def _shape(history: History) -> list[Any]:
    """What has to be the same for one version to read what another wrote."""
    return [sys.byteorder, [*PEAKS], [*RATES], [[*tier.grain] for tier in history.tiers.values()]]


def _fill(history: History, image: bytes) -> list[Any]:
    """Take over the rows of an image; its alerts are returned."""
    text, _, rest = image.partition(b"\n")
    head = json.loads(text)
    if head["shape"] != _shape(history):
        raise Unreadable("it was written by another version")
    at = 0

    def take(code: str, count: int) -> array[float]:
        nonlocal at
        column: array[float] = array(code)
        end = at + count * column.itemsize
        column.frombytes(rest[at:end])
        at = end
        return column

    width = 1 + len(PEAKS) + len(RATES)
    for tier, rows in zip(history.tiers.values(), head["rows"], strict=True):
        columns = [take("f" if number else "d", rows) for number in range(width)]
        tier.restore(columns, take("d", width + 1))
    alerts: list[Any] = head["alerts"]
    return alerts


def _samples(data: bytes) -> Iterator[Row]:
    """The samples up to the first that was not written whole."""
    step = SAMPLE.size + CHECK.size
    for start in range(0, len(data) - step + 1, step):
        sample = data[start : start + SAMPLE.size]
        if CHECK.unpack_from(data, start + SAMPLE.size) != (zlib.crc32(sample),):
            return
        yield SAMPLE.unpack(sample)


def _locked(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
