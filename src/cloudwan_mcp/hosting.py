"""The dashboard as a host of the map: a client, in memory, of the server's own tools."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from cloudwan_mcp.app import App

if TYPE_CHECKING:
    from mcp import Client

    from cloudwan_mcp.web.map import Call


@asynccontextmanager
async def hosting(app: App) -> AsyncIterator[Call]:
    """Calls of tools over an entered app, within the bounds of any client; the first one makes the server."""
    host = _Host(app)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.run)
        yield host.call
        tasks.cancel_scope.cancel()


class _Host:
    def __init__(self, app: App) -> None:
        self._app = app
        self._wanted, self._ready = anyio.Event(), anyio.Event()
        self._client: Client

    async def run(self) -> None:
        await self._wanted.wait()
        # a dashboard that nobody asks for a map does without these megabytes
        from mcp import Client
        from mcp.client.extension import advertise
        from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID

        from cloudwan_mcp.server import build_server

        pages = advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})
        server = await anyio.to_thread.run_sync(build_server, self._app)
        async with Client(server, extensions=[pages]) as self._client:
            self._ready.set()
            await anyio.sleep_forever()

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        from mcp import MCPError

        self._wanted.set()
        await self._ready.wait()
        try:
            result = await self._client.call_tool(tool, arguments)
        except MCPError as error:
            return {"isError": True, "content": [{"type": "text", "text": str(error)}]}
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)
