"""The HTTP faces in this process: the app as uvicorn would run it, and clients of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from cloudwan_mcp.app import App
from cloudwan_mcp.http.app import http_app
from cloudwan_mcp.settings import load
from conversation import Conversation

URL = "http://127.0.0.1:8000"


@asynccontextmanager
async def lifespan(served: Any) -> AsyncIterator[None]:
    """Start an ASGI app up, and shut it down."""
    async with anyio.create_task_group() as tasks:
        starting, stopping, stopped = anyio.Event(), anyio.Event(), anyio.Event()
        asked = iter((starting, stopping))

        async def receive() -> dict[str, str]:
            event = next(asked)
            if event is stopping:
                await stopping.wait()
            return {"type": "lifespan.startup" if event is starting else "lifespan.shutdown"}

        async def send(message: Any) -> None:
            assert message["type"].endswith(".complete"), message
            if message["type"] == "lifespan.startup.complete":
                starting.set()
            else:
                stopped.set()

        tasks.start_soon(served, {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
        await starting.wait()
        yield
        stopping.set()
        await stopped.wait()


@asynccontextmanager
async def face(**settings: Any) -> AsyncIterator[tuple[App, httpx2.AsyncClient]]:
    """An entered app with its HTTP faces, and a client that speaks plain HTTP with them."""
    async with App(load(settings)) as app:
        served = http_app(app)
        async with lifespan(served):
            transport = httpx2.ASGITransport(app=served)
            async with httpx2.AsyncClient(transport=transport, base_url=URL, timeout=60) as client:
                yield app, client


@asynccontextmanager
async def talk(client: httpx2.AsyncClient, mode: str = "auto") -> AsyncIterator[Conversation]:
    """An MCP client over that HTTP client."""
    async with Client(streamable_http_client(f"{URL}/mcp", http_client=client), mode=mode) as spoken:
        yield Conversation(spoken)
