"""Single reads from AWS of what a snapshot does not hold, by a process that ends when it is idle."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio

from cloudwan_mcp.discovery.process import FRUGAL, messages
from cloudwan_mcp.errors import TryAgain, from_dict
from cloudwan_mcp.memory.cache import ByteCache

COMMAND = (sys.executable, "-m", "cloudwan_mcp", "lookup")
LINE_BYTES = 2 * 1024 * 1024  # of an answer, which who sends it cuts to a quarter of that
IDLE_S = 60.0  # its start takes a second, its memory is some 40 MiB
AT_ONCE = 64
CACHE_BYTES = 2 * 1024 * 1024
FRESH_S = 60.0


@dataclass(slots=True, frozen=True)
class Looked:
    """`items` as AWS gave them; `more` says that there are others; `at` is when AWS was asked, in seconds
    since the epoch."""

    items: list[dict[str, Any]]
    more: bool
    at: float
    bytes: int = 0


@dataclass(slots=True)
class _Waiting:
    answered: anyio.Event = field(default_factory=anyio.Event)
    message: dict[str, Any] = field(default_factory=dict)


class Lookups:
    """Asks one child process, started with the first question. Answers are kept for a minute, bounded."""

    def __init__(self, start: Callable[..., object], environ: Callable[[], dict[str, str]]) -> None:
        self._start = start
        self._environ = environ
        self._asked: dict[int, _Waiting] = {}
        self._number = 0
        self._process: anyio.abc.Process | None = None
        self._running = False
        self._ready = anyio.Event()
        self._scope = anyio.CancelScope()
        self.pid = 0
        self.cache: ByteCache[str, Looked] = ByteCache(
            CACHE_BYTES, ttl_s=FRESH_S, size=lambda looked: looked.bytes
        )

    @property
    def under_way(self) -> int:
        return len(self._asked)

    async def look(self, operation: str, parameters: Mapping[str, Any], *, most: int = 500) -> Looked:
        """At most `most` items of an answer, no older than a minute. Raises what `Source.fetch` raises."""
        key = json.dumps([operation, most, parameters], sort_keys=True)
        if kept := self.cache.get(key):
            return kept
        if len(self._asked) >= AT_ONCE:
            raise TryAgain(
                f"{AT_ONCE} reads are under way.", next_step="Call again in a second.", code="Busy"
            )
        message = await self._ask({"operation": operation, "parameters": dict(parameters), "most": most})
        if "error" in message:
            raise from_dict(message)
        looked = Looked(message["items"], message["more"], message["at"], message["bytes"])
        if looked.bytes <= CACHE_BYTES:
            self.cache.put(key, looked)
        return looked

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        number, waiting = self._number, _Waiting()
        self._asked[number] = waiting
        try:
            if not self._running:
                self._running, self._ready, self._scope = True, anyio.Event(), anyio.CancelScope()
                self._start(self._run)
            await self._ready.wait()
            if self._process and self._process.stdin:
                await self._process.stdin.send(json.dumps({"id": number, **question}).encode() + b"\n")
            await waiting.answered.wait()
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            waiting.message = {}
        finally:
            del self._asked[number]
        if not waiting.message:
            raise TryAgain("The reading process ended early.", next_step="Call again.", code="LookupEnded")
        return waiting.message

    def close(self) -> None:
        self._scope.cancel()

    async def _run(self) -> None:
        with self._scope:
            await self._talk()

    async def _talk(self) -> None:
        try:
            async with await anyio.open_process(
                COMMAND,
                stderr=subprocess.DEVNULL if sys.stderr is None else None,
                env={**FRUGAL, **self._environ()},
            ) as process:
                self._process, self.pid = process, process.pid
                self._ready.set()
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(self._end_when_idle, process)
                    await self._listen(process)
                    tasks.cancel_scope.cancel()
        finally:
            self._process, self._running, self.pid = None, False, 0
            self._ready.set()
            for waiting in self._asked.values():
                waiting.answered.set()

    async def _end_when_idle(self, process: anyio.abc.Process) -> None:
        last = -1
        while self._asked or last != self._number:
            last = self._number
            await anyio.sleep(IDLE_S)
        if process.stdin:
            await process.stdin.aclose()

    async def _listen(self, process: anyio.abc.Process) -> None:
        async for message in messages(process, LINE_BYTES):
            waiting = self._asked.get(message.get("id", 0))
            if waiting:  # else who asked has gone
                waiting.message = message
                waiting.answered.set()
