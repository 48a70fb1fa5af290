"""How far a walk is, and that it was stopped."""

from __future__ import annotations

from dataclasses import dataclass

from cloudwan_mcp.discovery.checkpoint import Checkpoint
from cloudwan_mcp.errors import CloudWanError
from cloudwan_mcp.source import SourceStatistics


@dataclass(slots=True)
class Progress:
    """How far a walk is; `expected` is what AWS announced, None until it has."""

    elements: int = 0
    repeated: int = 0
    pages: int = 0
    calls: int = 0
    throttles: int = 0
    expected: int | None = None
    listing: str = ""


class Stopped(CloudWanError):
    """The walk was asked to stop; everything read so far is kept."""

    def __init__(self) -> None:
        super().__init__("The discovery was stopped.", next_step="Start it again to go on where it stopped.")


def note_effort(checkpoint: Checkpoint, statistics: SourceStatistics, repeated: int) -> None:
    """Add what a walk took to what earlier ones took that were interrupted."""
    effort = {"calls": statistics.calls, "throttles": statistics.throttles, "repeated": repeated}
    before = {name: int(checkpoint.recall(name) or 0) for name in effort}
    checkpoint.remember(**{name: before[name] + count for name, count in effort.items()})
