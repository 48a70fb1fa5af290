"""Starting and stopping: what is begun ends, and nobody else is disturbed."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.dashboard import MemoryDashboard, create_memory_dashboard
from conversation import python
from web.machine import Machine, health, port_of, serving, until

pytestmark = pytest.mark.anyio


async def test_it_listens_when_start_returns() -> None:
    dashboard = create_memory_dashboard(port=0)
    assert dashboard.url == ""
    await dashboard.start()
    assert dashboard.url.startswith("http://127.0.0.1:")
    assert await health(dashboard.url) == 200
    await dashboard.stop()


async def test_stopping_frees_the_port_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    dashboard = create_memory_dashboard(port=0)
    await dashboard.start()
    port = port_of(dashboard)
    await health(dashboard.url)
    await dashboard.stop()
    assert asyncio.all_tasks() == before
    assert dashboard.url == ""
    with socket.create_server(("127.0.0.1", port)):
        pass
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port))


async def test_stopping_what_never_ran_and_stopping_twice_do_nothing() -> None:
    dashboard = create_memory_dashboard(port=0)
    await dashboard.stop()
    await dashboard.start()
    await dashboard.stop()
    await dashboard.stop()


async def test_it_starts_again_after_it_was_stopped_and_keeps_what_it_knew() -> None:
    dashboard = create_memory_dashboard(port=0)
    for run in range(3):
        async with dashboard:
            dashboard.metrics_collector.record_elements(10)
            assert await health(dashboard.url) == 200
        performance = dashboard.metrics_collector.get_metrics_summary()["current"]["performance"]
        assert performance["elements"] == 10 * (run + 1)


async def test_starting_twice_is_one_start_also_at_the_same_moment() -> None:
    dashboard = create_memory_dashboard(port=0)
    await asyncio.gather(dashboard.start(), dashboard.start())
    url = dashboard.url
    await dashboard.start()
    assert dashboard.url == url
    await asyncio.gather(dashboard.stop(), dashboard.stop())


@pytest.mark.parametrize("interval_s", [0, -1, float("nan")])
async def test_an_interval_that_would_not_wait_is_refused(interval_s: float) -> None:
    collector = create_memory_dashboard(port=0).metrics_collector
    with pytest.raises(BadRequest) as error:
        MemoryDashboard(collector, port=0, interval_s=interval_s)
    assert error.value.field == "interval_s"


async def test_signals_and_logging_stay_as_they_were() -> None:
    def state() -> list[object]:
        handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
        loggers = [logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.error")]
        return [*handlers, *((each.level, tuple(each.handlers), each.propagate) for each in loggers)]

    before = state()
    async with create_memory_dashboard(port=0) as dashboard:
        await health(dashboard.url)
        assert state() == before
    assert state() == before


async def test_a_caller_that_fails_still_ends_it() -> None:
    dashboard = create_memory_dashboard(port=0)
    ports = []

    async def fail() -> None:
        async with dashboard:
            ports.append(port_of(dashboard))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    with socket.create_server(("127.0.0.1", *ports)):
        pass


async def test_a_start_that_is_given_up_leaves_nothing() -> None:
    before = asyncio.all_tasks()
    dashboard = create_memory_dashboard(port=0)
    starting = asyncio.create_task(dashboard.start())
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert asyncio.all_tasks() == before
    assert dashboard.url == ""
    gc.collect()  # an open socket would warn


async def test_a_program_that_ends_without_stopping_ends_quietly() -> None:
    program = """
import asyncio
from cloudwan_mcp.web.dashboard import create_memory_dashboard
async def main():
    await create_memory_dashboard(port=0).start()
asyncio.run(main())
"""
    done = await asyncio.to_thread(python, program)
    assert (done.returncode, done.stderr) == (0, "")


async def test_monitoring_that_is_switched_off_stays_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MONITORING_ENABLED", "false")
    async with create_memory_dashboard(port=0) as dashboard:
        assert dashboard.url == ""
        assert dashboard.metrics_collector.get_metrics_summary()["current"]
    async with create_memory_dashboard(port=0, enabled=True) as dashboard:
        assert dashboard.url


async def test_a_sampling_that_fails_is_logged_once_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Machine):
        def used(self) -> int:
            self.asked += 1
            if 3 < self.asked < 30:
                raise OSError("the kernel is tired")
            return super().used()

        asked = 0

    machine = Broken()
    async with serving(machine, interval_s=0.001) as served:
        await until(lambda: machine.asked > 40)
        assert (await served.client.get("/api/summary")).status_code == 200
    assert caplog.text.count("The memory could not be sampled") == 1


async def test_sampling_goes_on_while_nobody_watches() -> None:
    async with serving(interval_s=0.01) as served:
        before = len(served.collector.history("1s", 2000)["columns"]["at"])
        await until(lambda: len(served.collector.history("1s", 2000)["columns"]["at"]) > before)


async def test_a_collector_needs_no_event_loop() -> None:
    def make() -> MetricsCollector:
        return create_memory_dashboard(port=0).metrics_collector

    summary = (await asyncio.to_thread(make)).get_metrics_summary()
    assert summary["current"]["process"]["rss"] > 0
