"""A discovery in a process of its own: the server only reads, and all its memory returns when it ends."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import anyio
from anyio.abc import TaskStatus
from anyio.streams.buffered import BufferedByteReceiveStream

from cloudwan_mcp.errors import CloudWanError, TryAgain, from_dict

LINE_BYTES = 64 * 1024
# glibc keeps a heap for each thread and what it once held; a discovery is many short-lived pages. Bodies are
# mapped and given back; deflate's states (64 KiB), which come and go with every block, must not be: 10 % CPU.
FRUGAL = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_TRIM_THRESHOLD_": "524288",
}
GRACE_S = 5.0  # between the request to stop, which waits for the page in flight, and the kill
COMMAND = (sys.executable, "-m", "cloudwan_mcp", "discover", "--json", "--attended")

logger = logging.getLogger(__name__)


class DiscoveryProcess:
    """One child that discovers and tells its progress in lines of JSON.

    It stops after the page in flight when its standard input closes: on `stop`, and when this process dies
    however it dies. `snapshot` is known once the child has begun; `error` says why it ended early, and
    `elsewhere` that another process discovers the same network. `elements` is how many this run has found.
    """

    def __init__(self, environ: Mapping[str, str], arguments: Sequence[str] = ()) -> None:
        self._environ = {**FRUGAL, **environ}
        self._command = [*COMMAND, *arguments]
        self._changed = anyio.Event()
        self._stop = anyio.Event()
        self.snapshot = ""
        self.progress: dict[str, Any] = {}
        self.elements = 0
        self.error: CloudWanError | None = None
        self.ended = False
        self.elsewhere = False
        self.waiters = 0
        self.pid = 0

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Live as long as the child, hearing what it says."""
        try:
            async with await anyio.open_process(
                self._command, stderr=subprocess.DEVNULL if sys.stderr is None else None, env=self._environ
            ) as process:
                self.pid = process.pid
                task_status.started()
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._hang_up, process)
                    await self._listen(process)
                    tasks.cancel_scope.cancel()
        finally:
            if not self.error and self.progress.get("event") != "end":
                self.error = TryAgain(
                    "The discovery process ended early.",
                    next_step="Call again: it goes on where it stopped.",
                    code="DiscoveryEnded",
                )
            self.ended = True
            self._notify()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()

    async def changed(self, seconds: float) -> None:
        """Return at the child's next word, its end, or after `seconds`."""
        with anyio.move_on_after(seconds):
            await self._changed.wait()

    async def _hang_up(self, process: anyio.abc.Process) -> None:
        await self._stop.wait()
        if process.stdin:
            await process.stdin.aclose()
        await anyio.sleep(GRACE_S)
        process.kill()

    async def _listen(self, process: anyio.abc.Process) -> None:
        async for message in messages(process, LINE_BYTES):
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        if message.get("event") == "error":
            self.error = from_dict(message)
            self.elsewhere = getattr(self.error, "code", "") == "DiscoveryRunning"
        self.snapshot = message.get("snapshot", self.snapshot)
        if message.get("event") == "progress":
            self.elements = message["elements"]
        self.progress = message
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()


async def messages(process: anyio.abc.Process, most_bytes: int) -> AsyncIterator[dict[str, Any]]:
    """What a child says in lines of JSON, until it ends; what is not ours is passed over."""
    if process.stdout is None:
        return
    lines = BufferedByteReceiveStream(process.stdout)
    while True:
        try:
            message = json.loads(await lines.receive_until(b"\n", most_bytes))
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.ClosedResourceError):
            return
        except anyio.DelimiterNotFound:
            await lines.receive(most_bytes)  # what was read of it is let go
            continue
        except ValueError:
            message = None
        if isinstance(message, dict):
            yield message
        else:
            logger.warning("A child process said something that is not ours.")
