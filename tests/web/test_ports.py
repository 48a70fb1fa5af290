"""Where the dashboard listens, and what it does when somebody else is there already."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.web.dashboard import create_memory_dashboard
from cloudwan_mcp.web.listening import TRIES
from web.machine import health, port_of

pytestmark = pytest.mark.anyio


@contextmanager
def occupied(count: int) -> Iterator[int]:
    """The first of that many neighbouring ports, on each of which somebody listens."""
    for first in range(20_000 + os.getpid() % 100 * 100, 31_000, 50):
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            yield first
            return


async def test_the_port_asked_for_is_taken_when_it_is_free() -> None:
    with occupied(1) as free:
        pass
    async with create_memory_dashboard(port=free) as dashboard:
        assert port_of(dashboard) == free


async def test_a_busy_port_gives_way_to_the_next_free_one_which_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with occupied(3) as first:
        async with create_memory_dashboard(port=first) as dashboard:
            assert port_of(dashboard) == first + 3
            assert await health(dashboard.url) == 200
    assert f"Port {first} is in use" in caplog.text
    assert str(first + 3) in caplog.text


async def test_when_twenty_ports_are_busy_it_says_so_and_leaves_nothing() -> None:
    before = asyncio.all_tasks()
    with occupied(TRIES) as first:
        dashboard = create_memory_dashboard(port=first)
        with pytest.raises(BadRequest) as error:
            await dashboard.start()
    assert error.value.field == "port"
    assert asyncio.all_tasks() == before
    await dashboard.stop()
    async with dashboard:
        assert port_of(dashboard) == first


async def test_an_address_of_another_machine_is_refused_by_name() -> None:
    dashboard = create_memory_dashboard(host="192.0.2.1", token="t", allowed_hosts=["me"])
    with pytest.raises(BadRequest) as error:
        await dashboard.start()
    assert error.value.field == "host"


@pytest.mark.parametrize("port", [-1, 65536])
async def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(BadRequest) as error:
        create_memory_dashboard(port=port)
    assert error.value.field == "port"


async def test_ipv6_is_served_as_well() -> None:
    async with create_memory_dashboard(port=0, host="::1") as dashboard:
        assert dashboard.url.startswith("http://[::1]:")
        assert await health(dashboard.url) == 200


async def test_an_open_address_is_shown_as_one_that_can_be_visited() -> None:
    async with create_memory_dashboard(0, "0.0.0.0", token="t", allowed_hosts=["me"]) as dashboard:
        assert dashboard.url.startswith("http://localhost:")
        assert await health(dashboard.url) == 200


async def test_what_the_settings_say_is_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with occupied(1) as free:
        pass
    monkeypatch.setenv("CLOUDWAN_MONITORING_PORT", str(free))
    monkeypatch.setenv("CLOUDWAN_MONITORING_HOST", "localhost")
    async with create_memory_dashboard() as dashboard:
        assert dashboard.url == f"http://localhost:{free}"
