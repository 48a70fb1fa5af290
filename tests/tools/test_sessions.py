"""Sessions of legacy SSE last, so that there may only be so many."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from cloudwan_mcp.app import App
from cloudwan_mcp.http.admission import Sessions
from cloudwan_mcp.settings import load

pytestmark = pytest.mark.anyio


class Served:
    """An ASGI application whose answers last until a test lets them end."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.end = anyio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope.get("path", scope["type"]))
        await self.end.wait()


async def ask(sessions: Sessions, path: str = "/sse", kind: str = "http") -> list[Any]:
    """What is sent for one request by the bound itself."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    await sessions({"type": kind, "path": path, "method": "GET", "headers": []}, receive, send)
    return sent


async def test_one_session_more_than_set_is_told_to_try_again_and_ended_ones_make_room() -> None:
    app, served = App(load({"max_sessions": 2})), Served()
    sessions = Sessions(served, app)
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(ask, sessions)
        await anyio.wait_all_tasks_blocked()
        assert app.sessions == 2
        start, body = await ask(sessions)
        assert start["status"] == 503
        assert (b"retry-after", b"5") in start["headers"]
        assert b"CLOUDWAN_MAX_SESSIONS" in body["body"]
        served.end.set()
    assert app.sessions == 0
    assert await ask(sessions) == []
    assert served.asked == ["/sse"] * 3


async def test_a_session_that_fails_makes_room_too() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError

    app = App(load({"max_sessions": 1}))
    sessions = Sessions(fails, app)
    for _ in range(3):
        with pytest.raises(LookupError):
            await ask(sessions)
    assert app.sessions == 0


@pytest.mark.parametrize(("path", "kind"), [("/mcp", "http"), ("/health", "http"), ("/sse", "lifespan")])
async def test_what_lasts_no_longer_than_a_call_is_not_counted(path: str, kind: str) -> None:
    app, served = App(load({"max_sessions": 1})), Served()
    served.end.set()
    app.sessions = 1
    assert await ask(Sessions(served, app), path, kind) == []
    assert served.asked == [path]
    assert app.sessions == 1
