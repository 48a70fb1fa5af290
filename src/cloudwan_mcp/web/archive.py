"""The history, and the file that lets it survive a restart.

The file is the whole history and its alerts as they were at one time, replaced at once, followed by the
samples since, appended every few seconds: a server that is killed loses no more than those. It takes at most
1.6 MB.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.history import History
from cloudwan_mcp.web.history_file import APPENDED, HistoryFile, Row, Unreadable

UNKNOWN = APPENDED + 1  # samples behind the image, where it is not ours or may be torn

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


class Archive:
    """A history that is kept in `path` with what `alerts` tell, or nowhere; any thread may use it."""

    def __init__(self, path: Path | None = None, alerts: Alerts | None = None) -> None:
        self._alerts = alerts or Alerts()
        self._changes = 0
        self.history = History()
        self._file = HistoryFile(path) if path else None
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._new: deque[Row] = deque(maxlen=APPENDED)
        self._restored = False
        self._appended = UNKNOWN  # so that the first to be written is the whole
        self._failing = False

    @property
    def kept(self) -> bool:
        """Whether there is a file to keep it in."""
        return self._file is not None

    @property
    def file_bytes(self) -> int | None:
        """What the file takes; None where there is none, or another process keeps its history there."""
        return self._file.size() if self._file and self._file.held else None

    def add(self, at: float, elapsed: float, peaks: Sequence[float], counts: Sequence[float]) -> None:
        with self._lock:
            self.history.add(at, elapsed, peaks, counts)
            if self._file:
                self._new.append((at, elapsed, *peaks, *counts))

    def recent(self, rows: int, since: float) -> dict[str, list[float]]:
        with self._lock:
            return self.history.recent(rows, since)

    def read(self, tier: str, points: int, *, last: int | None, now: float) -> dict[str, Any]:
        with self._lock:
            return self.history.read(tier, points, last=last, now=now)

    def open(self) -> None:
        """Take the file, and take over what it holds; one that another process has is left to it."""
        if self._file is None:
            return
        with self._writing:
            if not self._file.hold():
                _log.info("The history is not kept: %s cannot be held", self._file.path)
            elif not self._restored:
                self._restore(self._file)

    def save(self) -> None:
        """Write what is new. What keeps it from that is logged once, and tried again the next time."""
        if self._file is not None:
            with self._writing:
                self._save(self._file)

    def close(self) -> None:
        """Write what is new, and leave the file to others."""
        if self._file is not None:
            with self._writing:
                self._save(self._file)
                self._file.release()
                self._appended = UNKNOWN  # somebody else may write it before this does again

    def _restore(self, file: HistoryFile) -> None:
        found = History()
        try:
            rows, alerts = file.read(found)
        except Unreadable as reason:
            _log.warning("The history in %s starts anew: %s", file.path, reason)
            found, rows, alerts = History(), [], []
        self._alerts.restore(alerts)
        with self._lock:
            for row in (*rows, *self._new):
                found.add_row(row)
            self.history = found
            self._restored = True

    def _save(self, file: HistoryFile) -> None:
        if not file.held:
            return
        try:
            self._write(file)
            self._failing = False
        except OSError as error:
            if not self._failing:
                _log.warning("The history cannot be written: %s", error)
            self._failing = True

    def _write(self, file: HistoryFile) -> None:
        with self._lock:
            rows = list(self._new)
            self._new.clear()
            changes = self._alerts.changes
            whole = changes != self._changes or self._appended + len(rows) > APPENDED
            image = file.image(self.history, self._alerts.dump()) if whole else b""
        try:
            if whole:
                file.replace(image)
            else:
                file.append(rows)
        except OSError:
            self._appended = UNKNOWN  # what was appended may be torn: write the whole next
            raise
        self._changes = changes
        self._appended = 0 if whole else self._appended + len(rows)
