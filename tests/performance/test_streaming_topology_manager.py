"""The front door of streaming, as the library's users find it."""

from __future__ import annotations

from typing import Any

import pytest

import cloudwan_mcp.performance.streaming_topology_manager as front_door
from cloudwan_mcp.performance import (
    DiagramAgentMessageBus,
    MemoryMonitor,
    MemoryOptimizedTopology,
    NetworkElement,
    NetworkTopologyDiscovery,
    StreamingTopologyManager,
)
from conversation import python

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


ELEMENTS = [NetworkElement(f"site-{n}", element_type="site", region="eu-west-1") for n in range(250)]


async def test_streaming_loads_no_server_and_no_aws() -> None:
    done = python(
        "import sys\nfrom cloudwan_mcp.performance import StreamingTopologyManager as Manager\nManager()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & {"mcp", "pydantic", "starlette", "uvicorn", "boto3", "botocore"}


async def test_every_name_at_the_door_lives_in_the_streaming_room() -> None:
    for name in front_door.__all__:
        assert getattr(front_door, name).__module__.startswith("cloudwan_mcp.streaming."), name


@pytest.mark.parametrize("enable_streaming", [False, True])
async def test_chunks_give_every_element_once_in_order(enable_streaming: bool) -> None:
    with MemoryOptimizedTopology(ELEMENTS, enable_streaming=enable_streaming) as topology:
        chunks = [chunk async for chunk in StreamingTopologyManager().stream_topology_chunks(topology)]
    assert [len(chunk) for chunk in chunks] == [100, 100, 50]
    assert [element for chunk in chunks for element in chunk] == ELEMENTS


async def test_a_monitor_watches_the_bus_that_draws() -> None:
    monitor, bus = MemoryMonitor(), DiagramAgentMessageBus()
    bus.add_middleware(monitor.create_middleware())
    async with StreamingTopologyManager().render(ELEMENTS, bus=bus) as increments:
        drawn = [increment async for increment in increments]
    assert sum(len(increment.placed.nodes) for increment in drawn) == len(ELEMENTS)
    assert monitor.statistics()["messages"]["count"] > 0


async def test_a_network_is_streamed_while_it_is_discovered(simulate: Any) -> None:
    simulate(attachments=120)
    manager = StreamingTopologyManager(chunk_size=50)
    found = [
        element
        async for chunk in manager.stream_topology_chunks(NetworkTopologyDiscovery())
        for element in chunk
    ]
    assert sum("AttachmentType" in each.metadata for each in found) == 120
    assert len(found) == len({each.id for each in found})
