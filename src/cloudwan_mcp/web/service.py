"""One listening of the dashboard: its socket, its viewers, and the two tasks that serve and sample.

Needs starlette, uvicorn and websockets.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable

from cloudwan_mcp.exposure import bracketed
from cloudwan_mcp.web.archive import Archive
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.gate import Gate, Pass
from cloudwan_mcp.web.listening import Listener, listen
from cloudwan_mcp.web.map import Call
from cloudwan_mcp.web.routes import routes
from cloudwan_mcp.web.viewers import Viewers, encode

WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104 - shown as a name that can be visited, not bound
END_S = 5.0
SAVE_S = 10.0  # what a server that is killed loses of its history

_log = logging.getLogger("cloudwan_mcp.performance.dashboard")


class Service:
    """Begins on construction, within a running event loop; `ready` waits until it listens."""

    def __init__(
        self,
        collector: MetricsCollector,
        *,
        host: str,
        port: int,
        token: str,
        allowed_hosts: Iterable[str],
        interval_s: float,
        call: Call | None = None,
    ) -> None:
        self._collector = collector
        self._interval_s = interval_s
        self.viewers = Viewers()
        if call:
            collector.add_section("map", lambda: True)  # so that the page shows its tab
        admission = Pass(token)
        app = routes(collector, self.viewers, admission, call)
        self._listener = Listener(Gate(app, admission, allowed_hosts))
        self._socket = listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{'localhost' if host in WILDCARDS else bracketed(host)}:{self.port}"
        self._serving = asyncio.create_task(self._listener.serve(sockets=[self._socket]))
        self._tasks = [asyncio.create_task(self._sample())]
        if collector.archive.kept:
            self._tasks.append(asyncio.create_task(self._keep(collector.archive)))
        for task in (self._serving, *self._tasks):
            task.add_done_callback(_note_end)

    async def ready(self) -> None:
        """Return once it listens; raises what kept it from that."""
        listening = asyncio.create_task(self._listener.listening.wait())
        try:
            await asyncio.wait({listening, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            listening.cancel()
        if self._serving.done():
            self._serving.result()

    async def end(self) -> None:
        """End both tasks and every connection."""
        self.viewers.close()
        self._listener.end()
        for task in self._tasks:
            task.cancel()
        _, late = await asyncio.wait({self._serving, *self._tasks}, timeout=END_S)
        for task in late:
            task.cancel()
        self._socket.close()

    async def _sample(self) -> None:
        due, failing = time.monotonic(), False
        while True:
            try:
                self._tick()
                failing = False
            except Exception:  # noqa: BLE001 - whatever a component did, the next second is another
                if not failing:  # once: it will fail every second
                    _log.exception("The memory could not be sampled")
                failing = True
            due = max(due + self._interval_s, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    async def _keep(self, archive: Archive) -> None:
        """Write the history every few seconds and at the end, in a thread: a disk may take its time."""
        try:
            await asyncio.to_thread(archive.open)
            while True:
                await asyncio.sleep(SAVE_S)
                await asyncio.to_thread(archive.save)
        finally:
            await asyncio.to_thread(archive.close)

    def _tick(self) -> None:
        if len(self.viewers):
            self.viewers.publish(encode(self._collector.get_metrics_summary()))
        else:
            self._collector.sample()


def _note_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception():
        _log.error("A part of the memory dashboard ended", exc_info=task.exception())
