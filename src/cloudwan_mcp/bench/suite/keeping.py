"""Results kept as JSON: in a file, or on standard output as `-`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cloudwan_mcp.command import say
from cloudwan_mcp.errors import BadRequest

STANDARD_OUTPUT = Path("-")


def writable(path: Path) -> None:
    """Raises `BadRequest` before a minute of measuring, not after it."""
    if path == STANDARD_OUTPUT:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise BadRequest(
            f"{path} cannot be written: {error.strerror}.", next_step="Give another --json.", field="json"
        ) from error


def keep(value: Any, path: Path) -> None:
    text = json.dumps(value, indent=2)
    if path == STANDARD_OUTPUT:
        say(text)
    else:
        path.write_text(text + "\n", encoding="utf-8")
