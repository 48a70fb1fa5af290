"""Beside a server: what it knows of itself, on a page or told to a collector that it never waits for."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from cloudwan_mcp.app import App
from cloudwan_mcp.discovery.process import DiscoveryProcess
from cloudwan_mcp.errors import CloudWanError
from cloudwan_mcp.exposure import hosts_in
from cloudwan_mcp.hosting import hosting
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.progress import Rate
from cloudwan_mcp.reply import gap_states, snapshot_state
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.dashboard import MemoryDashboard
from cloudwan_mcp.web.notifiers import notifiers_of
from cloudwan_mcp.web.otel import start_telemetry

if TYPE_CHECKING:
    from cloudwan_mcp.web.map import Call

COUNT_S = 1.0
LOOK_S = 2.0
SNAPSHOTS = 5
HISTORY = "metrics.history"

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


Announce = Callable[[str], None]


@asynccontextmanager
async def metrics_beside(app: App, announce: Announce) -> AsyncIterator[MetricsCollector]:
    """What an entered app does, collected, and told to whom OpenTelemetry's variables name, if anybody.

    `announce` is told what keeps it from that: the app goes on without.
    """
    collector = MetricsCollector(
        guard=app.memory,
        monitor=app.monitor,
        history_file=app.folder.root / HISTORY,
        notifiers=notifiers_of(app.settings),
    )
    shown = Shown(app, collector)
    collector.add_section("leaks", app.watch.leaks)
    collector.add_section("discovery", shown.discovery)
    collector.add_section("snapshots", lambda: shown.snapshots)
    telemetry = None
    try:
        telemetry = start_telemetry(collector)
    except CloudWanError as error:
        announce(f"no telemetry: {error}")
    app.watch.on_call.append(collector.record_call)
    app.monitor.register("history:dashboard", lambda: collector.archive.history.size)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(shown.count)
            tasks.start_soon(shown.look)
            yield collector
            tasks.cancel_scope.cancel()
    finally:
        app.monitor.unregister("history:dashboard")
        app.watch.on_call.remove(collector.record_call)
        if telemetry:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(telemetry.end)


@asynccontextmanager
async def dashboard_beside(app: App, announce: Announce) -> AsyncIterator[MemoryDashboard]:
    """A dashboard of an entered app; `announce` is told its URL, or why there is none: the app goes on."""
    async with metrics_beside(app, announce) as collector, hosting(app) as call:
        dashboard = dashboard_of(app, collector, call)
        try:
            await dashboard.start()
            announce(f"dashboard on {dashboard.url}" if dashboard.url else "no dashboard: monitoring is off")
        except (CloudWanError, OSError) as error:
            announce(f"no dashboard: {error}")
        try:
            yield dashboard
        finally:
            with anyio.CancelScope(shield=True):
                await dashboard.stop()


def dashboard_of(app: App, collector: MetricsCollector, call: Call) -> MemoryDashboard:
    """A dashboard as the app's settings want it, not started."""
    settings = app.settings
    return MemoryDashboard(
        collector,
        port=settings.monitoring_port,
        host=settings.monitoring_host,
        token=settings.token,
        allowed_hosts=hosts_in(settings.allowed_hosts),
        enabled=settings.monitoring_enabled,
        call=call,
    )


class Shown:
    """What the dashboard shows of an app beside its memory; looked up now and then, so that it is at hand."""

    def __init__(self, app: App, collector: MetricsCollector) -> None:
        self._app = app
        self._collector = collector
        self._rate, self._elements = Rate(), 0
        self._counted: object = None
        self._elsewhere: dict[str, Any] | None = None
        self.snapshots: list[dict[str, Any]] = []

    def discovery(self) -> dict[str, Any] | None:
        """The one under way with its pace, this server's or another process's; None while there is none."""
        running = self._app.discovery
        if running is None:
            return self._elsewhere and self._paced(self._elsewhere)
        return self._paced(running.progress) if "elements" in running.progress else None

    async def count(self) -> None:
        """Every second: the pace of the discovery under way, and what ours adds to the elements processed."""
        running: DiscoveryProcess | None = None
        while True:
            last, running = running, self._app.discovery
            for ours in dict.fromkeys((last, running)):  # the last one may have told more before it ended
                if ours:
                    self._collector.record_elements(self._added(ours, ours.elements))
            if running is None and self._elsewhere:
                self._added(self._elsewhere["snapshot"], self._elsewhere["elements"])
            await anyio.sleep(COUNT_S)

    async def look(self) -> None:
        """Every two seconds, in a worker thread: a snapshot is a file."""
        while True:
            try:
                infos = await self._app.work(self._app.folder.snapshots)
                self.snapshots = [self._snapshot(info) for info in infos[:SNAPSHOTS]]
                growing = next((info for info in infos if info.state == "growing"), None)
                self._elsewhere = _progress(growing) if growing else None
            except (CloudWanError, OSError) as error:
                _log.warning("The snapshots could not be read: %s", error)
            await anyio.sleep(LOOK_S)

    def _added(self, of: object, elements: int) -> int:
        """How many elements a discovery has gained since this was last asked of it."""
        if of != self._counted:
            self._rate, self._counted, self._elements = Rate(), of, 0
        before, self._elements = self._elements, elements
        self._rate.note(elements)
        return elements - before

    def _paced(self, found: dict[str, Any]) -> dict[str, Any]:
        counts = {name: found.get(name) for name in ("elements", "expected", "pages", "calls", "throttles")}
        return {
            "state": "growing",
            **counts,
            "per_second": round(self._rate.per_second, 1),
            "left_s": self._rate.seconds_left(found["elements"], found.get("expected")),
        }

    def _snapshot(self, info: SnapshotInfo) -> dict[str, Any]:
        gaps, _ = gap_states(info)
        state = snapshot_state(info, self._app.settings)
        return {
            "id": info.id,
            "alias": info.identity.alias,
            "state": state.state,
            "age_s": state.age_s,
            "elements": info.elements,
            "connections": info.connections,
            "bytes": info.bytes,
            "gaps": [{"operation": each.operation, "scope": each.scope, "code": each.code} for each in gaps],
        }


def _progress(info: SnapshotInfo) -> dict[str, Any]:
    """How far a discovery of another process is; what it has asked is known when it ends."""
    return {
        "snapshot": info.id,
        "elements": info.elements,
        "expected": info.expected,
        "pages": info.pages,
        "calls": None,
        "throttles": None,
    }
