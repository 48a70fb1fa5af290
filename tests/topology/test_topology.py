"""What a topology says of itself, what it costs, and how it ends."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest, NotFound
from cloudwan_mcp.topology import MemoryOptimizedTopology, NetworkElement, TopologyBuilder
from fakes.topologies import attachment

BOTH = pytest.mark.parametrize("spilling", [False, True], ids=["memory", "file"])
COUNT = 2000


def links(count: int) -> Any:
    for n in range(count):
        metadata = {"Type": "peer", "State": "UP", "Since": n}
        yield f"attachment-{n:017x}", f"attachment-{n // 2:017x}", metadata


def grown(count: int = COUNT, *, spilling: bool = False) -> MemoryOptimizedTopology:
    return MemoryOptimizedTopology(map(attachment, range(count)), links(count), enable_streaming=spilling)


@BOTH
@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_smallest_topologies_answer_too(count: int, spilling: bool) -> None:
    with grown(count, spilling=spilling) as topology:
        assert len(topology) == len(topology.connections) == count
        assert list(topology.chunks(10)) == [(list(topology.elements), list(topology.connections))] * (
            count > 0
        )
        assert topology.memory_usage()["total"] < 2_000_000
        assert topology.to_dict()["elements"] == list(topology.to_dict()["elements"])


@BOTH
def test_a_lookup_of_what_is_not_there_is_a_key_error_with_a_next_step(spilling: bool) -> None:
    with grown(1, spilling=spilling) as topology:
        for ask in (topology.__getitem__, topology.neighbours, topology.connections_of):
            with pytest.raises(KeyError, match="no such id") as caught:
                ask("no such id")
            assert isinstance(caught.value, NotFound)
            assert caught.value.next_step
        assert topology.get("no such id") is None
        assert 5 not in topology


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda t: t.page(-1, 1), "after"),
        (lambda t: t.page(0, 0), "limit"),
        (lambda t: list(t.chunks(0)), "size"),
        (lambda t: t.neighbours(next(iter(t)), "up"), "direction"),
        (lambda t: t.neighbours(next(iter(t)), limit=0), "limit"),
        (lambda t: t.neighbourhood(next(iter(t)), -1), "hops"),
        (lambda t: t.neighbourhood(next(iter(t)), 1, limit=-1), "limit"),
    ],
)
def test_a_wrong_argument_is_named(ask: Any, field: str) -> None:
    with pytest.raises(BadRequest) as caught:
        ask(grown(1))
    assert caught.value.field == field


def test_what_is_asked_of_a_closed_topology_is_refused() -> None:
    topology = grown(1)
    topology.close()
    topology.close()
    for ask in (len, list, lambda t: t.page(0, 1), lambda t: t.memory_usage()):
        with pytest.raises(BadRequest, match="closed"):
            ask(topology)
    assert "closed" in repr(topology)


@BOTH
def test_a_builder_builds_once(spilling: bool) -> None:
    builder = TopologyBuilder(enable_streaming=spilling)
    builder.add_elements([attachment(1)])
    builder.add_connections(iter(()))
    with builder.build() as topology:
        assert "1 elements" in repr(topology)
    for again in (builder.build, lambda: builder.add_element(attachment(2))):
        with pytest.raises(BadRequest, match="already built"):
            again()


def test_neighbours_and_neighbourhoods_can_be_bounded_nearest_first() -> None:
    topology = grown()
    hub = "attachment-00000000000000001"
    assert topology.neighbours(hub, limit=2) == topology.neighbours(hub)[:2]
    near = topology.neighbourhood(hub, 5, limit=9)
    assert len(near) == 9
    assert list(near.values()) == sorted(near.values())
    assert topology.neighbors(hub) == topology.neighbours(hub)


def test_views_are_sized_and_read_anew_each_time() -> None:
    topology = grown(20)
    for view in (
        topology.elements,
        topology.connections,
        topology.values(),
        topology.items(),
        topology.keys(),
    ):
        once = list(view)
        assert once == list(view)
        assert len(once) == len(view) == 20
        assert once[7] in view
    assert NetworkElement("other") not in topology.elements


def test_a_long_chain_is_walked_without_recursion() -> None:
    ids = [f"vpc-{n:017x}" for n in range(5000)]
    topology = MemoryOptimizedTopology(map(NetworkElement, ids), pairwise(ids))
    assert topology.shortest_path(ids[0], ids[-1]) == ids
    assert topology.shortest_path(ids[-1], ids[0]) == ids[::-1]
    assert max(topology.neighbourhood(ids[0], 4999).values()) == 4999


def test_the_parts_of_memory_add_up_to_what_is_measured() -> None:
    grown(50)  # what is imported or cached only once
    gc.collect()
    tracemalloc.start()
    try:
        topology = grown()
        gc.collect()
        measured = tracemalloc.get_traced_memory()[0]
        parts = topology.memory_usage()
    finally:
        tracemalloc.stop()
    assert parts.pop("total") == sum(parts.values())
    assert 0.8 < sum(parts.values()) / measured < 1.1
    assert all(parts[name] for name in ("columns", "index", "rows", "adjacency", "connections", "vocabulary"))


def test_a_topology_takes_a_tenth_of_its_dicts_or_less() -> None:
    tracemalloc.start()
    try:
        dicts = [attachment(n) for n in range(COUNT)], list(links(COUNT))
        plain = tracemalloc.get_traced_memory()[0]
        topology = MemoryOptimizedTopology(*dicts)
    finally:
        tracemalloc.stop()
    assert topology.memory_usage()["total"] < plain / 10


def test_the_cache_of_unpacked_rows_is_bounded() -> None:
    topology = MemoryOptimizedTopology({"id": str(n), "pad": "x" * 2000} for n in range(COUNT))
    assert len(list(topology.elements)) == COUNT
    assert 500_000 < topology.memory_usage()["cache"] <= 1024 * 1024


def test_connections_that_lead_nowhere_leave_nothing_behind() -> None:
    dangling = ((f"none {n}" if n % 50 else "a", "a", {"pad": str(n) * 50}) for n in range(COUNT))
    topology = MemoryOptimizedTopology([{"id": "a"}], dangling)
    assert topology.unresolved == COUNT - COUNT // 50
    assert topology.memory_usage()["total"] < 20_000
    assert [c.metadata["pad"] for c in topology.connections] == [str(n) * 50 for n in range(0, COUNT, 50)]


def test_a_huge_row_does_not_make_its_neighbours_slow() -> None:
    elements = [NetworkElement(str(n), metadata={"pad": "x" * 5_000_000 * (n == 3)}) for n in range(9)]
    topology = MemoryOptimizedTopology(elements)
    assert list(topology.elements) == elements
    assert topology["4"] == elements[4]
    assert topology.memory_usage()["cache"] < 1024 * 1024


def test_an_element_does_not_hold_the_topology_that_it_came_from() -> None:
    grown(50)
    gc.collect()
    tracemalloc.start()
    try:
        topology = grown()
        held = [topology.page(5, 1)[0], topology.connections_of("attachment-00000000000000005")[0]]
        topology.close()
        del topology
        gc.collect()
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert left < 50_000
    assert [value.metadata for value in held] == [attachment(5), {"Type": "peer", "State": "UP", "Since": 5}]


def test_memory_is_free_again_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    tracemalloc.start()
    grown().close()  # fills the interpreter's own lists of free tuples
    try:
        before = tracemalloc.get_traced_memory()[0]
        topology = grown()
        topology.close()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 50_000


@BOTH
def test_several_threads_read_at_once(spilling: bool) -> None:
    wrong: list[str] = []
    with grown(300, spilling=spilling) as topology:
        ids = list(topology)

        def read(step: int) -> None:
            for n in range(0, 6 * len(ids), 7):
                own = ids[n * step % len(ids)]
                around = topology.neighbours(own)
                if topology[own].metadata["AttachmentId"] != own or not around:
                    wrong.append(own)

        threads = [threading.Thread(target=read, args=(step,)) for step in (1, 11, 13, 17)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong
