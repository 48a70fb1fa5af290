"""The front door of the dashboard, as the library's users find it."""

from __future__ import annotations

import urllib.request
from typing import Any

import anyio.to_thread
import pytest

import cloudwan_mcp.performance.memory_monitoring_dashboard as front_door
from cloudwan_mcp.performance.memory_monitoring_dashboard import create_memory_dashboard
from conversation import python

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def imported(code: str) -> set[str]:
    done = python(f"import sys\n{code}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


async def test_importing_it_loads_no_web_server() -> None:
    found = imported("import cloudwan_mcp.performance.memory_monitoring_dashboard")
    assert "cloudwan_mcp" in found
    assert not found & {"starlette", "uvicorn", "h11", "mcp", "sse_starlette"}


async def test_asking_for_metrics_loads_none_either() -> None:
    found = imported(
        "from cloudwan_mcp.performance.memory_monitoring_dashboard import create_memory_dashboard\n"
        "assert create_memory_dashboard(port=0).metrics_collector.get_metrics_summary()['current']"
    )
    assert not found & {"starlette", "uvicorn", "h11", "mcp", "sse_starlette"}


async def test_the_front_door_holds_nothing_of_its_own() -> None:
    for name in front_door.__all__:
        assert getattr(front_door, name).__module__.startswith("cloudwan_mcp.web.")


async def test_the_breakdown_of_the_description_is_there_without_starting() -> None:
    dashboard = create_memory_dashboard()
    summary = dashboard.metrics_collector.get_metrics_summary()
    current: dict[str, Any] = summary["current"]
    assert {"total", "used", "available", "percent"} <= current["system"].keys()
    assert {"rss", "peak", "growth"} <= current["process"].keys()
    assert {"components", "performance"} <= current.keys()


async def test_the_default_port_is_5000_and_the_host_loopback() -> None:
    async with create_memory_dashboard() as dashboard:
        port = int(dashboard.url.removeprefix("http://127.0.0.1:"))
        assert 5000 <= port < 5020


async def test_it_starts_serves_and_stops_as_the_description_says() -> None:
    dashboard = create_memory_dashboard(port=0)
    await dashboard.start()
    try:
        url = f"{dashboard.url}/"
        page = await anyio.to_thread.run_sync(lambda: urllib.request.urlopen(url, timeout=5).read())
        assert b"<title>Memory" in page
    finally:
        await dashboard.stop()
