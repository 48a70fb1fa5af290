"""What every answer carries beside its rows: whose network, which snapshot, what is missing."""

from __future__ import annotations

import time
from typing import Any

from pydantic import BaseModel, Field, model_validator

from cloudwan_mcp.app import App
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.row import fitting, readable
from cloudwan_mcp.settings import Settings

GAPS_SHOWN = 8
GAPS_BYTES = 2400  # of the smallest reply, so that a row and a long cursor still have room beside them
SEE_GAPS = "Some parts could not be read: see gaps."
FIXED_BYTES = 2048  # names, numbers and hints of a reply
BRIEF_BYTES = 8_000  # 2,000 tokens: what an answer takes whose caller names no number of rows


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


class Envelope(BaseModel):
    """What stands around an answer."""

    snapshot: SnapshotState
    identity: IdentityState
    gaps: list[GapState]
    gaps_omitted: int | None = None
    hint: str


def caveats(app: App) -> list[str]:
    """What a reader has to know of any answer of this server: where its data are from, and where they lie."""
    said = [app.folder.notice[:400]] if app.folder.notice else []
    if app.settings.demo:
        said.append("Demonstration data: a simulated network, not AWS.")
    return said


def envelope(app: App, info: SnapshotInfo, *hints: str) -> dict[str, Any]:
    """The members of an `Envelope`; what keeps the answer from being whole is said before `hints`."""
    gaps, omitted = gap_states(info)
    said = caveats(app)
    if not info.complete:
        said.append("Discovery is under way: this is what is known so far; call again for all of it.")
    if info.complete and app.folder.superseded(info.id):
        said.append("A newer snapshot is complete: this answer is from an older one.")
    if info.gaps:
        said.append(SEE_GAPS)
    return {
        "snapshot": snapshot_state(info, app.settings),
        "identity": identity_state(info),
        "gaps": gaps,
        "gaps_omitted": omitted or None,
        "hint": " ".join([*said, *hints]),
    }


def snapshot_state(info: SnapshotInfo, settings: Settings) -> SnapshotState:
    age = max(0.0, round(time.time() - info.updated_at, 1))
    stale = True if info.complete and age > settings.stale_after_s else None
    return SnapshotState(id=info.id, age_s=age, state=info.state, stale=stale)


def identity_state(info: SnapshotInfo) -> IdentityState:
    return IdentityState(account=info.identity.account or "unknown", alias=info.identity.alias)


def gap_states(info: SnapshotInfo) -> tuple[list[GapState], int]:
    """The gaps shown, as many as have room, and how many more there are."""
    shown = [_gap(gap.to_dict()) for gap in info.gaps[:GAPS_SHOWN]]
    shown = shown[: max(fitting(map(_size, shown), GAPS_BYTES), 1)]
    return shown, len(info.gaps) - len(shown)


def overhead(info: SnapshotInfo, cursor: str) -> int:
    """Bytes of a reply that are not rows, rounded up: its gaps, its cursor and what never varies much."""
    return FIXED_BYTES + sum(map(_size, gap_states(info)[0])) + len(cursor)


def _size(gap: GapState) -> int:
    return len(gap.model_dump_json(exclude_none=True).encode()) + 1


def _gap(values: dict[str, Any]) -> GapState:
    message = values.get("message", "")
    return GapState(**{**values, "message": message[:160] or None})


class PolicyEnvelope(BaseModel):
    """What stands around an answer about a policy document; one at hand needs no snapshot.

    Documents may spell halves of characters, which no reply could carry: they are replaced.
    """

    policy: dict[str, Any] = Field(description="which document, from where, its age")
    snapshot: SnapshotState | None = None
    identity: IdentityState | None = None
    gaps: list[GapState] | None = None
    gaps_omitted: int | None = None
    hint: str

    @model_validator(mode="before")
    @classmethod
    def _carried(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: readable(value) for name, value in values.items()}


def policy_envelope(
    app: App, info: SnapshotInfo | None, policy: dict[str, Any], *hints: str
) -> dict[str, Any]:
    """The members of a `PolicyEnvelope`."""
    around = {"hint": " ".join([*caveats(app), *hints])} if info is None else envelope(app, info, *hints)
    return {"policy": policy, **around}
