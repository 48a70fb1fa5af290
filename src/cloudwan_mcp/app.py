"""What the server stands on: snapshots to read, and one discovery at a time to follow."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import fields
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import anyio
import anyio.to_thread

from cloudwan_mcp.audit import Audit
from cloudwan_mcp.discovery.process import FRUGAL, DiscoveryProcess
from cloudwan_mcp.discovery.tables import Tables
from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.lookup import Lookups
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.memory.watch import WATCH_S, Watch
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.store import Folder, Reader
from cloudwan_mcp.traffic import Traffic

if TYPE_CHECKING:
    from cloudwan_mcp.memory.profiler import MemoryProfiler

SESSION_BYTES = 41 * 1024  # of legacy SSE, as measured with the SDK 2.3.0
INDEX = (sys.executable, "-m", "cloudwan_mcp", "index")
READING_THREADS = 2  # each keeps a heap, and SQLite answers one question at a time
LONG_THREADS = 1  # beside them, so that what takes long keeps no short question waiting
T = TypeVar("T")


class App:
    """What the server's tools ask: snapshots to read, and one discovery at a time to follow.

    An async context manager; leaving it stops the discovery after its page in flight.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calls = 0
        self.sessions = 0
        self.measuring = ""
        self.turned_away = 0
        self.traffic = Traffic(settings)
        self.audit = Audit()
        self.profiler: MemoryProfiler | None = None
        self._environ: dict[str, str] = dict(os.environ)
        self._discovery: DiscoveryProcess | None = None
        self._indexed: set[str] = set()
        self._indexing: anyio.CancelScope
        self._tables: frozenset[tuple[str, str]] = frozenset()
        self._threads: anyio.CapacityLimiter
        self._long: anyio.CapacityLimiter
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> App:
        self._threads = anyio.CapacityLimiter(READING_THREADS)
        self._indexing = anyio.CancelScope()
        self._long = anyio.CapacityLimiter(LONG_THREADS)
        self._stack.callback(self.audit.close)
        if self.settings.demo:
            from cloudwan_mcp.demonstration import Demonstration

            demonstration = await self._stack.enter_async_context(Demonstration())
            self.settings = demonstration.settings(self.settings)
            self._environ = demonstration.environ(self._environ)
        self.folder = Folder(self.settings, self._environ)
        self._stack.callback(self.folder.close)
        self.memory = MemoryGuard.of(self.settings)
        self.watch = Watch(self.memory.gauge, critical_percent=self.settings.critical_threshold_percent)
        self.monitor = self.watch.monitor
        self.lookups = Lookups(lambda job: self._tasks.start_soon(job), self._child_environ)
        self._register_components()
        if self.settings.profiling_enabled:
            from cloudwan_mcp.memory.profiler import MemoryProfiler  # with all it imports, only where wanted

            self.profiler = MemoryProfiler(sample=True, interval_s=self.settings.profiling_snapshot_interval)
        self._tasks = await self._stack.enter_async_context(anyio.create_task_group())
        if self.settings.monitoring_enabled:
            watching = anyio.CancelScope()
            self._stack.callback(watching.cancel)
            self._tasks.start_soon(self._watch, watching)
        self._stack.callback(self.lookups.close)
        self._stack.callback(self._indexing.cancel)
        self._stack.callback(self._stop_discovery)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def _register_components(self) -> None:
        """What memory goes to, by name; a topology is in the store, which is a file."""
        shelf, gauge = self.folder.shelf, self.memory.gauge
        started = gauge.rss()  # the interpreter, the SDK and all libraries, of which pages may be given back
        self.monitor.register("program", lambda: min(started, gauge.rss()))
        self.monitor.register("store", lambda: shelf.page_bytes, limit=shelf.most_page_bytes)
        self.monitor.register(
            "cache",
            lambda: shelf.cached_bytes + self.lookups.cache.bytes,
            limit=shelf.most_cached_bytes + self.lookups.cache.max_bytes,
        )
        most = self.settings.max_sessions * SESSION_BYTES
        self.monitor.register("sessions", lambda: self.sessions * SESSION_BYTES, limit=most)

    async def _watch(self, watching: anyio.CancelScope) -> None:
        """Keep a history of memory, let the budget follow the machine, free what can be when it is short."""
        with watching:
            while True:
                self.watch.sample()
                if self.memory.sample():
                    self.monitor.relieve()
                await anyio.sleep(WATCH_S)

    def profile(self, name: str) -> AbstractContextManager[object]:
        """Measures a piece of work under `name`, where profiling is switched on."""
        return self.profiler.profile(name) if self.profiler else nullcontext()

    async def read(self, snapshot_id: str, question: Callable[[Reader], T]) -> T:
        """Answer a question from one snapshot, in a worker thread."""
        return await self.work(partial(self._ask, snapshot_id, question))

    async def work(self, job: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(job, limiter=self._threads)

    async def labour(self, job: Callable[[], T]) -> T:
        """As `work`, for what takes seconds: one after another."""
        return await anyio.to_thread.run_sync(job, limiter=self._long)

    def _ask(self, snapshot_id: str, question: Callable[[Reader], T]) -> T:
        with self.folder.reader(snapshot_id) as reader:
            return question(reader)

    @property
    def discovery(self) -> DiscoveryProcess | None:
        """The discovery that this process runs, if any."""
        return self._discovery if self._discovery and not self._discovery.ended else None

    async def discover(self, tables: Tables = ()) -> DiscoveryProcess:
        """Join the discovery under way, or start one.

        Raises `TryAgain` where the one under way leaves out `tables`.
        """
        while (running := self.discovery) and await self._over(running):
            await running.changed(0.1)  # until its process has gone: what it read is older than this call
        if running and not self._tables.issuperset(tables):
            raise _without_tables()
        if running is None:
            self._tables = frozenset(tables)
            arguments = [f"--routes={segment}@{edge}" for segment, edge in tables]
            running = self._discovery = DiscoveryProcess(self._child_environ(), arguments)
            await self._tasks.start(running.run)
        return running

    async def _over(self, discovery: DiscoveryProcess) -> bool:
        """Whether a discovery that still runs was told to stop, or has published its snapshot."""
        if discovery.stopping:
            return True
        latest = await self.work(self.folder.latest)
        return latest is not None and latest.id == discovery.snapshot

    def index(self, snapshot: str) -> None:
        """Have a complete snapshot indexed, unless the discovery that made it is at that, or it was tried."""
        mine = self.discovery is not None and self.discovery.snapshot == snapshot
        if not mine and snapshot not in self._indexed:
            self._indexed.add(snapshot)
            self._tasks.start_soon(self._index, snapshot)

    async def _index(self, snapshot: str) -> None:
        command = [*INDEX, snapshot]
        with self._indexing:
            await anyio.run_process(command, env={**FRUGAL, **self._child_environ()}, check=False)

    @asynccontextmanager
    async def following(self, discovery: DiscoveryProcess | None) -> AsyncIterator[None]:
        """Wait on a discovery; when a cancelled call was its only one, the discovery stops as well."""
        if discovery is None:
            yield
            return
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
                if discovery.elsewhere and self._tables:
                    raise _without_tables()
                if discovery.elsewhere:
                    found = await self.work(self._elsewhere)
                    if found:
                        return found
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

    def _elsewhere(self) -> str:
        """The snapshot that another process fills or just filled; empty while it has yet to begin."""
        growing = self.folder.unfinished()
        found = growing or (None if self.folder.busy() else self.folder.latest())
        return found.id if found else ""

    def _stop_discovery(self) -> None:
        if self._discovery:
            self._discovery.stop()

    def _child_environ(self) -> dict[str, str]:
        """The child reads the same settings, wherever they came from; secrets are not its business.

        It reads no file: what its own folder holds, or ours by now, is not what this server was given.
        A profile named by AWS_PROFILE stays named so: keys in the environment go before it, but not before
        one that this server's own settings name.
        """
        values = {
            f"CLOUDWAN_{f.name.upper()}": str(getattr(self.settings, f.name))
            for f in fields(self.settings)
            if f.name not in ("origins", "demo")
            and f.repr  # a secret is not shown, and needed by the server alone
            and getattr(self.settings, f.name) != f.default
            and self.settings.origins.get(f.name) != f.metadata["env"]
        }
        place = {
            "CLOUDWAN_DATA_DIR": str(self.folder.root),
            "CLOUDWAN_DISK_MIB": str(self.folder.disk_mib),
            "CLOUDWAN_CONFIG": os.devnull,
        }
        without = {k: v for k, v in self._environ.items() if not k.startswith("CLOUDWAN_")}
        return without | values | place


def _without_tables() -> TryAgain:
    return TryAgain(
        "A discovery that leaves these route tables out is under way.",
        next_step="Call again with routes when it is complete.",
        code="Busy",
        retry_after=5,
    )
