"""How tests talk with the server: in memory, or with a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import anyio
import psutil
from mcp import Client, StdioServerParameters
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.types import CallToolResult, TextContent

from cloudwan_mcp.app import App
from cloudwan_mcp.server import build_server
from cloudwan_mcp.settings import load
from project import BIN

COMMAND = str(BIN / "cloudwan-mcp")
ERAS = ("legacy", "2026-07-28")
PATIENCE_S = 60.0


class Conversation:
    """A client, with answers as plain values and errors as text."""

    def __init__(self, client: Client, app: App | None = None) -> None:
        self.client = client
        self._app = app

    @property
    def app(self) -> App:
        assert self._app is not None
        return self._app

    async def call(self, tool: str = "stream_topology", /, **arguments: Any) -> CallToolResult:
        result = await self.client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        return result

    async def page(self, tool: str = "stream_topology", /, **arguments: Any) -> dict[str, Any]:
        result = await self.call(tool, **arguments)
        assert not result.is_error, said(result)
        assert result.structured_content is not None
        return result.structured_content

    async def refused(self, tool: str = "stream_topology", /, **arguments: Any) -> str:
        result = await self.call(tool, **arguments)
        assert result.is_error
        assert result.structured_content is None
        return said(result)

    async def pages(self, /, **arguments: Any) -> AsyncIterator[dict[str, Any]]:
        """Follow the cursor to the end, waiting where the snapshot still grows."""
        page = await self.page(**arguments)
        rest = {name: arguments[name] for name in ("limit", "detail") if name in arguments}
        ends = time.monotonic() + 4 * PATIENCE_S
        yield page
        while page.get("next_cursor"):
            assert time.monotonic() < ends, "the pages do not end"
            page = await self.page(cursor=page["next_cursor"], **rest)
            yield page

    async def items(self, /, **arguments: Any) -> list[dict[str, Any]]:
        return [item async for page in self.pages(**arguments) for item in page["items"]]


def said(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


PAGES = advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})
"""What a client says that shows pages (MCP Apps)."""


@asynccontextmanager
async def conversation(
    mode: str = "2026-07-28", *, pages: bool = False, **overrides: Any
) -> AsyncIterator[Conversation]:
    """The production server in memory, with settings from the environment under `overrides`.

    With `pages` the client is one that shows them.
    """
    extensions = [PAGES] if pages else []
    async with (
        App(load(overrides)) as app,
        Client(build_server(app), mode=mode, extensions=extensions) as client,
    ):
        yield Conversation(client, app)


@asynccontextmanager
async def stdio(*options: str, mode: str = "auto", **environ: str) -> AsyncIterator[Conversation]:
    """The installed command as a client starts it."""
    parameters = StdioServerParameters(
        command=COMMAND, args=["serve", *options], env=ours() | dict(environ), cwd=os.path.sep
    )
    async with Client(parameters, mode=mode) as client:
        yield Conversation(client)


def ours() -> dict[str, str]:
    """The environment that this test has set up, for a process that inherits little else."""
    return {name: value for name, value in os.environ.items() if name.startswith(("AWS_", "CLOUDWAN_"))}


@contextmanager
def started(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """The installed command with its three streams as pipes; dead at the end whatever happens."""
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    environ = streams.pop("env", {})
    with subprocess.Popen(
        [COMMAND, *arguments], encoding="utf-8", env=dict(os.environ) | environ, **streams
    ) as process:
        try:
            yield process
        finally:
            for each in family(process.pid):
                with suppress(psutil.NoSuchProcess):
                    each.kill()


def run(
    *arguments: str, env: Mapping[str, str] | None = None, timeout_s: float = PATIENCE_S, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run the installed command to its end, with nothing on its standard input."""
    return subprocess.run(
        [COMMAND, *arguments],
        env=dict(os.environ) | dict(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
        **options,
    )


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=False,
    )


def family(pid: int) -> list[psutil.Process]:
    """A process and all its descendants; empty when it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def discoveries(pid: int | None = None) -> list[psutil.Process]:
    """The discovery processes below this process."""
    return running("discover", pid)


def running(command: str, pid: int | None = None) -> list[psutil.Process]:
    """The processes below this one that run a command of ours."""
    return [each for each in family(pid or os.getpid())[1:] if command in _words(each)]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def until(condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """Poll until something holds; what it gave is returned."""
    ends = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.02)
    return found


async def soon(condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """As `until`, while other tasks go on."""
    ends = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < ends, "it never came about"
        await anyio.sleep(0.02)
    return found


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def interrupt(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
