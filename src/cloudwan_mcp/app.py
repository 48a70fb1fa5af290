"""Puts the house together: the one room that knows source, discovery and store."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import fields
from functools import partial
from types import TracebackType
from typing import TypeVar

import anyio
import anyio.to_thread

from cloudwan_mcp.demonstration import Demonstration
from cloudwan_mcp.discovery import LEVELS, Progress, Walk
from cloudwan_mcp.discovery.process import DiscoveryProcess
from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.sources.aws import AwsSource
from cloudwan_mcp.store import Folder, Reader

READING_THREADS = 4
T = TypeVar("T")
Tables = Collection[tuple[str, str]]


def discover(
    settings: Settings,
    folder: Folder,
    *,
    tables: Tables = (),
    on_start: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> SnapshotInfo:
    """Read the whole network into a new snapshot, or go on with an interrupted one, and publish it.

    `tables` are the (segment, edge) pairs whose route tables are read as well, "" standing for any.
    Raises `TryAgain` when another process is at it, and whatever `Walk.run` raises.
    """
    source = AwsSource(settings)
    try:
        identity = source.identity()
        with folder.writing():
            staging = folder.stage(identity)
            with staging:
                on_start(staging.recall("id"))
                tables = tables or json.loads(staging.recall("tables") or "[]")
                staging.remember(tables=json.dumps(list(tables)))
                walk = Walk(
                    source,
                    staging,
                    concurrency=settings.concurrency,
                    levels=LEVELS | {"route-table"} if tables else LEVELS,
                    tables=tables,
                    on_progress=on_progress,
                    stop=stop or threading.Event(),
                )
                walk.run()
            return folder.publish(staging)
    finally:
        source.close()


class App:
    """What the server's tools ask: snapshots to read, and one discovery at a time to follow.

    An async context manager; leaving it stops the discovery after its page in flight.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calls = 0
        self._environ: dict[str, str] = dict(os.environ)
        self._discovery: DiscoveryProcess | None = None
        self._threads: anyio.CapacityLimiter
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> App:
        self._threads = anyio.CapacityLimiter(READING_THREADS)
        if self.settings.demo:
            demonstration = await self._stack.enter_async_context(Demonstration())
            self.settings = demonstration.settings(self.settings)
            self._environ = demonstration.environ(self._environ)
        self.folder = Folder(self.settings, self._environ)
        self._stack.callback(self.folder.close)
        self._tasks = await self._stack.enter_async_context(anyio.create_task_group())
        self._stack.callback(self._stop_discovery)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def read(self, snapshot_id: str, question: Callable[[Reader], T]) -> T:
        """Answer a question from one snapshot, in a worker thread."""
        return await self.work(partial(self._ask, snapshot_id, question))

    async def work(self, job: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(job, limiter=self._threads)

    def _ask(self, snapshot_id: str, question: Callable[[Reader], T]) -> T:
        with self.folder.reader(snapshot_id) as reader:
            return question(reader)

    @property
    def discovery(self) -> DiscoveryProcess | None:
        """The discovery that this process runs, if any."""
        return self._discovery if self._discovery and not self._discovery.ended else None

    async def discover(self, tables: Tables = ()) -> DiscoveryProcess:
        """Join the discovery under way, or start one."""
        running = self.discovery
        if running is None:
            arguments = [f"--routes={segment}@{edge}" for segment, edge in tables]
            running = self._discovery = DiscoveryProcess(self._child_environ(), arguments)
            await self._tasks.start(running.run)
        return running

    @asynccontextmanager
    async def following(self, discovery: DiscoveryProcess) -> AsyncIterator[None]:
        """Wait on a discovery; when a cancelled call was its only one, the discovery stops as well."""
        discovery.waiters += 1
        try:
            yield
        except anyio.get_cancelled_exc_class():
            if discovery.waiters == 1:
                discovery.stop()
            raise
        finally:
            discovery.waiters -= 1

    async def begun(self, discovery: DiscoveryProcess, seconds: float) -> str:
        """The id of the snapshot that a discovery fills, also when another process is the one that does.

        Raises what made the discovery fail, or `TryAgain` after `seconds`.
        """
        with anyio.move_on_after(seconds):
            while not discovery.snapshot:
                if discovery.elsewhere:
                    growing = await self.work(self.folder.unfinished)
                    if growing:
                        return growing.id
                elif discovery.error:
                    raise discovery.error
                await discovery.changed(0.1)
            return discovery.snapshot
        raise TryAgain(
            f"AWS has not answered within {seconds:g} s.",
            next_step="The discovery goes on; call again.",
            code="Starting",
            retry_after=5,
        )

    def _stop_discovery(self) -> None:
        if self._discovery:
            self._discovery.stop()

    def _child_environ(self) -> dict[str, str]:
        """The child reads the same settings, wherever they came from; the HTTP token is not its business."""
        values = {
            f"CLOUDWAN_{f.name.upper()}": str(getattr(self.settings, f.name))
            for f in fields(self.settings)
            if f.name not in ("origins", "token", "demo") and getattr(self.settings, f.name) != f.default
        }
        place = {"CLOUDWAN_DATA_DIR": str(self.folder.root), "CLOUDWAN_DISK_MIB": str(self.folder.disk_mib)}
        without = {k: v for k, v in self._environ.items() if k != "CLOUDWAN_TOKEN"}
        return without | values | place
