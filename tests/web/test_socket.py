"""The WebSocket, spoken with by a client of its own library."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cloudwan_mcp.web.viewers import MOST
from conversation import python
from web.machine import MIB, PATIENCE_S, Machine, port_of, serving, until

pytestmark = pytest.mark.anyio

TOKEN = "token-of-the-tests"
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@asynccontextmanager
async def following(served: Any, **headers: str) -> AsyncIterator[ClientConnection]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{served.dashboard.url.replace('http', 'ws', 1)}/ws"
    async with connect(
        url, additional_headers=given, proxy=None, open_timeout=PATIENCE_S, close_timeout=1
    ) as peer:
        yield peer


async def next_summary(peer: ClientConnection) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        message = await peer.recv()
    assert isinstance(message, str)
    return json.loads(message)


async def ended(peer: ClientConnection) -> int | None:
    """The code with which the server closes, read past what it still had to say."""
    async with asyncio.timeout(PATIENCE_S):
        with suppress(ConnectionClosed):
            while True:
                await peer.recv()
    return peer.close_code


async def refused(served: Any, **headers: str) -> tuple[int, Any]:
    with pytest.raises(InvalidStatus) as error:
        async with following(served, **headers):
            pass
    answer = error.value.response
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    return answer.status_code, json.loads(answer.body)


async def test_it_sends_a_summary_at_once_and_then_every_time_one_is_made() -> None:
    machine = Machine()
    async with serving(machine, interval_s=0.02) as served, following(served) as peer:
        first = await next_summary(peer)
        assert first.keys() == served.collector.get_metrics_summary().keys()
        machine.resident = 200 * MIB
        while (await next_summary(peer))["current"]["process"]["rss"] != 200 * MIB:
            pass


async def test_it_does_not_compress_because_that_takes_memory_for_each_viewer() -> None:
    async with serving() as served, following(served) as peer:
        assert peer.protocol.extensions == []


async def test_who_leaves_is_forgotten() -> None:
    async with serving(interval_s=0.02) as served:
        async with following(served) as peer:
            await next_summary(peer)
            assert served.dashboard.viewers == 1
        await until(lambda: served.dashboard.viewers == 0)


@pytest.mark.parametrize("said", ["hello", b"\x00", "x" * 1000])
async def test_who_speaks_is_refused_since_it_only_sends(said: str | bytes) -> None:
    async with serving(interval_s=0.02) as served, following(served) as peer:
        await next_summary(peer)
        await peer.send(said)
        assert await ended(peer) == 1003
        await until(lambda: served.dashboard.viewers == 0)


async def test_who_says_too_much_at_once_is_refused_before_it_is_all_read() -> None:
    async with serving(interval_s=0.02) as served, following(served) as peer:
        await peer.send("x" * 5000)
        assert await ended(peer) == 1009
        await until(lambda: served.dashboard.viewers == 0)


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example:5000"])
async def test_a_foreign_host_gets_no_connection(host: str) -> None:
    async with serving() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(served.dashboard))
        writer.write(HANDSHAKE.replace(b"localhost", host.encode()))
        assert b" 421 " in await reader.readline()
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("origin", ["http://attacker.example", "null", "http://localhost:1"])
async def test_a_page_elsewhere_gets_no_connection(origin: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as served:
        assert (await refused(served, Origin=origin))[0] == 403
        assert served.dashboard.viewers == 0
    assert caplog.records == []


async def test_the_page_itself_is_let_in() -> None:
    async with serving() as served, following(served, Origin=served.dashboard.url) as peer:
        assert (await next_summary(peer))["current"]


async def test_without_the_token_there_is_no_connection() -> None:
    async with serving(token=TOKEN) as served:
        for headers in ({}, {"Authorization": "Bearer x"}, {"Cookie": "cloudwan_=x"}):
            status, said = await refused(served, **headers)
            assert (status, said["error"]) == (401, "A token is required.")


async def test_the_token_lets_in_and_so_does_the_cookie_that_sign_in_sets() -> None:
    async with serving(token=TOKEN) as served:
        cookie = (await served.client.post("/api/sign-in", content=TOKEN)).headers["set-cookie"]
        for headers in ({"Authorization": f"Bearer {TOKEN}"}, {"Cookie": cookie.partition(";")[0]}):
            async with following(served, **headers) as peer:
                assert (await next_summary(peer))["current"]


async def test_no_more_watch_than_there_is_room_for() -> None:
    async with serving() as served:
        served.dashboard._service.viewers._most = 1
        async with following(served) as peer:
            await next_summary(peer)
            status, said = await refused(served)
            assert (status, said["error"]) == (503, "Exhausted")
            assert (await served.client.get("/events")).status_code == 503
    assert MOST == 100


async def test_the_end_of_the_dashboard_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(interval_s=0.02) as served, following(served) as peer:
        await next_summary(peer)
        await served.dashboard.stop()
        assert await ended(peer) in (1001, 1012)
    assert caplog.records == []


@asynccontextmanager
async def asleep(served: Any) -> AsyncIterator[Any]:
    """What serves a viewer that reads nothing, once its writing has come to a stop."""
    with socket.socket() as sleeper:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.connect(("127.0.0.1", port_of(served.dashboard)))
        sleeper.sendall(HANDSHAKE)
        connections = served.dashboard._service._listener.server_state.connections
        await until(lambda: any(each.stuck for each in connections))
        (found,) = (each for each in connections if each.stuck)
        yield found


def talkative() -> Machine:
    machine = Machine()
    machine.parts = {f"{number:<80}": number for number in range(64)}
    return machine


async def test_who_reads_nothing_takes_little_and_slows_nobody() -> None:
    async with serving(talkative(), interval_s=0.01) as served, asleep(served) as stuck:
        async with following(served) as peer:
            for _ in range(10):
                await next_summary(peer)
        size = len(json.dumps(served.collector.get_metrics_summary()))
        assert stuck._wire.get_write_buffer_size() < 16 * 1024 + 2 * size


async def test_who_reads_nothing_is_given_up() -> None:
    async with serving(talkative(), interval_s=0.01) as served, asleep(served) as stuck:
        stuck.impatience._run()
        await until(lambda: served.dashboard.viewers == 0)


async def test_who_reads_nothing_does_not_hold_up_the_end(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(talkative(), interval_s=0.01) as served, asleep(served):
        async with asyncio.timeout(PATIENCE_S):
            await served.dashboard.stop()
    assert caplog.records == []


async def test_its_library_is_imported_only_where_a_dashboard_starts() -> None:
    program = """
import sys
from cloudwan_mcp.web.dashboard import create_memory_dashboard
dashboard = create_memory_dashboard(port=0)
dashboard.metrics_collector.get_metrics_summary()
heavy = {"websockets", "uvicorn", "starlette", "prometheus_client", "opentelemetry", "botocore"}
print(sorted(heavy & set(sys.modules)))
"""
    done = await asyncio.to_thread(python, program)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
