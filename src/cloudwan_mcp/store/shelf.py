"""Open snapshots: a few readers kept for the next question, closed when nobody uses them any more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cloudwan_mcp.store.index.layout import CACHE_KIB
from cloudwan_mcp.store.reader import PAGE_BYTES, SnapshotReader
from cloudwan_mcp.store.texts import CACHE_BYTES

READER_BYTES = PAGE_BYTES + CACHE_KIB * 1024


@dataclass(slots=True)
class _Kept:
    reader: SnapshotReader
    users: int = 0
    dropped: bool = False


class Shelf:
    """At most `most` idle readers; one in use outlives its eviction until its last user is done."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Path, _Kept] = OrderedDict()

    @contextmanager
    def borrow(self, path: Path) -> Iterator[SnapshotReader]:
        kept = self._take(path)
        try:
            yield kept.reader
        finally:
            self._give_back(kept)

    def drop(self, path: Path) -> None:
        """Forget `path`: its file is going away."""
        with self._lock:
            kept = self._kept.pop(path, None)
            if kept:
                self._retire(kept)

    @property
    def page_bytes(self) -> int:
        """SQLite's pages of the readers and their indexes, each at its bound."""
        return len(self._kept) * READER_BYTES

    @property
    def most_page_bytes(self) -> int:
        return self._most * READER_BYTES

    @property
    def cached_bytes(self) -> int:
        """Texts that were read lately."""
        with self._lock:
            return sum(kept.reader.cached_bytes for kept in self._kept.values())

    @property
    def most_cached_bytes(self) -> int:
        return self._most * CACHE_BYTES

    def close(self) -> None:
        for path in list(self._kept):
            self.drop(path)

    def _take(self, path: Path) -> _Kept:
        with self._lock:
            kept = self._kept.get(path)
            if kept is None:
                kept = self._kept[path] = _Kept(SnapshotReader(path, complete=True))
            self._kept.move_to_end(path)
            kept.users += 1
            while len(self._kept) > self._most:
                self._retire(self._kept.popitem(last=False)[1])
            return kept

    def _give_back(self, kept: _Kept) -> None:
        with self._lock:
            kept.users -= 1
            if kept.dropped and not kept.users:
                kept.reader.close()

    @staticmethod
    def _retire(kept: _Kept) -> None:
        kept.dropped = True
        if not kept.users:
            kept.reader.close()
