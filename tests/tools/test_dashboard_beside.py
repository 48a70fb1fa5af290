"""The dashboard beside a server: its calls, its snapshots, and whether something in it leaks."""

from __future__ import annotations

import gzip
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from cloudwan_mcp.beside import dashboard_beside
from cloudwan_mcp.memory import watch
from cloudwan_mcp.model import Scope
from cloudwan_mcp.simulator import Faults
from cloudwan_mcp.store import Folder
from cloudwan_mcp.tools import stream_topology
from cloudwan_mcp.web.dashboard import MemoryDashboard
from conversation import PATIENCE_S, Conversation, conversation, soon, stdio
from tools.by_hand import IDENTITY, attachment
from tools.conftest import Discovered
from web.receiver import receiving

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]


@asynccontextmanager
async def shown(**overrides: Any) -> AsyncIterator[tuple[Conversation, MemoryDashboard, list[str]]]:
    said: list[str] = []
    async with (
        conversation(**{"monitoring_port": 0} | overrides) as talk,
        dashboard_beside(talk.app, said.append) as dashboard,
    ):
        yield talk, dashboard, said


def current(dashboard: MemoryDashboard) -> dict[str, Any]:
    found: dict[str, Any] = dashboard.metrics_collector.get_metrics_summary()["current"]
    return found


def _with(discovery: dict[str, Any] | None, count: str) -> dict[str, Any] | None:
    """A discovery that has told of its first `count`."""
    return discovery if discovery and discovery[count] else None


async def test_calls_and_snapshots_of_the_server_are_on_it(discovered: Discovered) -> None:
    discovered(attachments=20)
    async with shown() as (talk, dashboard, said):
        assert said == [f"dashboard on {dashboard.url}"]
        await talk.page(limit=5)
        await talk.refused(cursor="nonsense")
        performance = current(dashboard)["performance"]
        assert (performance["calls"], performance["failed"]) == (2, 1)
        assert performance["by_name"]["stream_topology"]["calls"] == 2
        (snapshot,) = await soon(lambda: current(dashboard)["snapshots"])
        assert snapshot["state"] == "complete"
        assert snapshot["elements"] > 20
        async with httpx2.AsyncClient(base_url=dashboard.url, timeout=PATIENCE_S, verify=False) as client:
            assert (await client.get("/")).status_code == 200
            assert (await client.get("/api/summary")).json()["current"]["leaks"] == {
                "watched": None,
                "tools": {},
            }
            assert "stream_topology" in (await client.get("/metrics")).text


@pytest.mark.parametrize("demo", [False, True])
async def test_its_map_asks_the_servers_own_tools(discovered: Discovered, demo: bool) -> None:
    if not demo:
        discovered(attachments=20)
    wanted: dict[str, Any] = {"demo": True, "first_page_wait_s": 50} if demo else {}
    async with (
        shown(**wanted) as (talk, dashboard, _),
        httpx2.AsyncClient(base_url=dashboard.url, timeout=PATIENCE_S, verify=False) as client,
    ):
        assert (await client.get("/map")).status_code == 200
        answer = (await client.post("/api/tools/show_topology", json={})).json()
        assert answer["isError"] is False
        assert answer["structuredContent"]["cells"]
        assert ("Demonstration" in answer["structuredContent"]["hint"]) is demo
        first = answer["structuredContent"]["lanes"][0][0]
        cell = (await client.post("/api/tools/map_cell", json={"segment": first})).json()
        assert cell["structuredContent"]["rows"]
        failed = (await client.post("/api/tools/describe", json={"id": "nothing"})).json()
        assert failed["isError"] is True
        assert "neither as an id" in failed["content"][0]["text"]
        wrong = (await client.post("/api/tools/map_grid", json={"colour": "red"})).json()
        assert "no argument 'colour'" in wrong["content"][0]["text"]
        assert talk.app.calls == 0


async def test_a_discovery_under_way_is_on_it_with_its_pace(simulate: Discovered) -> None:
    simulate(attachments=600, faults=Faults(operations={"ListAttachments": {"latency": 1.0}}))
    async with shown(page_size=50, first_page_wait_s=50) as (talk, dashboard, _):
        await talk.page(limit=1)
        discovery = await soon(lambda: _with(current(dashboard)["discovery"], "calls"))
    assert discovery.keys() == {
        *("state", "elements", "expected", "pages", "calls", "throttles", "per_second", "left_s")
    }
    assert discovery["calls"] >= 1


async def test_what_a_discovery_of_this_server_reads_counts_as_processed(simulate: Discovered) -> None:
    simulator = simulate(attachments=300)
    async with shown() as (talk, dashboard, _):
        items = await talk.items(limit=500)
        assert set(simulator.estate.ids("ListAttachments")) <= {item["id"] for item in items}
        await soon(lambda: current(dashboard)["performance"]["elements"] == len(items))


async def test_a_discovery_of_another_process_is_on_it(discovered: Discovered) -> None:
    discovered(attachments=20)
    async with shown() as (talk, dashboard, _):
        folder = Folder(talk.app.settings)  # another connection: the lock knows no process
        with folder.writing(), folder.stage(IDENTITY) as staging:
            staging.add_steps([("attachment", Scope("global-network-1", "core-network-1"))])
            (step,) = staging.steps()
            staging.expect(40)
            staging.commit(step, [attachment(number) for number in range(30)], token="more")
            found = await soon(lambda: _with(current(dashboard)["discovery"], "elements"))
            assert (found["state"], found["elements"], found["expected"]) == ("growing", 30, 40)
            assert (found["pages"], found["calls"], found["throttles"]) == (1, None, None)
            assert current(dashboard)["performance"]["elements"] == 0
        folder.close()
        await soon(lambda: current(dashboard)["discovery"] is None)


async def test_a_leak_planted_in_a_handler_is_found_by_its_collector(
    discovered: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []

    def keeping(model: Any) -> Any:
        kept.append(model.model_dump())
        return honest(model)

    honest = stream_topology.answer
    monkeypatch.setattr(watch, "WATCH_S", 0.02)  # between two readings, so that a test has seen enough soon
    monkeypatch.setattr(stream_topology, "answer", keeping)
    discovered(attachments=120)
    async with shown() as (talk, dashboard, _):
        found: Any = None
        for _ in range(3000):
            await talk.page(limit=100)
            found = current(dashboard)["leaks"]["watched"]
            if found and found["kind"] == "suspect":
                break
    assert found["kind"] == "suspect", found
    assert found["text"].startswith("stream_topology: suspect")
    assert "detect_leaks with tool='stream_topology'" in found["text"]


async def test_a_server_without_a_dashboard_tells_whom_opentelemetry_names(discovered: Discovered) -> None:
    discovered(attachments=20)
    with receiving() as receiver:
        async with stdio(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url) as talk:
            assert (await talk.page(limit=1))["items"]
        bodies = [gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for _, body in receiver.wait(2)]
        assert any(b"mcp.server.operation.duration" in body for body in bodies)
        assert any(b"tools/call stream_topology" in body for body in bodies)


async def test_a_server_goes_on_though_opentelemetry_is_missing(
    discovered: Discovered, monkeypatch: pytest.MonkeyPatch
) -> None:
    discovered(attachments=20)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    async with shown() as (talk, dashboard, said):
        assert "pip install 'cloudwan-mcp[otel]'" in said[0]
        assert dashboard.url in said[1]
        assert (await talk.page(limit=1))["items"]


async def test_a_server_goes_on_though_its_dashboard_cannot_start(discovered: Discovered) -> None:
    discovered(attachments=20)
    async with shown(monitoring_host="0.0.0.0") as (talk, dashboard, said):
        assert dashboard.url == ""
        assert "CLOUDWAN_TOKEN" in said[0]
        assert (await talk.page(limit=1))["items"]


async def test_a_port_in_use_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with shown(monitoring_port=port) as (_, dashboard, said):
            assert dashboard.url
            assert not dashboard.url.endswith(f":{port}")
            assert dashboard.url in said[0]


async def test_where_monitoring_is_off_there_is_none() -> None:
    async with shown(monitoring_enabled=False) as (_, dashboard, said):
        assert dashboard.url == ""
        assert "off" in said[0]
