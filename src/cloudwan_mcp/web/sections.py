"""What others tell of themselves in the summary: each under its name, as plain JSON of a bounded size."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Collection
from typing import Any

from cloudwan_mcp.errors import BadRequest, Exhausted

SECTIONS = 16
SECTION_BYTES = 16 * 1024
NAME_CHARACTERS = 40

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


class Sections:
    """Sources that are asked each time; one that fails or says too much shows an error in its place."""

    def __init__(self, reserved: Collection[str] = ()) -> None:
        self._reserved = frozenset(reserved)
        self._lock = threading.Lock()
        self._sources: dict[str, Callable[[], Any]] = {}
        self._failing: set[str] = set()

    def add(self, name: str, source: Callable[[], Any]) -> None:
        """Ask `source` for `name`, in place of who was asked before."""
        if not 0 < len(name) <= NAME_CHARACTERS or name in self._reserved:
            raise BadRequest(
                f"A section cannot be called {name[:NAME_CHARACTERS]!r}.",
                field="name",
                next_step=f"Choose another name of 1 to {NAME_CHARACTERS} characters.",
            )
        with self._lock:
            if name not in self._sources and len(self._sources) >= SECTIONS:
                raise Exhausted(f"There are {SECTIONS} sections already.", next_step="Remove one first.")
            self._sources[name] = source

    def remove(self, name: str) -> None:
        """Forget a section, and with it the reference to its source; an unknown one is no error."""
        with self._lock:
            self._sources.pop(name, None)

    def read(self) -> dict[str, Any]:
        """What each section says now."""
        with self._lock:
            sources = dict(self._sources)
        return {name: self._told(name, source) for name, source in sources.items()}

    def _told(self, name: str, source: Callable[[], Any]) -> Any:
        try:
            text = json.dumps(source(), allow_nan=False)
        except Exception as error:  # noqa: BLE001 - a section that is broken must not hide the others
            if name not in self._failing:  # once: it will fail every second
                _log.exception("The section %r could not be read", name)
            self._failing.add(name)
            return {"error": f"It could not be read: {type(error).__name__}."}
        self._failing.discard(name)
        if len(text) > SECTION_BYTES:
            return {"error": f"It is larger than {SECTION_BYTES // 1024} KiB."}
        return json.loads(text)
