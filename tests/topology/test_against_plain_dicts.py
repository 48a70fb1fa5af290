"""Whatever goes in, a topology answers as dicts and lists would, in memory and in a file."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudwan_mcp.topology import MemoryOptimizedTopology, TopologyBuilder
from fakes.topologies import ELEMENTS, Model, connections, typed

SPILLING = pytest.mark.parametrize("spilling", [False, True], ids=["memory", "file"])


def fields(value: Any) -> Any:
    return typed([getattr(value, name) for name in value.__slots__])


@SPILLING
@given(data=st.data())
def test_everything_that_goes_in_comes_out_with_its_type(spilling: bool, data: st.DataObject) -> None:
    elements = data.draw(ELEMENTS)
    links = data.draw(connections(elements))
    model = Model.of(elements, links)
    with MemoryOptimizedTopology(elements, links, enable_streaming=spilling) as topology:
        assert topology.spilled is spilling
        assert list(topology) == list(model.elements)
        assert len(topology) == len(topology.elements) == len(model.elements)
        assert list(map(fields, topology.elements)) == list(map(fields, model.elements.values()))
        assert list(map(fields, topology.connections)) == list(map(fields, model.connections))
        assert len(topology.connections) == len(model.connections)
        assert (topology.repeated, topology.unresolved) == (model.repeated, model.unresolved)
        for identifier, element in model.elements.items():
            assert identifier in topology
            assert fields(topology[identifier]) == fields(element)
        for end in {end for link in links for end in (link.source, link.target)} - model.elements.keys():
            assert end not in topology
            assert topology.get(end) is None


@SPILLING
@given(data=st.data(), size=st.integers(1, 9))
def test_pages_chunks_and_filters_are_those_of_a_list(spilling: bool, data: st.DataObject, size: int) -> None:
    elements = data.draw(ELEMENTS)
    links = data.draw(connections(elements))
    model = Model.of(elements, links)
    kept = list(model.elements.values())
    with MemoryOptimizedTopology(elements, links, enable_streaming=spilling) as topology:
        chunks = list(topology.chunks(size))
        assert [each for chunk, _ in chunks for each in chunk] == kept
        assert [each for _, chunk in chunks for each in chunk] == model.connections
        for chunk, outgoing in chunks:
            assert len(chunk) <= size
            assert {link.source for link in outgoing} <= {element.id for element in chunk}
        assert [topology.page(after, size) for after in range(len(kept) + 2)] == [
            kept[after : after + size] for after in range(len(kept) + 2)
        ]
        kinds, regions = zip(*model.counts(), strict=True) if kept else ((), ())
        for kind, region in product({*kinds, "none", "", None}, {*regions, "none", "", None}):
            wanted = [e for e in kept if kind in (None, e.element_type) and region in (None, e.region)]
            assert list(topology.filter(element_type=kind, region=region)) == wanted
            assert topology.count(element_type=kind, region=region) == len(wanted)
        named = [e for e in kept if e.name]
        assert list(topology.filter(predicate=lambda element: element.name)) == named


@SPILLING
@given(data=st.data())
def test_the_graph_is_that_of_an_adjacency_dict(spilling: bool, data: st.DataObject) -> None:
    elements = data.draw(ELEMENTS)
    links = data.draw(connections(elements))
    model = Model.of(elements, links)
    with MemoryOptimizedTopology(elements, links, enable_streaming=spilling) as topology:
        for own in model.elements:
            for direction in ("in", "out", "both"):
                assert topology.neighbours(own, direction) == model.neighbours(own, direction)
                assert topology.connections_of(own, direction) == model.of_element(own, direction)
            distances = model.distances(own)
            assert topology.neighbourhood(own, len(elements)) == distances
            assert topology.neighbourhood(own, 1) == {k: v for k, v in distances.items() if v <= 1}
            for other in model.elements:
                path = topology.shortest_path(own, other)
                assert len(path) == distances.get(other, -1) + 1
                assert all(b in model.neighbours(a) for a, b in pairwise(path))
                assert not path or (path[0], path[-1]) == (own, other)


@SPILLING
@given(data=st.data())
def test_plain_dicts_of_it_make_an_equal_one_in_either_place(spilling: bool, data: st.DataObject) -> None:
    elements = data.draw(ELEMENTS)
    links = data.draw(connections(elements))
    with MemoryOptimizedTopology(elements, links) as topology:
        plain = topology.to_dict()
        with MemoryOptimizedTopology.from_topology(plain, enable_streaming=spilling) as again:
            assert again == topology
            assert again.to_dict() == plain
        with MemoryOptimizedTopology.from_topology(topology, enable_streaming=spilling) as again:
            assert again == topology


@SPILLING
@given(data=st.data())
def test_the_order_in_which_ends_and_connections_come_makes_no_difference(
    spilling: bool, data: st.DataObject
) -> None:
    elements = data.draw(ELEMENTS)
    links = data.draw(connections(elements))
    builder = TopologyBuilder(enable_streaming=spilling)
    builder.add_connections(links)
    for element in elements:
        builder.add_element(element)
    with builder.build() as topology, MemoryOptimizedTopology(elements, links) as whole:
        assert topology == whole
        assert (topology.repeated, topology.unresolved) == (whole.repeated, whole.unresolved)
