"""list_snapshots: which snapshots there are, how old and how complete."""

from __future__ import annotations

from typing import Annotated

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from cloudwan_mcp.app import App
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.reply import (
    GapState,
    IdentityState,
    SnapshotState,
    gap_states,
    identity_state,
    snapshot_state,
)
from cloudwan_mcp.tool import Tool, answer, app_of

MOST = 20
DESCRIPTION = """\
List the snapshots that are kept, newest first: id, age, state, counts of elements and connections, size, \
and what could not be read. A growing one is a discovery under way."""


class SnapshotRow(BaseModel):
    snapshot: SnapshotState
    identity: IdentityState
    elements: int
    connections: int
    unresolved: int | None = Field(None, description="connections to things that were not listed")
    expected: int | None = Field(None, description="elements AWS announced")
    pages: int
    bytes: int
    gaps: list[GapState]
    gaps_omitted: int | None = None


class SnapshotList(BaseModel):
    items: list[SnapshotRow]
    count: int
    omitted: int | None = None
    hint: str


async def run(
    ctx: Context[App],
    limit: Annotated[int, Field(ge=1, le=MOST, description="snapshots at most")] = 5,
) -> Annotated[CallToolResult, SnapshotList]:
    app = app_of(ctx)
    infos = await app.work(app.folder.snapshots)
    rows = [_row(app, info) for info in infos[:limit]]
    hint = "Read one with stream_topology." if rows else "None yet: stream_topology discovers the network."
    notice = f"{app.folder.notice} " if app.folder.notice else ""
    return answer(
        SnapshotList(items=rows, count=len(rows), omitted=len(infos) - len(rows) or None, hint=notice + hint)
    )


def _row(app: App, info: SnapshotInfo) -> SnapshotRow:
    gaps, omitted = gap_states(info)
    return SnapshotRow(
        snapshot=snapshot_state(info, app.settings),
        identity=identity_state(info),
        elements=info.elements,
        connections=info.connections,
        unresolved=info.unresolved or None,
        expected=info.expected,
        pages=info.pages,
        bytes=info.bytes,
        gaps=gaps[:3],
        gaps_omitted=omitted + max(0, len(gaps) - 3) or None,
    )


TOOL = Tool(name="list_snapshots", title="List snapshots", description=DESCRIPTION, run=run)
