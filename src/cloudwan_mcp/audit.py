"""The audit: a line of JSON on standard error for each tool call, which never holds up the call."""

from __future__ import annotations

import json
import queue
import re
import sys
import threading
from collections.abc import Mapping
from typing import Any, TextIO

WAITING = 1000  # lines; where nobody reads standard error, later ones are counted and lost
TEXT = 64  # characters of what a client chose
END_S = 1.0

_PARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
"""https://www.w3.org/TR/trace-context/#traceparent-header"""


class Audit:
    """Writes from a thread of its own, started with the first line."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.lost = 0
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None

    def write(self, record: Mapping[str, Any]) -> None:
        """Have one record written; what is None in it is left out."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="audit", daemon=True)
            self._thread.start()
        try:
            self._lines.put_nowait(line(record))
        except queue.Full:
            self.lost += 1

    def close(self) -> None:
        """Return once all is written, or after a second: a pipe may be full for ever."""
        if self._thread is None:
            return
        try:
            self._lines.put(None, timeout=END_S)
        except queue.Full:
            return
        self._thread.join(END_S)
        self._thread = None

    def _write(self) -> None:
        while (text := self._lines.get()) is not None:
            stream = self._stream or sys.stderr
            try:
                stream.write(f"{text}\n")
                stream.flush()
            except (OSError, ValueError, AttributeError):  # it was closed, or there is none
                self.lost += 1


def line(record: Mapping[str, Any]) -> str:
    """One line of ASCII: no text in it can end the line, or be obeyed by a terminal."""
    kept = {name: value for name, value in record.items() if value is not None}
    return json.dumps(kept, separators=(",", ":")).replace("\x7f", "\\u007f")


def brief(value: object) -> str | None:
    """What a client chose, cut to what a log has room for."""
    return str(value)[:TEXT] if value not in (None, "") else None


def trace_of(traceparent: object) -> tuple[str | None, str | None]:
    """(trace id, id of the caller's span) of a W3C trace context; (None, None) of anything else."""
    text = traceparent[:200] if isinstance(traceparent, str) else ""
    found = _PARENT.fullmatch(text)
    if found is None or text.startswith("ff") or not (int(found[1], 16) and int(found[2], 16)):
        return None, None
    return found[1], found[2]
