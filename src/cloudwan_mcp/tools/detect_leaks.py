"""detect_leaks: does the running server grow, or does a tool, and at which line?"""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

import anyio
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.memory.leaks.detector import LeakDetector
from cloudwan_mcp.memory.leaks.verdict import Kind, Verdict
from cloudwan_mcp.memory.limit import MIB
from cloudwan_mcp.tool import Tool, answer, app_of, exercises_of, room_beside

EVERY = "every"
WORKLOADS = "cloudwan_mcp.workloads.tool_calls:calls"
DATA_MIB = 192  # its limit at least: stacks of threads count, of which most is never touched
CHILD_MIB = 128  # a server of its own, a small network, and the tracing of its allocations
THRESHOLD = 0.005  # of a counter's size within the window: growth below it is none
SHOWN = 4
READINGS = 100  # looks within the window, the detector reading at most four in five times
DESCRIPTION = """\
Find memory leaks of this server. Without tool: observes it some seconds (call tools meanwhile) and names \
suspects. With tool: calls that tool thousands of times in a process of its own over a simulated network; \
tells the growth per call and the leaking line."""


class LeakReport(BaseModel):
    verdict: Kind = Field(description="suspect: as a leak, but seen from outside or too seldom to be sure")
    mode: Literal["observed", "exercised"]
    tool: str | None = Field(None, description="what the growth came with")
    text: str
    line: str | None = Field(None, description="file:line that takes the memory")
    blame: list[dict[str, Any]] | None = Field(None, description="lines, with share and callers")
    growth: list[dict[str, Any]] = Field(description="per call: rate, 95 % from low to high, p by chance")
    calls: int
    seconds: float
    next_step: str
    since_start: dict[str, Any] | None = Field(None, description="the server's whole life, observed")


async def run(
    ctx: Context[App],
    tool: Annotated[str, Field(max_length=64, description="a tool to exercise, or every")] = "",
    seconds: Annotated[float, Field(ge=1, le=120, description="to observe, or to call")] = 10,
) -> Annotated[CallToolResult, LeakReport]:
    app = app_of(ctx)
    if tool:
        reference = _reference(tool, exercises_of(ctx))
        verdict = await _exercised(ctx, app, reference, seconds)
        app.watch.found(tool, verdict)
        return answer(_report(verdict, "exercised", tool=tool))
    with app.watch.observing(seconds, THRESHOLD) as detector:
        verdict = await _observed(ctx, detector, seconds)
    since = app.watch.leaks()["watched"]
    return answer(_report(verdict, "observed", tool=verdict.target or None, since_start=since))


def _reference(name: str, names: list[str]) -> str:
    if name not in (*names, EVERY):
        raise BadRequest(
            f"tool={name!r} cannot be exercised.",
            field="tool",
            next_step=f"Choose one of {', '.join([*names, EVERY])}.",
        )
    return f"{WORKLOADS}.{name}"


async def _observed(ctx: Context[App], detector: LeakDetector, seconds: float) -> Verdict:
    began, verdict, told = time.monotonic(), None, 0.0
    while (elapsed := time.monotonic() - began) < seconds:
        if elapsed >= told:
            told = elapsed + 1
            await ctx.report_progress(elapsed, seconds, f"Observing: {detector.calls} calls so far.")
        await anyio.sleep(seconds / READINGS)
        verdict = detector.observe()
    return verdict or Verdict(
        kind="inconclusive",
        growth=(),
        calls=detector.calls,
        rounds=0,
        seconds=round(seconds, 1),
        next_step="Too few calls were made meanwhile: make some hundred, observe longer, or name a tool.",
    )


async def _exercised(ctx: Context[App], app: App, reference: str, seconds: float) -> Verdict:
    from cloudwan_mcp.memory.leaks.child import detect_in_child_async  # only where one is asked for

    elsewhere = "Observe without tool, or run cloudwan-mcp leaks on another machine."
    room = room_beside(app, "A detection", CHILD_MIB, next_step=elsewhere)
    limit = min(max(room // MIB, DATA_MIB), 4 * CHILD_MIB)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_tell, ctx)
        verdict = await detect_in_child_async(reference, budget_s=seconds, memory_limit_mb=limit)
        tasks.cancel_scope.cancel()
    return verdict


async def _tell(ctx: Context[App]) -> None:
    """How long it has taken: a detection ends as soon as it knows, and goes on when it has to find a line."""
    began = time.monotonic()
    while True:
        elapsed = time.monotonic() - began
        await ctx.report_progress(elapsed, None, f"Calling it in a separate process: {elapsed:.0f} s.")
        await anyio.sleep(1)


def _report(verdict: Verdict, mode: Literal["observed", "exercised"], **known: Any) -> LeakReport:
    established = verdict.blame is not None and verdict.blame.established
    places = verdict.to_dict()["blame"]["places"] if established else None
    return LeakReport(
        verdict=verdict.kind,
        mode=mode,
        text=str(verdict),
        line=verdict.line if established else None,
        blame=places,
        growth=verdict.to_dict()["growth"][:SHOWN],
        calls=verdict.calls,
        seconds=verdict.seconds,
        next_step=verdict.next_step,
        **known,
    )


TOOL = Tool(
    name="detect_leaks", title="Detect leaks", description=DESCRIPTION, run=run, kind="job", samples=()
)
