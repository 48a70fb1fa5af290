"""A discovery in a thread of this process, watched from an event loop."""

from __future__ import annotations

import threading

import anyio
import anyio.to_thread

from cloudwan_mcp.discovery.progress import Progress, Stopped
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.refresh import discover
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.source import Source
from cloudwan_mcp.store import Folder


class RunningDiscovery:
    """Fills a snapshot of `folder` until it is complete or `stop` ends it, after its page in flight.

    `snapshot` is the snapshot's id once there is one; `news` grows with every page that is added to it.
    """

    def __init__(self, settings: Settings, source: Source | None, folder: Folder) -> None:
        self.folder = folder
        self.snapshot = ""
        self.news = 0
        self._info: SnapshotInfo | None = None
        self._error: Exception | None = None
        self._settings = settings
        self._source = source
        self._stop = threading.Event()
        # a daemon: a process that ends leaves an interrupted snapshot, as if it had been killed
        self._thread = threading.Thread(target=self._run, name="discovery", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def stop(self) -> None:
        self._stop.set()

    def result(self) -> SnapshotInfo:
        """What was published, once it is `over`; raises what kept it from that."""
        if self._info is None:
            raise self._error or Stopped
        return self._info

    async def ended(self) -> None:
        """Wait until it is over; being cancelled stops it, and waits for that too."""
        try:
            await anyio.to_thread.run_sync(self._thread.join, abandon_on_cancel=True)
        finally:
            self.stop()
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._thread.join)

    def _run(self) -> None:
        try:
            self._info = discover(
                self._settings,
                self.folder,
                on_start=self._started,
                on_progress=self._progressed,
                stop=self._stop,
                source=self._source,
            )
        except Exception as error:  # noqa: BLE001 - it crosses a thread, and a source may be foreign code
            self._error = error

    def _started(self, snapshot: str) -> None:
        self.snapshot = snapshot
        self.news += 1

    def _progressed(self, _: Progress) -> None:
        self.news += 1
