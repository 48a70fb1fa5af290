"""Who has a dashboard open: a page's live link, read or left unread."""

from __future__ import annotations

import json
import socket
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

KEPT = 16  # summaries
PATIENCE_S = 60


def free_port() -> int:
    """A port of this machine that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@asynccontextmanager
async def watching(port: int) -> AsyncIterator[deque[dict[str, Any]]]:
    """Follow the dashboard on `port`; gives the last summaries heard. Needs asyncio."""
    import anyio
    from websockets.asyncio.client import connect

    heard: deque[dict[str, Any]] = deque(maxlen=KEPT)

    async def follow(link: Any) -> None:
        async for message in link:
            heard.append(json.loads(message))

    async with (
        connect(f"ws://127.0.0.1:{port}/ws", open_timeout=PATIENCE_S, proxy=None, max_size=None) as link,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(follow, link)
        yield heard
        tasks.cancel_scope.cancel()


@contextmanager
def viewed(port: int) -> Iterator[None]:
    """Follow the dashboard on `port` in a thread."""
    from websockets.sync.client import connect

    with connect(f"ws://127.0.0.1:{port}/ws", open_timeout=PATIENCE_S, proxy=None, max_size=None) as link:

        def follow() -> None:
            for _ in link:
                pass

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        yield
    thread.join(PATIENCE_S)


@contextmanager
def silent(port: int) -> Iterator[None]:
    """Ask for the dashboard's live stream, and read no more than its beginning."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as link:
        link.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        if b" 200 " not in link.recv(64):
            raise RuntimeError("the dashboard takes no more viewers")
        yield
