"""The summary as it changes: at once, then whenever the dashboard publishes one. Needs starlette."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress

import anyio
from starlette.types import Receive, Scope, Send

from cloudwan_mcp.errors import Exhausted, to_dict
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.gate import refuse
from cloudwan_mcp.web.viewers import Viewer, Viewers, encode

RETRY_MS = 2000
GOING_AWAY = 1001
NOT_TAKEN = 1003


class Events:
    """Server-sent events."""

    def __init__(self, collector: MetricsCollector, viewers: Viewers) -> None:
        self._collector = collector
        self._viewers = viewers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._viewers.join() as viewer:
            viewer.offer(encode(self._collector.get_metrics_summary()))
            headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async with anyio.create_task_group() as tasks:

                def leave() -> None:
                    viewer.close()  # a cancellation alone would not reach a task that always has work
                    tasks.cancel_scope.cancel()

                tasks.start_soon(_until_gone, receive, leave)
                if scope["method"] == "GET":
                    await _send(f"retry: {RETRY_MS}\n\n".encode(), send)
                    async for message in viewer:
                        await _send(b"data: " + message + b"\n\n", send)
                tasks.cancel_scope.cancel()
            await send({"type": "http.response.body", "body": b""})


class Socket:
    """A WebSocket that only sends: who sends something to it is refused with code 1003."""

    def __init__(self, collector: MetricsCollector, viewers: Viewers) -> None:
        self._collector = collector
        self._viewers = viewers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # the request to connect
        with ExitStack() as stack:
            try:
                viewer = stack.enter_context(self._viewers.join())
            except Exhausted as error:
                await refuse(scope, send, 503, to_dict(error))
                return
            viewer.offer(encode(self._collector.get_metrics_summary()))
            with suppress(OSError):  # the peer has gone
                await send({"type": "websocket.accept"})
                await self._follow(viewer, receive, send)

    async def _follow(self, viewer: Viewer, receive: Receive, send: Send) -> None:
        spoken = False

        async def listen() -> None:
            nonlocal spoken
            spoken = (await receive())["type"] == "websocket.receive"
            viewer.close()
            if not spoken:
                tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            with suppress(OSError):
                async for message in viewer:
                    await send({"type": "websocket.send", "text": message.decode()})
                code = NOT_TAKEN if spoken else GOING_AWAY
                await send({"type": "websocket.close", "code": code})
            tasks.cancel_scope.cancel()


async def _send(body: bytes, send: Send) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive, end: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    end()
