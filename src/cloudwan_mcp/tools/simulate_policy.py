"""simulate_policy: what a policy would change if it were applied; nothing is ever applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import live, policies
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import CoreNetwork, Policy
from cloudwan_mcp.errors import CloudWanError
from cloudwan_mcp.policies import Ground
from cloudwan_mcp.policy.compare import Changes, compare
from cloudwan_mcp.policy.inspected import assumptions
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.parse import LARGEST
from cloudwan_mcp.policy.telling import told
from cloudwan_mcp.queries.attachments import attachments, count
from cloudwan_mcp.reply import PolicyEnvelope, overhead, policy_envelope
from cloudwan_mcp.row import fitting, shortened, size
from cloudwan_mcp.tool import Tool, answer, app_of

MOST = 200  # changes of each kind that are kept, and read of AWS's own change set
PART_BYTES = {"reachability": 2400, "mappings": 1600, "inspection": 900, "exits": 500, "changes": 1200}
ROW_BYTES = 1200
DESCRIPTION = """\
What applying a policy would change, lost reachability first: attachments' segments, inspection, egress, \
parts; and AWS's own change set of a version."""


class Simulation(PolicyEnvelope):
    against: dict[str, Any] | None = None
    summary: dict[str, Any] | None = None
    reachability: list[dict[str, Any]] | None = None
    mappings: list[dict[str, Any]] | None = None
    inspection: list[dict[str, Any]] | None = None
    exits: list[dict[str, Any]] | None = None
    changes: list[dict[str, Any]] | None = None
    aws_change_set: dict[str, Any] | None = None
    assumptions: list[dict[str, str]] | None = None
    complete: bool


@dataclass(slots=True, frozen=True)
class _Judged:
    before: policies.Policy
    after: policies.Policy
    changes: Changes
    assumptions: list[str]


async def run(
    ctx: Context[App],
    policy: Policy = "LATEST",
    against: Annotated[str, Field(max_length=LARGEST)] = "LIVE",
    core_network_id: CoreNetwork = "",
) -> Annotated[CallToolResult, Simulation]:
    app = app_of(ctx)
    asked = await policies.meant(app, policy), await policies.meant(app, against, "against")
    place = await policies.ground(app, core_network_id, ctx.report_progress)
    after, before = [await policies.policy_of(app, each, place) for each in asked]

    def passing(step: Callable[[int], None]) -> _Judged:
        with app.folder.reader(place.info.id) as reader:
            every = (each for _, each in attachments(reader, place.core_network, step))
            found = compare(before.document, after.document, every, MOST)
        names = {
            name for each in (before.document, after.document) for name in assumptions(each, matrix(each))
        }
        return _Judged(before, after, found, sorted(names))

    total = await app.read(place.info.id, partial(count, core_network=place.core_network))
    judged = await live.passed_through(app, passing, total, ctx.report_progress)
    pending = after.version and after.said.get("alias") != "LIVE"  # what is in force changes nothing
    theirs = await _change_set(app, place, after.version) if pending else None
    return answer(_present(app, place, judged, theirs))


async def _change_set(app: App, place: Ground, version: int) -> dict[str, Any]:
    """AWS's own word on the version, counted; a refusal is said, and the rest of the answer stands."""
    asked = {"CoreNetworkId": place.core_network, "PolicyVersionId": version}
    try:
        looked = await app.lookups.look("get_core_network_change_set", asked, most=MOST)
    except CloudWanError as error:
        return {"error": str(error)[:400]}
    kinds = Counter((str(each.get("Type")), str(each.get("Action"))) for each in looked.items)
    rows = [{"type": kind, "action": action, "count": n} for (kind, action), n in kinds.most_common(20)]
    others = [
        {
            "type": str(each.get("Type")),
            "action": str(each.get("Action")),
            "identifier": str(each.get("Identifier"))[:128],
        }
        for each in looked.items
        if each.get("Type") != "ATTACHMENT_MAPPING"
    ]
    told: dict[str, Any] = {"version": version, "counts": rows}
    told |= {"changes": others[:5]} if others else {}
    return told | ({"more": True} if looked.more else {})


def _present(app: App, place: Ground, judged: _Judged, theirs: dict[str, Any] | None) -> Simulation:
    found = judged.changes
    names = [each.name for one in (judged.before, judged.after) for each in one.document.segments]
    parts = told(found, list(dict.fromkeys(names)))
    summary = _summary(found)
    assumed = policies.assumed(judged.assumptions, whole=False)
    room = app.settings.reply_bytes - overhead(place.info, "")
    room -= size(summary) + sum(map(size, assumed)) + (size(theirs) if theirs else 0)
    shown: dict[str, list[dict[str, Any]]] = {}
    spare = 0
    for name, rows in parts.items():
        short = [shortened(row, ROW_BYTES) if size(row) > ROW_BYTES else row for row in rows]
        spare += PART_BYTES[name]
        kept = fitting(map(size, short), min(spare, room))
        shown[name] = short[:kept]
        used = sum(map(size, shown[name]))
        room, spare = room - used, spare - used  # what one part does not need, the next ones may take
    left = [
        f"{len(parts[name]) - len(rows)} of {name}"
        for name, rows in shown.items()
        if len(rows) < len(parts[name])
    ]
    cut = found.cell_count > len(found.cells) or found.change_count > len(found.changes)
    members: dict[str, Any] = {name: rows or None for name, rows in shown.items()}
    return Simulation(
        against=judged.before.said,
        summary=summary,
        **members,
        aws_change_set=theirs,
        assumptions=assumed or None,
        complete=place.info.complete and not left and not cut,
        **policy_envelope(app, place.info, judged.after.said, *_hints(found, left, theirs)),
    )


def _summary(found: Changes) -> dict[str, Any]:
    effects = Counter(each.effect for each in found.cells)
    return {
        "cells_changed": found.cell_count,
        "by_effect": dict(effects),
        "attachments": found.attachments,
        "attachments_moved": found.moved,
        "inspection_changed": sum(len(each.pairs) for each in found.inspections),
        "exits_changed": len(found.exits),
        "changes": found.change_count,
    }


def _hints(found: Changes, left: list[str], theirs: dict[str, Any] | None) -> list[str]:
    said = []
    if not (found.cell_count or found.moved or found.change_count or found.inspections or found.exits):
        said.append("Nothing changes.")
    if found.attachments == 0:
        said.append("No attachment is known: only the documents were compared.")
    if left:
        said.append(f"Left out: {', '.join(left)}. summary counts them.")
    if theirs and "error" not in theirs:
        said.append(
            "aws_change_set is AWS's own for this version, against what was in force when it was generated."
        )
    return said


TOOL = Tool(
    name="simulate_policy",
    title="Simulate a policy",
    description=DESCRIPTION,
    run=run,
    samples=({"policy": "LIVE"}, {"policy": '{"version":"2021.12"}'}),
)
