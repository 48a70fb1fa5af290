"""Every form of topology that can be streamed, each given once and in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.streaming.feed import FAN_OUT
from cloudwan_mcp.streaming.item import Item
from cloudwan_mcp.topology import MemoryOptimizedTopology, NetworkConnection, NetworkElement
from cloudwan_mcp.topology.convert import connection_of, element_of
from fakes.snapshots import PLACES, all_connections, first_step, new_staging, vpcs
from streaming.memory import Memory
from streaming.networks import Given, Network, elements, read, ring, trickle

pytestmark = pytest.mark.anyio


def comes_with_its_source(given: Given) -> bool:
    return all({c.source for c in chunk.connections} <= {e.id for e in chunk} for chunk in given.chunks)


@pytest.mark.parametrize("spilled", [False, True])
async def test_an_optimized_topology_gives_elements_with_what_goes_out_from_them(
    memory: Memory, spilled: bool
) -> None:
    with MemoryOptimizedTopology(elements(95), ring(95), enable_streaming=spilled) as topology:
        given = await read(memory.manager().stream_topology_chunks(topology))
        assert given.elements == elements(95)
        assert given.connections == ring(95)
        assert comes_with_its_source(given)
        rest = await read(memory.manager(chunk_size=7).stream_topology_chunks(topology, start=40))
        assert rest.elements == elements(55, start=40)
        assert rest.connections == ring(95)[40:]


async def test_an_object_gives_elements_with_what_goes_out_from_them_wherever_that_stands(
    memory: Memory,
) -> None:
    network = Network(elements(95), tuple(reversed(ring(95))))
    given = await read(memory.manager().stream_topology_chunks(network))
    assert given.elements == elements(95)
    assert given.connections == ring(95)
    assert comes_with_its_source(given)


async def test_connections_that_go_out_from_no_element_come_last(memory: Memory) -> None:
    strays = [NetworkConnection(f"stray-{n}", "vpc-1", "unknown") for n in range(25)]
    network = Network(elements(12), [*strays[:9], *ring(12), *strays[9:]])
    manager = memory.manager()
    given = await read(manager.stream_topology_chunks(network))
    assert given.connections == [*ring(12), *strays]
    assert given.sizes == [10, 2, 0, 0, 0]
    assert [len(chunk.connections) for chunk in given.chunks] == [10, 2, 10, 10, 5]
    assert all(given.chunks)
    for at, chunk in enumerate(given.chunks):
        rest = await read(manager.stream_topology_chunks(network, start=chunk.next))
        assert rest.connections == Given(given.chunks[at + 1 :]).connections
        assert rest.elements == Given(given.chunks[at + 1 :]).elements


async def test_an_element_that_comes_twice_is_given_twice_and_its_connections_once(memory: Memory) -> None:
    network = Network([*elements(3), *elements(3)], ring(3))
    given = await read(memory.manager(chunk_size=2).stream_topology_chunks(network))
    assert given.elements == [*elements(3), *elements(3)]
    assert given.connections == ring(3)


@pytest.mark.parametrize("form", ["object", "optimized"])
async def test_a_hub_does_not_drag_others_into_its_chunk(memory: Memory, form: str) -> None:
    fan = [NetworkConnection("vpc-2", f"vpc-{n % 30}", "peering", {"n": n}) for n in range(10 * FAN_OUT + 5)]
    connections = [*ring(30)[:2], *fan]
    network: Any = Network(elements(30), connections)
    if form == "optimized":
        network = MemoryOptimizedTopology.from_topology(network)
    given = await read(memory.manager().stream_topology_chunks(network))
    assert given.sizes == [3, 10, 10, 7]
    assert given.connections == connections


async def test_a_dict_and_a_graph_are_topologies(memory: Memory) -> None:
    manager = memory.manager()
    given = await read(manager.stream_topology_chunks({"elements": elements(25), "connections": ring(25)}))
    assert (given.elements, given.connections) == (elements(25), ring(25))
    graph = networkx.DiGraph()
    graph.add_node("vpc-1", element_type="vpc")
    graph.add_edge("vpc-1", "vpc-2", connection_type="peering")
    for start, ids in ((0, ["vpc-1", "vpc-2"]), (1, ["vpc-2"])):
        given = await read(manager.stream_topology_chunks(graph, start=start))
        assert [element.id for element in given.elements] == ids
        assert [(c.source, c.target) for c in given.connections] == [("vpc-1", "vpc-2")]


ITEMS: list[tuple[Any, Item]] = [
    (NetworkElement("a"), NetworkElement("a")),
    (NetworkConnection("a", "b"), NetworkConnection("a", "b")),
    ({"id": "a", "element_type": "vpc", "region": "eu"}, NetworkElement("a", "", "vpc", "eu")),
    ({"source": "a", "target": "b"}, NetworkConnection("a", "b")),
    (("a", "b", "peering"), NetworkConnection("a", "b", "peering")),
    (vpcs(1)[0], element_of(vpcs(1)[0])),
    (Connection("a", "b", "peering", "UP"), connection_of(Connection("a", "b", "peering", "UP"))),
    ({"VpcId": "vpc-1"}, element_of({"VpcId": "vpc-1"})),
]


@pytest.mark.parametrize("form", ["list", "iterator", "async", "view"])
async def test_items_of_any_kind_may_be_mixed(memory: Memory, form: str) -> None:
    values = [value for value, _ in ITEMS] * 5
    forms = {
        "list": values,
        "iterator": iter(values),
        "async": trickle(values),
        "view": dict(enumerate(values)).values(),
    }
    given = await read(memory.manager(chunk_size=3).stream_topology_chunks(forms[form]))
    expected = [item for _, item in ITEMS] * 5
    assert given.elements == [item for item in expected if isinstance(item, NetworkElement)]
    assert given.connections == [item for item in expected if isinstance(item, NetworkConnection)]
    assert all(len(c.elements) + len(c.connections) <= 3 for c in given.chunks)


async def test_an_iterator_goes_on_where_it_stands_and_a_list_where_it_is_told(memory: Memory) -> None:
    manager, values = memory.manager(), elements(40)
    standing = iter(values)
    first = await read(manager.stream_topology_chunks(standing), 2)
    rest = await read(manager.stream_topology_chunks(standing, start=first.chunks[-1].next))
    assert (rest.elements, rest.chunks[0].first) == (values[20:], 20)
    rest = await read(manager.stream_topology_chunks(values, start=20))
    assert (rest.elements, rest.chunks[0].first) == (values[20:], 20)
    assert (await read(manager.stream_topology_chunks(values, start=99))).chunks == []


@pytest.mark.parametrize("nothing", [None, 7, "vpc-1", b"vpc-1", object()])
async def test_what_is_no_topology_is_refused_at_once(memory: Memory, nothing: Any) -> None:
    with pytest.raises(BadRequest) as caught:
        memory.manager().stream_topology_chunks(nothing)
    assert caught.value.field == "topology"


@pytest.mark.parametrize("form", [list, trickle, Network])
async def test_an_item_that_is_no_element_is_named_by_its_number(memory: Memory, form: Any) -> None:
    stream = memory.manager().stream_topology_chunks(form([*elements(13), {"name": "nobody"}, *elements(2)]))
    given = await read(stream, 1)
    with pytest.raises(BadRequest, match="Element 13 of the topology") as caught:
        await anext(stream)
    assert caught.value.field == "topology"
    given.chunks += (await read(stream)).chunks
    assert given.elements == [*elements(13), *elements(2)]


async def test_a_connection_without_an_end_is_named_by_its_number(memory: Memory) -> None:
    for network in (Network(elements(3), [*ring(3), {"source": "a"}]), [*elements(3), ("a",)]):
        with pytest.raises(BadRequest, match="Connection 3 of the topology"):
            await read(memory.manager().stream_topology_chunks(network))


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[SnapshotReader]:
    """90 attachments in segments and edges, one of them connected with every other."""
    values: list[Element | Connection] = [*PLACES, *vpcs(90)]
    for vpc in vpcs(90):
        vpc.segment = "prod"
        values.append(Connection(vpcs(1, 30)[0].id, vpc.id, "peering"))
    for element in values:
        if isinstance(element, Element) and element.type == "vpc-attachment":
            element.segment = "prod"
    with new_staging(tmp_path) as staging:
        staging.commit(first_step(staging), values, token=None)
    reader = SnapshotReader(publish(staging.path, tmp_path / "snapshot-one.db"), complete=True)
    yield reader
    reader.close()


async def test_a_snapshot_gives_elements_with_what_goes_out_from_them(
    memory: Memory, snapshot: SnapshotReader
) -> None:
    manager = memory.manager(chunk_size=4)
    given = await read(manager.stream_topology_chunks(snapshot))
    assert given.elements == [
        element_of(each) for _, each in snapshot.page(Filters(), after=0, limit=500).rows
    ]
    every = [connection_of(each) for each in all_connections(snapshot, Filters(), 50)]
    assert given.connections == every
    assert len(every) > 170
    assert comes_with_its_source(given)
    assert min(given.sizes[:-1]) < 4  # the hub has more connections than a chunk of four elements takes
    for chunk in given.chunks[::5]:
        rest = await read(manager.stream_topology_chunks(snapshot, start=chunk.next))
        assert rest.elements == given.elements[chunk.next :]
        assert rest.connections == Given(given.chunks[chunk.number :]).connections


class Watched:
    """A reader that notes the threads in which it is asked."""

    def __init__(self, reader: SnapshotReader) -> None:
        self.threads: set[threading.Thread] = set()
        self._reader = reader

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._reader, name)

        def ask(*arguments: Any, **given: Any) -> Any:
            self.threads.add(threading.current_thread())
            return found(*arguments, **given)

        return ask


@pytest.mark.parametrize("form", ["reader", "optimized"])
async def test_files_are_read_in_a_worker_thread(memory: Memory, snapshot: SnapshotReader, form: str) -> None:
    watched: Any = Watched(snapshot)
    topology = watched if form == "reader" else MemoryOptimizedTopology.from_topology(watched)
    watched.threads.clear()
    given = await read(memory.manager().stream_topology_chunks(topology), 3)
    assert len(given.chunks) == 3
    assert watched.threads
    assert threading.main_thread() not in watched.threads


async def test_a_growing_snapshot_gives_what_is_there_and_later_what_has_come_since(
    memory: Memory, tmp_path: Path
) -> None:
    manager = memory.manager()
    with new_staging(tmp_path) as staging:
        step = first_step(staging)
        staging.commit(step, [*PLACES, *vpcs(25)], token="more")
        reader = SnapshotReader(staging.path, complete=False)
        given = await read(manager.stream_topology_chunks(reader))
        assert len(given.elements) == len(PLACES) + 25
        assert given.connections == []
        staging.commit(step, vpcs(25, start=25), token="more")
        rest = await read(manager.stream_topology_chunks(reader, start=given.chunks[-1].next))
        assert [e.id for e in rest.elements] == [e.id for e in vpcs(25, start=25)]
        reader.close()


@examples(data=st.data(), count=st.integers(0, 40), size=st.integers(1, 15))
async def test_an_object_is_given_whole_from_any_position_on(
    anyio_backend: Any, data: st.DataObject, count: int, size: int
) -> None:
    names = st.sampled_from([f"vpc-{n}" for n in range(count)] + ["nobody"])
    pairs = data.draw(st.lists(st.tuples(names, names), max_size=60))
    connections = [NetworkConnection(a, b, metadata={"n": n}) for n, (a, b) in enumerate(pairs)]
    manager, network = Memory().manager(chunk_size=size), Network(elements(count), connections)
    whole = await read(manager.stream_topology_chunks(network))
    assert whole.elements == elements(count)
    assert sorted(whole.connections, key=lambda c: c.metadata["n"]) == connections
    for chunk in whole.chunks:
        rest = await read(manager.stream_topology_chunks(network, start=chunk.next), 1)
        assert rest.connections == Given(whole.chunks[chunk.number : chunk.number + 1]).connections
