"""What could not be read, as a value that travels with every answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True, frozen=True)
class Gap:
    """A part of the network that is missing from a snapshot, and why.

    `operation` is AWS's operation name, `code` AWS's error code (or ours: `StuckToken`, `Vanished`,
    `CountMismatch`), `action` the IAM action to grant where that would close the gap.
    """

    operation: str
    scope: str
    code: str
    message: str = ""
    action: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {k: v for k, v in asdict(self).items() if v}
