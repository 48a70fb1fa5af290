"""run_benchmark: what the memory library saves, measured on this machine against what it replaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from cloudwan_mcp.app import App
from cloudwan_mcp.memory.limit import MIB
from cloudwan_mcp.tool import Tool, answer, app_of, room_beside

if TYPE_CHECKING:
    from cloudwan_mcp.bench.suite.step import Step

Name = Literal[
    "topology_processing_1000e_2000c", "topology_processing_10000e_20000c", "streaming_memory_50chunks"
]
NEEDED_MIB = {"topology_processing_10000e_20000c": 96}
LEAST_MIB = 40  # an interpreter with the library, and a small topology of plain dicts
TIME_LIMIT_S = 180.0  # for a sample, on a machine that has other work
DESCRIPTION = """\
Run one benchmark of the memory library against plain dicts and lists, each sample in a fresh process: \
memory and CPU as medians, the baseline of the same run, which rules were kept. Takes 5 to 60 seconds."""


class BenchmarkReport(BaseModel):
    benchmark: str
    passed: bool
    purpose: str
    failure: str | None = None
    rules: list[dict[str, Any]] = Field(
        description="verdict: kept, broken, or noisy (time on a busy machine)"
    )
    ours: dict[str, Any] = Field(description="by measure: median, 95 % from low to high, unit")
    baseline: dict[str, Any] = Field(description="the same of plain dicts or lists")
    busy: bool = Field(description="the machine had other work: times say little")
    iterations: int
    machine: dict[str, Any]
    server_rss_growth_bytes: int
    hint: str


async def run(
    ctx: Context[App],
    benchmark: Name = "topology_processing_1000e_2000c",
    iterations: Annotated[int, Field(ge=1, le=5, description="samples of each side")] = 1,
) -> Annotated[CallToolResult, BenchmarkReport]:
    # loaded where somebody measures: a server that only answers needs none of it
    from cloudwan_mcp.bench.suite.benchmarks import named
    from cloudwan_mcp.bench.suite.runner import BenchmarkRunner

    app = app_of(ctx)
    before = app.memory.gauge.rss()
    runner = BenchmarkRunner(time_limit_s=TIME_LIMIT_S, data_limit_bytes=_room(app, benchmark), steady_s=0.0)
    runner.add_benchmark(*named([benchmark]))

    async def tell(step: Step) -> None:
        await ctx.report_progress(step.done, step.total, str(step))

    results = await runner.run_all_benchmarks(iterations, on_progress=tell)
    (result,) = results.each()
    return answer(
        BenchmarkReport(
            benchmark=result.name,
            passed=result.passed,
            purpose=result.purpose,
            failure=result.failure[:400] or None,
            rules=result.rules,
            ours=_short(result.summary_stats),
            baseline=_short(result.baseline),
            busy=result.busy,
            iterations=iterations,
            machine=runner.get_summary_report()["machine"],
            server_rss_growth_bytes=app.memory.gauge.rss() - before,
            hint="cloudwan-mcp bench runs all of them, keeps artefacts and compares them.",
        )
    )


def _room(app: App, benchmark: str) -> int:
    """Bytes of data that one sample may take. Raises `Exhausted` when that is too few to begin with."""
    needed = NEEDED_MIB.get(benchmark, LEAST_MIB)
    elsewhere = "Choose a smaller benchmark, or run cloudwan-mcp bench on another machine."
    return min(room_beside(app, benchmark, needed, next_step=elsewhere), 4 * needed * MIB)


def _short(stats: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        measure: {
            **{key: round(found[key], 4) for key in ("median", "low", "high") if found.get(key) is not None},
            "unit": found.get("unit", ""),
        }
        for measure, found in stats.items()
    }


TOOL = Tool(
    name="run_benchmark", title="Run a benchmark", description=DESCRIPTION, run=run, kind="job", samples=()
)
