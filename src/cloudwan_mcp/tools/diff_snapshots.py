"""diff_snapshots: what came, went and changed between two snapshots, counted first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from cloudwan_mcp import live
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import Types
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.queries.diff_snapshots import (
    Asked,
    Change,
    Diff,
    Position,
    StoppedBy,
    Summary,
    diff_snapshots,
)
from cloudwan_mcp.queries.two_snapshots import Choice, choose_two, cursor_of, reading_of
from cloudwan_mcp.reply import (
    FIXED_BYTES,
    SEE_GAPS,
    GapState,
    IdentityState,
    SnapshotState,
    caveats,
    gap_states,
    identity_state,
    snapshot_state,
)
from cloudwan_mcp.row import Detail, fitting, size
from cloudwan_mcp.tool import Tool, answer, app_of

CURSOR_CHARACTERS = 2048
GAPS_BYTES = 1200  # of each snapshot
TYPES_BYTES, FIELDS_BYTES = 1200, 700
DESCRIPTION = """\
Tell two snapshots of the network apart: what was added, removed and changed, with each field before and \
after. The first page counts it all by type and field; next_cursor leads on. Ids are those of \
list_snapshots; by default the newest complete one is held against the one before it. What one of them \
could not read is counted as unread, never as added or removed."""


class TypeCounts(BaseModel):
    type: str
    added: int | None = None
    removed: int | None = None
    changed: int | None = None
    unread: int | None = None


class Counts(BaseModel):
    added: int
    removed: int
    changed: int
    same: int
    only_times: int
    unread: int
    by_type: list[TypeCounts]
    types_omitted: int | None = None
    fields: dict[str, int]
    fields_omitted: int | None = None
    connections: list[int]


class ChangeRow(BaseModel):
    """One element; `fields` holds [before, after] of each."""

    change: Change
    id: str
    type: str
    name: str | None = None
    segment: str | None = None
    edge: str | None = None
    account: str | None = None
    state: str | None = None
    fields: dict[str, list[Any]] | None = None
    fields_omitted: int | None = None
    omitted: str | None = None


class DiffLimits(BaseModel):
    rows: int
    bytes: int
    stopped_by: StoppedBy


class SideState(BaseModel):
    snapshot: SnapshotState
    gaps: list[GapState]
    gaps_omitted: int | None = None


class SnapshotDiff(BaseModel):
    summary: Counts | None = Field(None, description="on the first page")
    items: list[ChangeRow]
    count: int
    complete: bool = Field(description="true: nothing more will come")
    next_cursor: str | None = None
    before: SideState
    after: SideState
    identity: IdentityState
    applied_limits: DiffLimits
    hint: str


async def run(
    ctx: Context[App],
    before: Annotated[str, Field(max_length=64, description="id of the older snapshot")] = "",
    after: Annotated[str, Field(max_length=64, description="id of the newer one")] = "",
    element_types: Types = None,
    change: Change | None = None,
    cursor: Annotated[str, Field(max_length=CURSOR_CHARACTERS, description="next_cursor, alone")] = "",
    limit: Annotated[int | None, Field(ge=1, le=500, description="rows at most")] = None,
    detail: Detail = "concise",
) -> Annotated[CallToolResult, SnapshotDiff]:
    app = app_of(ctx)
    asked = Choice(before, after, tuple(element_types or ()), change or "")
    if cursor:
        choice, part, n = reading_of(app.folder.signer.read(cursor), asked)
        start = Position(part, n)
    else:
        choice, start = choose_two(await app.work(app.folder.snapshots), asked), Position()
    rows = limit or app.settings.page_limit

    def compare(step: Callable[[int], None]) -> tuple[SnapshotInfo, SnapshotInfo, Diff]:
        with app.folder.reader(choice.before) as old, app.folder.reader(choice.after) as new:
            infos = old.info(), new.info()
            room = _room(app, infos, len(_signed(app, choice, start)), summary=start == Position())
            wanted = Asked(
                types=choice.types, change=choice.change, limit=rows, detail=detail, bytes_left=room
            )
            return *infos, diff_snapshots(old, new, start, wanted, step)

    total = (await app.read(choice.before, lambda reader: reader.info())).elements
    old, new, diff = await live.passed_through(app, compare, total, ctx.report_progress)
    return answer(_present(app, choice, (old, new), diff, rows))


def _room(
    app: App, infos: tuple[SnapshotInfo, SnapshotInfo], cursor_characters: int, *, summary: bool
) -> int:
    """Bytes left for rows."""
    gaps = sum(size(gap.model_dump(exclude_none=True)) for info in infos for gap in _side(app, info).gaps)
    counted = TYPES_BYTES + FIELDS_BYTES if summary else 0
    return app.settings.reply_bytes - FIXED_BYTES - gaps - counted - cursor_characters


def _signed(app: App, choice: Choice, position: Position) -> str:
    text = app.folder.signer.write(cursor_of(choice, *position))
    if len(text) > CURSOR_CHARACTERS - 64:
        raise BadRequest(
            "element_types are too long together.", field="element_types", next_step="Use fewer of them."
        )
    return text


def _present(
    app: App, choice: Choice, infos: tuple[SnapshotInfo, SnapshotInfo], diff: Diff, limit: int
) -> SnapshotDiff:
    cursor = _signed(app, choice, diff.position) if diff.position else None
    return SnapshotDiff(
        summary=_counts(diff.summary, infos) if diff.summary else None,
        items=[ChangeRow(**row) for row in diff.items],
        count=len(diff.items),
        complete=cursor is None,
        next_cursor=cursor,
        before=_side(app, infos[0]),
        after=_side(app, infos[1]),
        identity=identity_state(infos[1]),
        applied_limits=DiffLimits(rows=limit, bytes=app.settings.reply_bytes, stopped_by=diff.stopped_by),
        hint=" ".join([*caveats(app), *_hints(infos, diff)]),
    )


def _side(app: App, info: SnapshotInfo) -> SideState:
    gaps, omitted = gap_states(info)
    kept = max(fitting((size(gap.model_dump(exclude_none=True)) for gap in gaps), GAPS_BYTES), 1)
    left_out = omitted + len(gaps[kept:])
    return SideState(
        snapshot=snapshot_state(info, app.settings), gaps=gaps[:kept], gaps_omitted=left_out or None
    )


def _counts(summary: Summary, infos: tuple[SnapshotInfo, SnapshotInfo]) -> Counts:
    by_type = {
        "added": summary.added,
        "removed": summary.removed,
        "changed": summary.changed,
        "unread": summary.unread,
    }
    all_types: Counter[str] = sum(by_type.values(), Counter())
    rows: list[dict[str, Any]] = [
        {"type": kind, **{name: counts[kind] for name, counts in by_type.items() if counts[kind]}}
        for kind, _ in all_types.most_common()
    ]
    kept = fitting(map(size, rows), TYPES_BYTES)
    fields = [(name[:64], count) for name, count in summary.fields.most_common()]
    shown = fitting((size({name: count}) for name, count in fields), FIELDS_BYTES)
    return Counts(
        **{name: sum(counts.values()) for name, counts in by_type.items()},
        same=summary.same,
        only_times=summary.only_times,
        by_type=[TypeCounts(**row) for row in rows[:kept]],
        types_omitted=len(rows) - kept or None,
        fields=dict(fields[:shown]),
        fields_omitted=len(fields) - shown or None,
        connections=[info.connections for info in infos],
    )


def _hints(infos: tuple[SnapshotInfo, SnapshotInfo], diff: Diff) -> list[str]:
    before, after = infos
    said = []
    if before.started_at > after.started_at:
        said.append("before is the newer one: added is what has gone since.")
    if before.identity.account != after.identity.account:
        said.append("The two were read by different accounts, which may see different things.")
    if before.gaps or after.gaps:
        said.append(SEE_GAPS)
    if diff.summary:
        said += _notes(diff.summary)
    said.append("Pass next_cursor for the next page." if diff.position else "This is the end.")
    return said


def _notes(summary: Summary) -> list[str]:
    said = ["Connections are counted [before, after], not compared one by one."]
    if summary.unread:
        said.append("unread: in one snapshot, and in a part of the network that the other did not read.")
    if summary.only_times:
        said.append("only_times: nothing but a time such as UpdatedAt differs; not among changed.")
    return said


TOOL = Tool(
    name="diff_snapshots",
    title="Tell two snapshots apart",
    description=DESCRIPTION,
    run=run,
    samples=(),
)
