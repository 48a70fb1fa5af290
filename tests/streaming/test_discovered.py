"""Discovering from a program: into the folder of snapshots, cancelled cleanly, and streamed while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
import pytest

from cloudwan_mcp import settings
from cloudwan_mcp.discovery.progress import Stopped
from cloudwan_mcp.errors import BadRequest, NotPermitted, TryAgain
from cloudwan_mcp.refresh import discover
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.store import Folder
from cloudwan_mcp.streaming.discovered import DiscoveredTopology, NetworkTopologyDiscovery
from cloudwan_mcp.topology import MemoryOptimizedTopology
from cloudwan_mcp.topology.convert import connection_of, element_of
from conversation import PATIENCE_S
from fakes.source import FakeSource, attachments, sites
from streaming.memory import Memory
from streaming.networks import read, settle

pytestmark = pytest.mark.anyio


def discovering() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "discovery"]


class Gate:
    """Holds a source at the second page of its attachments until a test lets it go on."""

    def __init__(self, source: FakeSource) -> None:
        self.reached, self._go = threading.Event(), threading.Event()
        source.on_call = self._wait

    def open(self) -> None:
        self._go.set()

    async def wait(self) -> None:
        assert await anyio.to_thread.run_sync(self.reached.wait, 20)

    def _wait(self, operation: str, token: str | None) -> None:
        if operation == "list_attachments" and token:
            self.reached.set()
            assert self._go.wait(PATIENCE_S)


async def test_a_whole_network_is_discovered_and_read_page_by_page(simulate: Any) -> None:
    simulator = simulate(attachments=700)
    with await NetworkTopologyDiscovery().discover_complete_topology() as topology:
        assert topology.snapshot.complete
        assert topology.snapshot.gaps == ()
        assert topology.snapshot.identity.account == simulator.estate.owner
        for values in (topology.elements, topology.connections):
            found = list(values)
            assert len(values) == len(found) > 700
            assert list(values) == found
        assert len({element.id for element in topology.elements}) == len(topology.elements)


async def test_it_lies_where_the_server_finds_it(simulate: Any) -> None:
    simulate(attachments=30)
    topology = await NetworkTopologyDiscovery().discover_complete_topology()
    topology.close()
    folder = Folder(settings.load())
    assert [info.id for info in folder.snapshots()] == [topology.snapshot.id]
    folder.close()


async def test_it_becomes_an_optimized_topology_and_a_stream(simulate: Any, memory: Memory) -> None:
    simulate(attachments=300)
    with await NetworkTopologyDiscovery().discover_complete_topology() as topology:
        optimized = MemoryOptimizedTopology.from_topology(topology)
        given = await read(memory.manager(chunk_size=100).stream_topology_chunks(topology))
    assert len(optimized) == len(given.elements) == topology.snapshot.elements
    assert list(optimized.elements) == given.elements
    assert len(optimized.connections) == len(given.connections) == topology.snapshot.connections
    assert all(len(chunk) <= 100 for chunk in given.chunks)
    streamed = await read(memory.manager().stream_topology_chunks(optimized))
    assert streamed.connections == given.connections


async def test_a_snapshot_is_taken_as_it_is_where_no_refresh_is_wanted(simulate: Any) -> None:
    simulator = simulate(attachments=30)
    discovery = NetworkTopologyDiscovery()
    first = await discovery.discover_complete_topology(refresh=False)
    simulator.calls.clear()
    second = await discovery.discover_complete_topology(refresh=False)
    assert second.snapshot.id == first.snapshot.id
    assert not simulator.calls
    third = await discovery.discover_complete_topology()
    assert third.snapshot.id != first.snapshot.id
    for each in (first, second, third):
        each.close()


async def test_cancelling_stops_after_the_page_in_flight_and_the_next_one_goes_on() -> None:
    source = FakeSource({"list_attachments": attachments(6), "get_sites": sites(3)})
    gate = Gate(source)
    discovery, scope = NetworkTopologyDiscovery(source), anyio.CancelScope()

    async def run() -> None:
        with scope:
            await discovery.discover_complete_topology()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        await gate.wait()
        scope.cancel()
        await settle()
        assert discovering()  # its page in flight is waited for
        gate.open()
    assert discovering() == []
    asked = source.calls["list_attachments"]
    topology = await discovery.discover_complete_topology()
    assert topology.snapshot.complete
    assert len([e for e in topology.elements if e.type == "vpc-attachment"]) == 6
    assert source.calls["list_attachments"] - asked < 3  # the first pages are not read again
    topology.close()


async def test_another_discovery_of_the_same_network_is_told_to_try_again(simulate: Any) -> None:
    simulate(attachments=10)
    folder = Folder(settings.load())
    with folder.writing(), pytest.raises(TryAgain) as caught:
        await NetworkTopologyDiscovery().discover_complete_topology()
    assert caught.value.code == "DiscoveryRunning"
    folder.close()


async def test_what_makes_it_fail_comes_out_as_itself() -> None:
    refused = [NotPermitted("No.", next_step="Ask.", code="NoCredentials")]
    source = FakeSource(script={"describe_global_networks": refused})
    with pytest.raises(NotPermitted, match="Ask"):
        await NetworkTopologyDiscovery(source).discover_complete_topology()
    source.identity = lambda: 1 / 0  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        await NetworkTopologyDiscovery(source).discover_complete_topology()


async def test_a_source_of_ones_own_keeps_its_snapshots_apart_from_those_of_aws(simulate: Any) -> None:
    simulate(attachments=10)
    source = FakeSource({"get_sites": sites(3)})
    topology = await NetworkTopologyDiscovery(source).discover_complete_topology()
    assert len([e for e in topology.elements if e.type == "site"]) == 3
    assert not source.closed
    topology.close()
    folder = Folder(settings.load())
    assert folder.latest() is None
    folder.close()


class Session:
    """As boto3's: it has the two that count."""

    def __init__(self, profile_name: str, region_name: str | None = None) -> None:
        self.profile_name = profile_name
        self.region_name = region_name


async def test_the_profile_and_the_region_of_a_session_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    given = NetworkTopologyDiscovery(Session("network", "eu-west-1")).settings
    assert (given.profile, given.region) == ("network", "eu-west-1")
    assert NetworkTopologyDiscovery(Session("default")).settings.profile == ""
    monkeypatch.setenv("AWS_PROFILE", "network")
    assert NetworkTopologyDiscovery(Session("default")).settings.profile == "default"
    assert NetworkTopologyDiscovery().settings.profile == "network"
    own = Settings(profile="mine")
    assert NetworkTopologyDiscovery(own).settings is own


async def test_a_real_boto3_session_discovers(simulate: Any) -> None:
    boto3 = pytest.importorskip("boto3")
    simulate(attachments=10)
    topology = await NetworkTopologyDiscovery(
        boto3.Session(region_name="eu-west-1")
    ).discover_complete_topology()
    assert topology.snapshot.complete
    topology.close()


@pytest.mark.parametrize("nothing", [7, "network", object(), {"profile": "network"}])
async def test_what_is_nothing_to_discover_with_is_refused(nothing: Any) -> None:
    with pytest.raises(BadRequest, match=r"boto3\.Session") as caught:
        NetworkTopologyDiscovery(nothing)
    assert caught.value.field == "aws_manager"


async def stored(topology: DiscoveredTopology) -> tuple[list[Any], list[Any]]:
    """(elements, connections) as a stream gives them."""
    return [element_of(e) for e in topology.elements], [connection_of(c) for c in topology.connections]


async def test_a_network_is_streamed_while_it_is_discovered(simulate: Any, memory: Memory) -> None:
    simulate(attachments=1500)
    manager = memory.manager(chunk_size=200)
    given = await read(manager.stream_topology_chunks(NetworkTopologyDiscovery()))
    with await NetworkTopologyDiscovery().discover_complete_topology(refresh=False) as topology:
        assert (given.elements, given.connections) == await stored(topology)
    assert all(not chunk.elements or not chunk.connections for chunk in given.chunks)
    assert [chunk.first for chunk in given.chunks[1:]] == [chunk.next for chunk in given.chunks[:-1]]
    assert discovering() == []


async def test_elements_appear_before_the_discovery_has_ended(memory: Memory) -> None:
    source = FakeSource({"list_attachments": attachments(6)})
    gate = Gate(source)
    stream = memory.manager().stream_topology_chunks(NetworkTopologyDiscovery(source))
    first = await anext(stream)
    await gate.wait()
    assert len(first) > 0
    assert discovering()
    gate.open()
    rest = await read(stream)
    assert len({e.id for e in [*first.elements, *rest.elements]}) == len(first) + len(rest.elements)
    assert rest.connections
    assert discovering() == []


async def test_what_was_discovered_before_a_failure_is_given_before_the_error(memory: Memory) -> None:
    source = FakeSource({"list_attachments": attachments(6)})

    def interrupt(operation: str, token: str | None) -> None:
        if token == "2":
            raise ArithmeticError("the connection is gone")

    source.on_call = interrupt
    stream = memory.manager().stream_topology_chunks(NetworkTopologyDiscovery(source))
    found: list[Any] = []

    async def follow() -> None:
        async for chunk in stream:
            found.extend(chunk.elements)

    with pytest.raises(ArithmeticError, match="gone"):
        await follow()
    assert len([e for e in found if e.element_type == "vpc-attachment"]) == 2
    await stream.aclose()


@pytest.mark.parametrize("leave", ["by closing", "by breaking", "by cancelling"])
async def test_leaving_a_live_stream_stops_the_discovery(memory: Memory, leave: str) -> None:
    source = FakeSource({"list_attachments": attachments(40)}, seconds=0.01)

    async def follow() -> None:
        stream = memory.manager().stream_topology_chunks(NetworkTopologyDiscovery(source))
        async for _ in stream:
            if leave == "by breaking":
                return
            if leave == "by closing":
                await stream.aclose()
                assert discovering() == []
                return

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        if leave == "by cancelling":
            await anyio.sleep(0.1)
            tasks.cancel_scope.cancel()
    await eventually(lambda: discovering() == [])
    assert memory.reserved == 0
    folder = NetworkTopologyDiscovery(source).folder()
    assert folder.unfinished() is not None
    folder.close()


async def eventually(condition: Callable[[], bool]) -> None:
    import gc

    with anyio.fail_after(PATIENCE_S):
        while not condition():
            gc.collect()  # a cancelled task's traceback may hold on to its stream
            await anyio.sleep(0.01)


async def test_a_live_stream_is_not_gone_on_with_by_its_position(memory: Memory) -> None:
    with pytest.raises(BadRequest, match="position"):
        memory.manager().stream_topology_chunks(NetworkTopologyDiscovery(), start=5)


async def test_a_live_stream_of_a_network_that_another_discovers_is_told_so(
    simulate: Any, memory: Memory
) -> None:
    simulate(attachments=10)
    folder = Folder(settings.load())
    stream = memory.manager().stream_topology_chunks(NetworkTopologyDiscovery())
    with folder.writing(), pytest.raises(TryAgain):
        await anext(stream)
    await stream.aclose()
    folder.close()


async def test_a_live_stream_works_through_concurrent_processing(simulate: Any, memory: Memory) -> None:
    simulate(attachments=300)

    async def count(chunk: Any) -> int:
        return len(chunk)

    async with memory.manager(chunk_size=50).process_chunks(NetworkTopologyDiscovery(), count) as results:
        total = sum([result async for result in results])
    with await NetworkTopologyDiscovery().discover_complete_topology(refresh=False) as topology:
        assert total == topology.snapshot.elements


async def test_a_discovery_goes_on_where_an_interrupted_one_stopped_and_streams_all_of_it(
    simulate: Any, memory: Memory
) -> None:
    simulate(attachments=200)
    configured, stop = settings.load({"page_size": 20}), threading.Event()
    folder = Folder(configured)
    pages = []

    def note(progress: Any) -> None:
        pages.append(progress)
        if len(pages) == 8:
            stop.set()

    with pytest.raises(Stopped):
        discover(configured, folder, on_progress=note, stop=stop)
    folder.close()
    given = await read(
        memory.manager(chunk_size=50).stream_topology_chunks(NetworkTopologyDiscovery(configured))
    )
    with await NetworkTopologyDiscovery().discover_complete_topology(refresh=False) as topology:
        assert (given.elements, given.connections) == await stored(topology)
