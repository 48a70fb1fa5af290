"""What every answer carries beside its rows: whose network, which snapshot, what is missing."""

from __future__ import annotations

import time
from typing import Any

from pydantic import BaseModel, Field

from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.settings import Settings

GAPS_SHOWN = 8
FIXED_BYTES = 2048  # names, numbers and hints of a reply


class IdentityState(BaseModel):
    account: str
    alias: str


class SnapshotState(BaseModel):
    id: str
    age_s: float = Field(description="seconds since AWS was last read for it")
    state: str = Field(description="growing, complete or interrupted")
    stale: bool | None = None


class GapState(BaseModel):
    """Something that could not be read."""

    operation: str
    scope: str
    code: str
    message: str | None = None
    action: str | None = Field(None, description="IAM action to grant")


def snapshot_state(info: SnapshotInfo, settings: Settings) -> SnapshotState:
    age = max(0.0, round(time.time() - info.updated_at, 1))
    stale = True if info.complete and age > settings.stale_after_s else None
    return SnapshotState(id=info.id, age_s=age, state=info.state, stale=stale)


def identity_state(info: SnapshotInfo) -> IdentityState:
    return IdentityState(account=info.identity.account or "unknown", alias=info.identity.alias)


def gap_states(info: SnapshotInfo) -> tuple[list[GapState], int]:
    """The gaps shown, and how many more there are."""
    shown = [_gap(gap.to_dict()) for gap in info.gaps[:GAPS_SHOWN]]
    return shown, max(0, len(info.gaps) - GAPS_SHOWN)


def overhead(info: SnapshotInfo, cursor: str) -> int:
    """Bytes of a reply that are not rows, rounded up: its gaps, its cursor and what never varies much."""
    gaps = sum(len(gap.model_dump_json()) for gap in gap_states(info)[0])
    return FIXED_BYTES + gaps + len(cursor)


def _gap(values: dict[str, Any]) -> GapState:
    message = values.get("message", "")
    return GapState(**{**values, "message": message[:160] or None})
