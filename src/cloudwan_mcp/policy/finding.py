"""What one finding is: something about a policy document that its owner should know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(slots=True, frozen=True)
class Finding:
    """One defect or remark: `check` is its kind, `pointer` a JSON pointer (RFC 6901), `line` counts from 1.

    `error` is what AWS refuses or what cannot work, `warning` what probably is not meant, `info` a remark.
    `code` is the `ErrorCode` AWS's validation gives for it, where one was published; "" otherwise.
    """

    check: str
    severity: Severity
    pointer: str
    message: str
    fix: str = ""
    code: str = ""
    line: int = 0

    @property
    def path(self) -> str:
        """The place as `CoreNetworkPolicyException` spells it: `$.segments[0].name`."""
        return path_of(self.pointer)


def path_of(pointer: str) -> str:
    parts = [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]
    return "$" + "".join(f"[{each}]" if re.fullmatch(r"\d+", each) else f".{each}" for each in parts)


def step(pointer: str, member: str | int) -> str:
    """The pointer to a member of what `pointer` shows."""
    return f"{pointer}/{str(member).replace('~', '~0').replace('/', '~1')}"
