"""The memory dashboard: a page, its JSON and its live stream, beside whatever else the process does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.exposure import check_exposure, hosts_in
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.monitor import MemoryMonitor
from cloudwan_mcp.settings import load
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.notifiers import notifiers_of

if TYPE_CHECKING:
    from cloudwan_mcp.web.map import Call
    from cloudwan_mcp.web.service import Service

INTERVAL_S = 1.0
HIGHEST_PORT = 65535

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


def create_memory_dashboard(
    port: int | None = None,
    host: str | None = None,
    *,
    monitor: MemoryMonitor | None = None,
    guard: MemoryGuard | None = None,
    alerts: Alerts | None = None,
    token: str | None = None,
    allowed_hosts: Iterable[str] | None = None,
    enabled: bool | None = None,
    history_file: Path | None = None,
) -> MemoryDashboard:
    """A dashboard of this process's memory, which listens once it is started.

    What is left out is as the settings say: CLOUDWAN_MONITORING_PORT (5000; 0: any free one),
    CLOUDWAN_MONITORING_HOST (127.0.0.1), CLOUDWAN_TOKEN, CLOUDWAN_ALLOWED_HOSTS, CLOUDWAN_MONITORING_ENABLED
    and, for the alerts, CLOUDWAN_ALERT_THRESHOLD_PERCENT, CLOUDWAN_CRITICAL_THRESHOLD_PERCENT and
    CLOUDWAN_ALERT_RULES; who is told of them beside the log, CLOUDWAN_ALERT_WEBHOOK_URL and
    CLOUDWAN_ALERT_SNS_TOPIC. With `history_file`, the history survives a restart.
    """
    settings = load()
    if allowed_hosts is None:
        allowed_hosts = hosts_in(settings.allowed_hosts)
    return MemoryDashboard(
        MetricsCollector(
            guard=guard,
            monitor=monitor,
            alerts=alerts,
            history_file=history_file,
            notifiers=notifiers_of(settings),
        ),
        port=settings.monitoring_port if port is None else port,
        host=settings.monitoring_host if host is None else host,
        token=settings.token if token is None else token,
        allowed_hosts=allowed_hosts,
        enabled=settings.monitoring_enabled if enabled is None else enabled,
    )


class MemoryDashboard:
    """Serves what `metrics_collector` knows; the collector works before it is started, too.

    It runs in tasks of the event loop that starts it (asyncio), installs no signal handler and configures no
    logging. What fails once it runs is logged and goes no further. Also an async context manager.

    `call` calls tools of the server that it is beside, for the map; without, it has none.
    """

    def __init__(
        self,
        collector: MetricsCollector,
        *,
        port: int,
        host: str = "127.0.0.1",
        token: str = "",
        allowed_hosts: Iterable[str] = (),
        enabled: bool = True,
        interval_s: float = INTERVAL_S,
        call: Call | None = None,
    ) -> None:
        if not 0 <= port <= HIGHEST_PORT:
            raise BadRequest(
                f"port={port} is outside 0..{HIGHEST_PORT}.",
                field="port",
                next_step="Choose a port in that range (0: any free one).",
            )
        if not interval_s > 0:
            raise BadRequest(
                f"interval_s={interval_s} is not more than 0 seconds.",
                field="interval_s",
                next_step="Choose the seconds between two samples; the history's finest rows are of 1 s.",
            )
        self.metrics_collector = collector
        self._port = port
        self._host = host
        self._token = token
        self._allowed_hosts = [name for each in allowed_hosts if (name := each.strip())]
        self._enabled = enabled
        self._interval_s = interval_s
        self._call = call
        self._lock = asyncio.Lock()
        self._service: Service | None = None

    @property
    def alerts(self) -> Alerts:
        return self.metrics_collector.alerts

    @property
    def url(self) -> str:
        """Where the page is; empty while it does not listen."""
        return "" if self._service is None else self._service.url

    @property
    def viewers(self) -> int:
        """How many watch live."""
        return 0 if self._service is None else len(self._service.viewers)

    async def start(self) -> None:
        """Listen, and return; does nothing when it already does, or when monitoring is switched off.

        When the port is in use, the next free one of 20 is taken and logged. Raises `BadRequest` when none
        is, and for an address beyond loopback without a token and allowed hosts.
        """
        async with self._lock:
            if self._service is not None:
                return
            if not self._enabled:
                _log.info("The memory dashboard stays off: CLOUDWAN_MONITORING_ENABLED is false")
                return
            check_exposure(self._host, self._token, self._allowed_hosts, what="dashboard")
            self._service = await self._begin()

    async def stop(self) -> None:
        """End what was started, within about a second; the port is free afterwards."""
        async with self._lock:
            service, self._service = self._service, None
            if service is not None:
                await service.end()
                await asyncio.to_thread(self.metrics_collector.end)

    async def __aenter__(self) -> MemoryDashboard:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _begin(self) -> Service:
        from cloudwan_mcp.web.service import Service

        service = Service(
            self.metrics_collector,
            host=self._host,
            port=self._port,
            token=self._token,
            allowed_hosts=self._allowed_hosts,
            interval_s=self._interval_s,
            call=self._call,
        )
        try:
            await service.ready()
        except BaseException:
            await service.end()
            raise
        if service.port != self._port != 0:
            _log.warning("Port %d is in use: the memory dashboard takes %d", self._port, service.port)
        _log.info("The memory dashboard is at %s", service.url)
        return service
