"""The dashboard beside a server: what it knows of itself, on a page that it never waits for."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import CloudWanError
from cloudwan_mcp.exposure import hosts_in
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.progress import Rate
from cloudwan_mcp.reply import gap_states, snapshot_state
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.dashboard import MemoryDashboard
from cloudwan_mcp.web.notifiers import notifiers_of

LOOK_S = 5.0
SNAPSHOTS = 5
HISTORY = "metrics.history"

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


@asynccontextmanager
async def dashboard_beside(app: App, announce: Callable[[str], None]) -> AsyncIterator[MemoryDashboard]:
    """A dashboard of an entered app; `announce` is told its URL, or why there is none: the app goes on."""
    settings = app.settings
    collector = MetricsCollector(
        guard=app.memory,
        monitor=app.monitor,
        history_file=app.folder.root / HISTORY,
        notifiers=notifiers_of(settings),
    )
    dashboard = MemoryDashboard(
        collector,
        port=settings.monitoring_port,
        host=settings.monitoring_host,
        token=settings.token,
        allowed_hosts=hosts_in(settings.allowed_hosts),
        enabled=settings.monitoring_enabled,
    )
    shown = Shown(app)
    collector.add_section("leaks", app.watch.leaks)
    collector.add_section("discovery", shown.discovery)
    collector.add_section("snapshots", lambda: shown.snapshots)
    app.watch.on_call.append(collector.record_call)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(shown.look)
        try:
            await dashboard.start()
            announce(f"dashboard on {dashboard.url}" if dashboard.url else "no dashboard: monitoring is off")
        except (CloudWanError, OSError) as error:
            announce(f"no dashboard: {error}")
        try:
            yield dashboard
        finally:
            app.watch.on_call.remove(collector.record_call)
            tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await dashboard.stop()


class Shown:
    """What the dashboard shows of an app beside its memory; looked up now and then, so that it is at hand."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._rate, self._counted = Rate(), ""
        self.snapshots: list[dict[str, Any]] = []

    def discovery(self) -> dict[str, Any] | None:
        """The one that this server runs, with its pace; None while there is none."""
        running = self._app.discovery
        if running is None or "elements" not in running.progress:
            return None
        found = running.progress
        if running.snapshot != self._counted:
            self._rate, self._counted = Rate(), running.snapshot
        self._rate.note(found["elements"])
        pace, expected = self._rate.per_second, found.get("expected")
        left = max(0.0, (expected - found["elements"]) / pace) if expected and pace else None
        counts = {name: found.get(name, 0) for name in ("elements", "pages", "calls", "throttles")}
        return {
            "state": "growing",
            **counts,
            "expected": expected,
            "per_second": round(pace, 1),
            "left_s": left,
        }

    async def look(self) -> None:
        """Every five seconds, in a worker thread: a snapshot is a file."""
        while True:
            try:
                infos = await self._app.work(self._app.folder.snapshots)
                self.snapshots = [self._snapshot(info) for info in infos[:SNAPSHOTS]]
            except (CloudWanError, OSError) as error:
                _log.warning("The snapshots could not be read: %s", error)
            await anyio.sleep(LOOK_S)

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
