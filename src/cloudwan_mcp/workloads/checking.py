"""Checking workloads for leaks, one after the other, each in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from cloudwan_mcp.command import exit_code, say
from cloudwan_mcp.errors import CloudWanError, to_dict
from cloudwan_mcp.memory.leaks.verdict import Verdict

SCHEMA = 1
LEAK = 1

Detect = Callable[[str], Verdict]


def check(references: Mapping[str, str], detect: Detect, *, quiet: bool) -> tuple[dict[str, Any], int]:
    """(everything found as plain JSON, exit code), after a line for each name as its verdict comes.

    The code is 1 when something leaks, else that of the first failure, else 0. `quiet` says no lines.
    """
    found: dict[str, Any] = {}
    code = 0
    for number, (name, reference) in enumerate(references.items(), 1):
        _waiting(f"[{number}/{len(references)}] {name}")
        try:
            verdict = detect(reference)
            found[name], said = verdict.to_dict(), str(verdict)
            code = LEAK if verdict.kind == "leak" else code
        except CloudWanError as error:
            found[name], said = to_dict(error), f"failed: {error}"
            code = code or exit_code(error)
        finally:
            _waiting("")
        if not quiet:
            say(f"{name}: {said}")
    return {"schema": SCHEMA, "targets": found}, code


def _waiting(text: str) -> None:
    """What a terminal shows until the next line; elsewhere the lines alone are enough."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()
