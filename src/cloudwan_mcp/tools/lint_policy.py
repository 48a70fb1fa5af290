"""lint_policy: what is wrong with a policy document, or probably not meant."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from cloudwan_mcp import policies
from cloudwan_mcp.app import App
from cloudwan_mcp.argument import CoreNetwork, Policy
from cloudwan_mcp.policy.finding import SEVERITIES, Finding
from cloudwan_mcp.policy.lint import lint
from cloudwan_mcp.policy.members import MOST_FINDINGS
from cloudwan_mcp.reply import FIXED_BYTES, PolicyEnvelope, overhead, policy_envelope
from cloudwan_mcp.row import fitting, shortened, size
from cloudwan_mcp.tool import Tool, answer, app_of

MOST = 100
DESCRIPTION = """\
What is wrong with a policy, errors first: dead rules, shadowed shares, isolation bypass, ASN clashes, \
missing overrides, quotas; with pointer, line and fix."""


class Lint(PolicyEnvelope):
    counts: dict[str, int] | None = Field(None, description="by severity; errors are what AWS refuses")
    checks: dict[str, int] | None = None
    findings: list[dict[str, Any]]
    complete: bool
    next_offset: int | None = None


async def run(
    ctx: Context[App],
    policy: Policy = "LIVE",
    limit: Annotated[int, Field(ge=0, le=MOST)] = 20,
    offset: Annotated[int, Field(ge=0, le=MOST_FINDINGS, description="next_offset")] = 0,
    core_network_id: CoreNetwork = "",
) -> Annotated[CallToolResult, Lint]:
    app = app_of(ctx)
    asked = await policies.meant(app, policy)
    place = None
    if asked.document is None:
        place = await policies.ground(app, core_network_id, ctx.report_progress)
    chosen = await policies.policy_of(app, asked, place)
    found = await app.work(lambda: lint(chosen.document))
    room = app.settings.reply_bytes - (overhead(place.info, "") if place else FIXED_BYTES)
    checks = dict(Counter(each.check for each in found).most_common())
    rows = [_row(each) for each in found[offset : offset + limit]]
    rows = [shortened(row, 2000) if size(row) > 2000 else row for row in rows]
    kept = fitting(map(size, rows), room - size(checks))
    behind = offset + kept
    more = behind < len(found)
    return answer(
        Lint(
            counts={name: sum(each.severity == name for each in found) for name in SEVERITIES},
            checks=checks,
            findings=rows[:kept],
            complete=not more,
            next_offset=behind if more else None,
            **policy_envelope(app, place.info if place else None, chosen.said, *_hints(found, more=more)),
        )
    )


def _row(each: Finding) -> dict[str, Any]:
    row = {
        "check": each.check,
        "severity": each.severity,
        "line": each.line,
        "pointer": each.pointer,
        "message": each.message,
        "fix": each.fix,
        "code": each.code,
    }
    return {name: value for name, value in row.items() if value or name == "pointer"}


def _hints(found: list[Finding], *, more: bool) -> list[str]:
    said = []
    if not found:
        said.append("Nothing was found.")
    if len(found) >= MOST_FINDINGS:
        said.append(f"Only the first {MOST_FINDINGS} findings were looked for.")
    if more:
        said.append("Pass next_offset as offset, with the same policy, for more.")
    return said


TOOL = Tool(
    name="lint_policy",
    title="Lint a policy",
    description=DESCRIPTION,
    run=run,
    samples=({}, {"limit": 0}),
)
