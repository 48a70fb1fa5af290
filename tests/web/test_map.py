"""The map on the dashboard: its page in a frame, and what it may call; by the real server over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from cloudwan_mcp.map import page
from cloudwan_mcp.tools import TOOLS
from cloudwan_mcp.web import map as host
from web.machine import serving

pytestmark = pytest.mark.anyio
JSON = {"content-type": "application/json"}


class Called:
    """A server's tools, of which each answers what it was called with, once it may."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append((name, arguments))
        await self.free.wait()
        return {"content": [], "structuredContent": arguments, "isError": False}


def said(answer: Any) -> str:
    """What a page is told of a failure: the same shape whatever failed."""
    failed = answer.json()
    assert failed["isError"] is True
    (content,) = failed["content"]
    assert content["type"] == "text"
    return str(content["text"])


async def test_the_page_is_served_as_any_host_would_show_it() -> None:
    async with serving(call=Called(), token="t" * 20) as served:
        answer = await served.client.get("/map")
        assert answer.text == page()
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data:; media-src 'self' data:; connect-src 'none'; frame-ancestors 'self'"
        )
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await served.client.get("/")).headers["x-frame-options"] == "DENY"


async def test_a_tool_is_called_with_the_arguments_in_the_body() -> None:
    called = Called()
    async with serving(call=called) as served:
        answer = await served.client.post("/api/tools/map_grid", json={"snapshot": "s"})
        assert answer.json() == {"content": [], "structuredContent": {"snapshot": "s"}, "isError": False}
        await served.client.post("/api/tools/show_topology", headers=JSON)
    assert called.calls == [("map_grid", {"snapshot": "s"}), ("show_topology", {})]


async def test_a_dashboard_alone_has_no_map() -> None:
    async with serving() as served:
        answer = await served.client.get("/map")
        assert answer.status_code == 404
        assert "stands alone" in answer.json()["error"]
        answer = await served.client.post("/api/tools/map_grid", json={})
        assert answer.status_code == 404
        assert said(answer)


@pytest.mark.parametrize(
    ("name", "body", "headers", "status"),
    [
        ("detect_leaks", "{}", JSON, 404),
        ("run_benchmark", "{}", JSON, 404),
        ("stream_topology", "{}", JSON, 404),
        ("..%2fsummary", "{}", JSON, 404),
        ("map_grid", "{", JSON, 400),
        ("map_grid", "[" * 9_000, JSON, 400),
        ("map_grid", "[]", JSON, 400),
        ("map_grid", json.dumps({"tag": "t" * host.BODY_BYTES}), JSON, 413),
        ("export_topology", '{"file": "x.svg"}', JSON, 400),
        ("map_grid", "{}", {"content-type": "text/plain"}, 415),
        ("map_grid", "{}", {}, 415),
    ],
)
async def test_what_the_page_does_not_ask_is_refused_and_nothing_called(
    name: str, body: str, headers: dict[str, str], status: int
) -> None:
    called = Called()
    async with serving(call=called) as served:
        answer = await served.client.post(f"/api/tools/{name}", content=body, headers=headers)
        assert answer.status_code == status
        assert not answer.is_success
    assert not called.calls


async def test_tools_stand_behind_the_gate_of_all_the_rest() -> None:
    called = Called()
    async with serving(call=called, token="t" * 20) as served:
        assert (await served.client.post("/api/tools/map_grid", json={})).status_code == 401
        bearer = {"authorization": f"Bearer {'t' * 20}"}
        for wrong in ({"origin": "http://evil.example"}, {"origin": "null"}):
            answer = await served.client.post("/api/tools/map_grid", json={}, headers=bearer | wrong)
            assert answer.status_code == 403
        assert (await served.client.get("/api/tools/map_grid", headers=bearer)).status_code == 405
        assert not called.calls
        assert (await served.client.post("/api/tools/map_grid", json={}, headers=bearer)).is_success


async def test_more_calls_at_once_than_are_served_are_told_so() -> None:
    called = Called()
    called.free.clear()
    async with serving(call=called) as served, asyncio.TaskGroup() as tasks:
        for _ in range(host.AT_ONCE):
            tasks.create_task(served.client.post("/api/tools/find", json={}))
        async with asyncio.timeout(30):
            while len(called.calls) < host.AT_ONCE:  # noqa: ASYNC110 - sockets tell nobody
                await asyncio.sleep(0.01)
        answer = await served.client.post("/api/tools/find", json={})
        assert answer.status_code == 503
        assert "being served" in said(answer)
        called.free.set()


def test_the_page_may_call_only_tools_there_are_and_none_that_takes_long() -> None:
    kinds = {tool.name: tool.kind for tool in TOOLS}
    assert {kinds[name] for name in host.TOOLS} <= {"query", "report"}
    assert {tool.name for tool in TOOLS if tool.for_page} <= host.TOOLS
