"""segment_matrix: which segments have a route to which, openly or through a group, and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import policies
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import CoreNetwork, Policy, Segment, Word
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.folding import LETTERS, fold, grid, own
from cloudwan_mcp.policy.inspected import assumptions, fold_exits, fold_ways
from cloudwan_mcp.policy.inspection import Presence
from cloudwan_mcp.policy.matrix import Cell, Matrix, matrix
from cloudwan_mcp.policy.quotation import listed
from cloudwan_mcp.queries.attachments import presence
from cloudwan_mcp.reply import FIXED_BYTES, PolicyEnvelope, overhead, policy_envelope
from cloudwan_mcp.row import fitting, size
from cloudwan_mcp.tool import Tool, answer, app_of

MATRIX_BYTES, EGRESS_BYTES = 5000, 1600  # with what stands around them, what a model takes in at a glance
REASONS = 4
DESCRIPTION = """\
Which segments reach which, openly or via a network function group; egress. With segment its row explained, \
with other one cell: actions, inspecting Region per edge pair, bypass."""


class Grid(PolicyEnvelope):
    segments: int | None = None
    own: dict[str, Any] | None = Field(None, description="traffic within segments, by verdict")
    pairs: list[dict[str, Any]] | None = Field(None, description="between different segments, both ways")
    grid: dict[str, str] | None = None
    cells: list[dict[str, Any]] | None = Field(None, description="of the segment asked for")
    egress: list[dict[str, Any]] | None = None
    assumptions: list[dict[str, str]] | None = Field(None, description="contested points")
    complete: bool


@dataclass(slots=True, frozen=True)
class _Asked:
    segment: str
    other: str


@dataclass(slots=True, frozen=True)
class _Judged:
    """What can be said, most important first; `room` in bytes."""

    document: Document
    found: Matrix
    presence: Presence | None
    room: int


async def run(
    ctx: Context[App],
    policy: Policy = "LIVE",
    segment: Segment = "",
    other: Word = "",
    core_network_id: CoreNetwork = "",
) -> Annotated[CallToolResult, Grid]:
    app = app_of(ctx)
    if other and not segment:
        raise BadRequest("other goes with segment.", field="segment", next_step="Name both segments.")
    asked = await policies.meant(app, policy)
    place = await policies.standing(app, (asked,), core_network_id, ctx.report_progress)
    chosen = await policies.policy_of(app, asked, place)
    info = place.info if place else None
    known = None
    if info and place and place.core_network:
        known = await app.read(info.id, partial(presence, core_network=place.core_network))
    room = app.settings.reply_bytes - (overhead(info, "") if info else FIXED_BYTES)
    told = await app.work(partial(_told, chosen.document, known, room, _Asked(segment, other)))
    hints = told.pop("hints")
    return answer(Grid(**told, **policy_envelope(app, info, chosen.said, *hints)))


def _told(document: Document, known: Presence | None, room: int, asked: _Asked) -> dict[str, Any]:
    judged = _Judged(document, matrix(document), known, room)
    for field, name in (("segment", asked.segment), ("other", asked.other)):
        if name and name not in judged.found.segments:
            raise BadRequest(
                f"{field}={name[:60]!r} is no segment of this policy.",
                field=field,
                next_step=f"It has {listed(judged.found.segments)}.",
            )
    if asked.other:
        return _cell(judged, asked)
    return _row(judged, asked.segment) if asked.segment else _whole(judged)


def _whole(judged: _Judged) -> dict[str, Any]:
    found, room = judged.found, judged.room
    hints = ["Pairs that are not named have no route. Name a segment, and another, for the reasons."]
    names = assumptions(judged.document, found, judged.presence)
    told: dict[str, Any] = {"segments": len(found.segments)}
    told["assumptions"] = policies.assumed(names, whole=False)
    egress = fold_exits(judged.document, found, judged.presence)
    room -= size(told)
    shown = _shown(found, room)
    room -= size(shown)
    kept = fitting(map(size, egress), min(room, EGRESS_BYTES))
    whole = kept == len(egress) and bool(shown)
    if "grid" in shown:
        hints = [
            f"A letter for each segment in the rows' order: {_legend()}. Name a segment for the reasons."
        ]
    if not whole:
        hints.append("Not all of it has room here: name a segment.")
    return {**told, **shown, "egress": egress[:kept] or None, "complete": whole, "hints": hints}


def _shown(found: Matrix, room: int) -> dict[str, Any]:
    """The most telling of these that has room: pairs with their reasons, pairs, letters, nothing."""
    for reasons in (True, False):
        told: dict[str, Any] = {"own": own(found), "pairs": fold(found, reasons=reasons)}
        if size(told) <= min(MATRIX_BYTES, room):
            return told
    told = {"grid": grid(found)}
    return told if size(told) <= room else {}


def _legend() -> str:
    return ", ".join(f"{letter} {verdict}" for verdict, letter in LETTERS.items())


def _row(judged: _Judged, segment: str) -> dict[str, Any]:
    """A segment's cells: those with the same reasons in one row."""
    kinds: dict[tuple[Any, ...], list[Cell]] = {}
    for name in judged.found.segments:
        cell = judged.found.cells[segment, name]
        if cell.routed or name == segment or cell.pointers:
            reasons = cell.because[:REASONS]
            key = (cell.verdict, cell.groups, cell.mode, cell.bypass, reasons, cell.pointers[: 2 * REASONS])
            kinds.setdefault(key, []).append(cell)
    rows = [{"to": [cell.destination for cell in cells], **_reasons(cells[0])} for cells in kinds.values()]
    names = sorted({name for cells in kinds.values() for cell in cells for name in cell.assumptions})
    egress = fold_exits(judged.document, judged.found, judged.presence, only=segment)
    return _fitted(judged, names, rows, egress, "Segments that are not named have no route.")


def _cell(judged: _Judged, asked: _Asked) -> dict[str, Any]:
    """One cell both ways, with its inspection between each two edges."""
    ways = [(asked.segment, asked.other), (asked.other, asked.segment)]
    rows, names = [], set[str]()
    for pair in dict.fromkeys(ways):
        cell = judged.found.cells[pair]
        row = {"from": cell.source, "to": [cell.destination], **_reasons(cell)}
        inspected = fold_ways(judged.document, cell, judged.presence)
        names.update(cell.assumptions, *(each.get("assumptions", ()) for each in inspected))
        rows.append(row | ({"inspection": inspected} if inspected else {}))
    hint = "" if judged.presence is None else "Where groups have attachments is the snapshot's."
    return _fitted(judged, sorted(names), rows, [], hint)


def _reasons(cell: Cell) -> dict[str, Any]:
    told = {
        "verdict": cell.verdict,
        "via": list(cell.groups),
        "mode": cell.mode,
        "bypass": cell.bypass,
        "because": list(cell.because[:REASONS]),
        "by": list(dict.fromkeys(cell.pointers))[: 2 * REASONS],
        "assumptions": list(cell.assumptions),
    }
    return {name: value for name, value in told.items() if value}


def _fitted(
    judged: _Judged, names: list[str], rows: list[dict[str, Any]], egress: list[dict[str, Any]], hint: str
) -> dict[str, Any]:
    told: dict[str, Any] = {"segments": len(judged.found.segments), "assumptions": policies.assumed(names)}
    room = judged.room - size(told) - sum(map(size, egress[:8]))
    kept = fitting(map(size, rows), room)
    whole = kept == len(rows) and len(egress) <= 8
    hints = [each for each in (hint, "" if whole else "Not all has room here: name other as well.") if each]
    return {**told, "cells": rows[:kept], "egress": egress[:8] or None, "complete": whole, "hints": hints}


TOOL = Tool(
    name="segment_matrix",
    title="Segment matrix",
    description=DESCRIPTION,
    run=run,
    samples=({},),
)
