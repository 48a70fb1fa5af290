"""memory_report: what the server takes, what bounds it, and what follows from that."""

from __future__ import annotations

import shutil
import tracemalloc
from functools import partial
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import BaseModel, Field

from cloudwan_mcp.app import READING_THREADS, App
from cloudwan_mcp.discovery.process import DiscoveryProcess
from cloudwan_mcp.lookup import AT_ONCE, Lookups
from cloudwan_mcp.memory.advice import Figures, advise
from cloudwan_mcp.memory.monitor import Sample
from cloudwan_mcp.memory.watch import WATCH_S
from cloudwan_mcp.settings import REPLY_BYTES_HARD
from cloudwan_mcp.tool import Tool, answer, app_of

POINTS = 120
DESCRIPTION = """\
Report the memory of this server: the limit and where it comes from, what is used and was at most, the \
circuit breaker, components and caches, calls by tool, the store on disk, history, every limit, what to \
do. Answers also while memory is short. Sizes are bytes."""

Section = dict[str, Any]
BOUNDS = (
    "reply_bytes",
    "page_limit",
    "max_calls",
    "max_sessions",
    "page_size",
    "concurrency",
    "keep_snapshots",
    "keep_hours",
    "disk_mib",
    "first_page_wait_s",
    "memory_threshold_mb",
    "alert_threshold_percent",
    "critical_threshold_percent",
    "streaming_chunk_size",
    "max_pool_size",
)


class MemoryReport(BaseModel):
    memory: Section = Field(description="the server alone; used counts against limit")
    breaker: Section
    budget: Section = Field(description="bytes reserved before they are taken")
    components: Section
    caches: Section = Field(description="bytes held, and at most")
    calls: Section
    sessions: Section
    store: Section
    discovery: Section | None = None
    lookups: Section | None = Field(None, description="single reads from AWS: under way, kept for a minute")
    history: Section = Field(description="columns: seconds ago, used and rss in MiB")
    leaks: Section
    limits: Section = Field(description="settings in force; given: those not at their default")
    profiles: Section | None = None
    recommendations: list[str]


async def run(
    ctx: Context[App],
    history_points: Annotated[int, Field(ge=0, le=POINTS, description="points at most")] = 30,
) -> Annotated[CallToolResult, MemoryReport]:
    app = app_of(ctx)
    app.watch.sample()
    memory, store, leaks = _memory(app), await app.work(partial(_store, app)), app.watch.leaks()
    return answer(
        MemoryReport(
            memory=memory,
            breaker=app.memory.breaker.statistics(),
            budget=app.memory.budget.statistics(),
            components=app.monitor.components(),
            caches={
                name: {"held": held, "most": most} for name, (held, most) in app.monitor.caches().items()
            },
            calls=_calls(app),
            sessions={"open": app.sessions, "most": app.settings.max_sessions},
            store=store,
            discovery=_discovery(app.discovery) if app.discovery else None,
            lookups=_lookups(app.lookups),
            history=_history(app.monitor.history(), history_points),
            leaks=leaks,
            limits=_limits(app),
            profiles=app.profiler.get_memory_report()["profiles"] if app.profiler else None,
            recommendations=advise(_figures(app, memory, store, leaks)),
        )
    )


def _memory(app: App) -> Section:
    gauge = app.memory.gauge
    used, (rss, peak) = gauge.used(), gauge.peak()
    return {
        "limit": gauge.limit.bytes,
        "origin": gauge.limit.origin,
        "used": used,
        "used_percent": round(100 * used / gauge.limit.bytes, 1),
        "rss": rss,
        "peak_rss": peak or None,
        "pressure_percent": gauge.pressure(),
    }


def _discovery(discovery: DiscoveryProcess) -> Section:
    """What it said last, and the memory of its process, which counts where a container limits both."""
    return {**discovery.progress, "rss": _rss(discovery.pid)}


def _lookups(lookups: Lookups) -> Section:
    held = lookups.cache.statistics()
    return {
        "under_way": lookups.under_way,
        "most": AT_ONCE,
        "kept": {"held": held["bytes"], "most": lookups.cache.max_bytes},
        "rss": _rss(lookups.pid) if lookups.pid else None,
    }


def _rss(pid: int) -> int | None:
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except (psutil.Error, ValueError):  # it is not there yet, or no longer
        return None


def _calls(app: App) -> Section:
    kept = app.watch.detector.kept
    by_tool = {}
    for tool, tally in app.watch.tallies.items():
        alone, blocks = kept.get(tool, (0, 0))
        by_tool[tool] = {
            "calls": tally.calls,
            "failed": tally.failed,
            "mean_s": round(tally.seconds / tally.calls, 4),
            "longest_s": round(tally.longest_s, 4),
            "kept_blocks_per_call": round(blocks / alone, 2) if alone else None,
        }
    return {
        "under_way": app.calls,
        "most": app.settings.max_calls,
        "turned_away": app.turned_away,
        "by_tool": by_tool,
    }


def _store(app: App) -> Section:
    snapshots = app.folder.snapshots()
    return {
        "snapshots": len(snapshots),
        "bytes": sum(each.bytes for each in snapshots),
        "newest_bytes": snapshots[0].bytes if snapshots else 0,
        "most_bytes_per_snapshot": app.folder.disk_mib * 1024 * 1024 or None,
        "disk_free": shutil.disk_usage(app.folder.root).free,
        "notice": app.folder.notice[:400] or None,
    }


def _history(samples: list[Sample], points: int) -> Section:
    """The highest of each stretch: a peak must not fall between two points."""
    if not samples or not points:
        return {"interval_s": WATCH_S, "ago_s": [], "used_mib": [], "rss_mib": []}
    width = -(-len(samples) // points)
    stretches = [samples[at : at + width] for at in range(0, len(samples), width)]
    now = samples[-1].at
    return {
        "interval_s": WATCH_S * width,
        "ago_s": [round(now - each[-1].at) for each in stretches],
        "used_mib": [_mib(max(sample.used for sample in each)) for each in stretches],
        "rss_mib": [_mib(max(sample.rss for sample in each)) for each in stretches],
    }


def _mib(size: int) -> float:
    return round(size / 1024 / 1024, 1)


def _limits(app: App) -> Section:
    settings = app.settings
    return {
        **{name: getattr(settings, name) for name in BOUNDS},
        "reply_bytes_at_most": REPLY_BYTES_HARD,
        "reading_threads": READING_THREADS,
        "history_points": POINTS,
        "given": {name: origin for name, origin in settings.origins.items() if name in BOUNDS},
    }


def _figures(app: App, memory: Section, store: Section, leaks: Section) -> Figures:
    breaker, budget = app.memory.breaker.statistics(), app.memory.budget.statistics()
    watched = leaks["watched"]
    return Figures(
        limit=memory["limit"],
        origin=memory["origin"],
        used=memory["used"],
        peak=memory["peak_rss"] or memory["rss"],
        breaker=breaker["state"],
        breaker_opened=breaker["opened"],
        late=budget["late"],
        refused=budget["refused"],
        busy=app.turned_away,
        suspect=watched["text"] if watched and watched["kind"] == "suspect" else "",
        disk_free=store["disk_free"],
        disk_needed=store["newest_bytes"],
        tracing=tracemalloc.is_tracing(),
    )


TOOL = Tool(
    name="memory_report",
    title="Report memory",
    description=DESCRIPTION,
    run=run,
    kind="report",
    samples=({},),
)
