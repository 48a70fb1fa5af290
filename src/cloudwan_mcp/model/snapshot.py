"""What is known about one snapshot without reading its elements."""

from __future__ import annotations

from dataclasses import dataclass, field

from cloudwan_mcp.model.gap import Gap
from cloudwan_mcp.model.scope import Identity


@dataclass(slots=True, frozen=True)
class SnapshotInfo:
    """`state` is `growing`, `complete` or `interrupted` (a discovery stopped and can be resumed).

    Times are seconds since the epoch; `elements` and `connections` count what is stored so far,
    `expected` what AWS announced (None until known); `bytes` is the file's size.
    """

    id: str
    state: str
    identity: Identity
    started_at: float
    updated_at: float
    elements: int = 0
    connections: int = 0
    unresolved: int = 0
    expected: int | None = None
    pages: int = 0
    calls: int = 0
    throttles: int = 0
    repeated: int = 0
    bytes: int = 0
    gaps: tuple[Gap, ...] = field(default=())

    @property
    def complete(self) -> bool:
        return self.state == "complete"
