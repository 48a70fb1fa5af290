"""What is answered over HTTP, by the real server."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from cloudwan_mcp.patience import PATIENCE_S as LISTENER_PATIENCE_S
from cloudwan_mcp.web.alert import Rule
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.viewers import MOST
from web.machine import MIB, PATIENCE_S, Machine, serving, until, watching

pytestmark = pytest.mark.anyio

HOSTILE = "</script><script>alert(1)</script>\u2028\n\ndata: {}"


def alerting() -> Alerts:
    return Alerts([Rule("memory_percent", 50, for_s=0, name="half")])


async def test_the_summary_is_what_the_collector_says() -> None:
    async with serving() as served:
        answer = await served.client.get("/api/summary")
        assert answer.headers["content-type"] == "application/json"
        said, known = answer.json(), served.collector.get_metrics_summary()
        assert said.keys() == known.keys()
        assert said["current"]["system"] == known["current"]["system"]


async def test_the_history_of_a_tier_comes_in_as_many_points_as_asked_for() -> None:
    async with serving() as served:
        found = (await served.client.get("/api/history", params={"tier": "10s", "points": 5})).json()
        assert (found["tier"], found["kept_s"]) == ("10s", 86400)
        assert found["columns"]["rss"] == [80 * MIB]
        assert (await served.client.get("/api/history")).json()["tier"] == "1s"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("tier=2s", "tier"),
        ("points=0", "points"),
        ("points=x", "points"),
        ("points=" + "9" * 5000, "points"),
        ("points=-1", "points"),
    ],
)
async def test_a_wrong_question_is_answered_with_the_way_to_ask(query: str, field: str) -> None:
    async with serving() as served:
        answer = await served.client.get(f"/api/history?{query}")
        assert answer.status_code == 400
        assert answer.json()["field"] == field
        assert answer.json()["next_step"]


async def test_an_alert_is_listed_acknowledged_and_then_past() -> None:
    machine = Machine()
    async with serving(machine, alerts=alerting(), interval_s=0.01) as served:
        machine.in_use = 600 * MIB
        await until(lambda: bool(served.dashboard.alerts.active()))
        said = (await served.client.get("/api/alerts")).json()
        (alert,) = said["active"]
        assert [rule["name"] for rule in said["rules"]] == ["half"]
        done = await served.client.post(f"/api/alerts/{alert['id']}/acknowledge")
        assert done.json()["acknowledged_at"]
        machine.in_use = 0
        await until(lambda: not served.dashboard.alerts.active())
        said = (await served.client.get("/api/alerts")).json()
        assert (said["active"], said["past"][0]["acknowledged_at"]) == ([], done.json()["acknowledged_at"])


@pytest.mark.parametrize(("alert", "status"), [("7", 404), ("x", 400), ("9" * 5000, 404), ("-1", 400)])
async def test_an_unknown_alert_is_told_so(alert: str, status: int) -> None:
    async with serving() as served:
        answer = await served.client.post(f"/api/alerts/{alert}/acknowledge")
        assert answer.status_code == status
        assert answer.json()["next_step"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/alerts/1/acknowledge"), ("POST", "/api/summary"), ("DELETE", "/")]
)
async def test_reading_never_writes(method: str, path: str) -> None:
    async with serving() as served:
        answer = await served.client.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"]


async def test_what_there_is_not_is_not_found() -> None:
    async with serving() as served:
        for path in ("/nothing", "/static/", "/static/../dashboard.py", "/static/%2e%2e/routes.py"):
            assert (await served.client.get(path)).status_code == 404


async def test_the_stream_gives_a_summary_at_once_and_then_regularly() -> None:
    machine = Machine()
    async with serving(machine, interval_s=0.02) as served, watching(served.client) as following:
        assert (await following())["current"]["process"]["rss"] == 80 * MIB
        machine.resident = 200 * MIB
        while (await following())["current"]["process"]["rss"] != 200 * MIB:
            pass


async def test_names_of_any_kind_stay_within_their_event() -> None:
    machine = Machine()
    machine.parts = {HOSTILE: 1}
    async with serving(machine, interval_s=0.02) as served:
        served.collector.record_call(HOSTILE, 0.1, ok=True)
        async with watching(served.client) as following:
            for _ in range(3):
                current = (await following())["current"]
                assert list(current["components"]) == [HOSTILE]
                assert list(current["performance"]["by_name"]) == [HOSTILE]
        answer = await served.client.get("/api/summary")
        assert answer.headers["content-type"] == "application/json"


async def test_a_viewer_that_leaves_is_forgotten() -> None:
    async with serving(interval_s=0.02) as served:
        async with watching(served.client) as following:
            await following()
            assert served.dashboard.viewers == 1
        await until(lambda: served.dashboard.viewers == 0)


async def test_too_many_viewers_are_told_so_and_the_page_still_answers() -> None:
    async with serving(interval_s=0.2) as served, AsyncExitStack() as stack:
        port = int(served.dashboard.url.rpartition(":")[2])
        for _ in range(MOST):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(lambda: served.dashboard.viewers == MOST)
        refused = await served.client.get("/events")
        assert refused.status_code == 503
        assert refused.json()["next_step"]
        assert (await served.client.get("/api/summary")).status_code == 200
    assert served.dashboard.viewers == 0


async def test_a_head_of_the_stream_ends() -> None:
    async with serving() as served:
        assert (await served.client.head("/events")).status_code == 200
        await until(lambda: served.dashboard.viewers == 0)


class Sleeper:
    """A viewer that asks for the stream and then reads nothing, with as little room as a kernel gives."""

    def __init__(self, url: str) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", int(url.rpartition(":")[2])))
        self.socket.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def __enter__(self) -> Sleeper:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def connections(served: Any) -> list[Any]:
    return list(served.dashboard._service._listener.server_state.connections)


@asynccontextmanager
async def asleep(served: Any) -> AsyncIterator[None]:
    """A viewer for whom writing has come to a stop."""
    with Sleeper(served.dashboard.url):
        await until(lambda: any(each.stuck for each in connections(served)))
        yield


def talkative() -> Machine:
    machine = Machine()
    machine.parts = {f"{number:<80}": number for number in range(64)}
    return machine


async def test_a_viewer_that_stops_reading_slows_nobody_and_takes_little() -> None:
    async with serving(talkative(), interval_s=0.001) as served, asleep(served):
        async with watching(served.client) as following:
            for _ in range(20):
                await following()
        (stuck,) = (each for each in connections(served) if each.stuck)
        size = len(json.dumps(served.collector.get_metrics_summary()))
        assert stuck.transport.get_write_buffer_size() < 16 * 1024 + 2 * size


async def test_a_viewer_that_stops_reading_does_not_hold_up_the_end(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(talkative(), interval_s=0.001) as served, asleep(served):
        async with asyncio.timeout(PATIENCE_S):
            await served.dashboard.stop()
    assert caplog.records == []


async def test_the_end_ends_every_stream_in_order(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as served, watching(served.client) as following:
        await following()
        await served.dashboard.stop()
        with pytest.raises(EOFError):
            await following()
    assert caplog.records == []


async def test_a_peer_that_reads_nothing_is_given_up() -> None:
    async with serving(talkative(), interval_s=0.001) as served, asleep(served):
        (stuck,) = connections(served)
        assert 0 < stuck.impatience.when() - asyncio.get_running_loop().time() <= LISTENER_PATIENCE_S
        stuck.impatience._run()
        await until(lambda: not connections(served) and served.dashboard.viewers == 0)
