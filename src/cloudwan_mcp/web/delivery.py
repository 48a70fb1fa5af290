"""What others are told of an alert, whichever way it goes to them."""

from __future__ import annotations

import json
import os
import platform
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cloudwan_mcp import __version__
from cloudwan_mcp.web.alert import Notice

VERSION = 1


class Undelivered(Exception):
    """Why one attempt failed; `final` when another would fail the same way."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(frozen=True)
class Delivery:
    """One notice on its way. Its id stays the same over every attempt, so that a receiver can tell them."""

    notice: Notice
    at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @cached_property
    def body(self) -> bytes:
        """The notice as JSON: `version`, `id`, `at` (unix seconds), `source`, `change` and `alert`."""
        return json.dumps(self._payload(), separators=(",", ":"), allow_nan=False).encode()

    @property
    def subject(self) -> str:
        """One line of printable ASCII, at most 100 characters."""
        alert = self.notice.alert
        line = f"cloudwan-mcp: {alert.severity} alert {self.notice.change}: {alert.rule}"
        return "".join(each if " " <= each <= "~" else "?" for each in line)[:100]

    def _payload(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "id": self.id,
            "at": round(self.at, 3),
            "source": {
                "product": "cloudwan-mcp",
                "version": __version__,
                "host": platform.node(),
                "pid": os.getpid(),
            },
            "change": self.notice.change,
            "alert": self.notice.alert.to_dict(),
        }
