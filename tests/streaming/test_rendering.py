"""Rendering: places that never change, edges between what has one, names that are text, bounded memory."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from cloudwan_mcp.errors import BadRequest, Exhausted
from cloudwan_mcp.streaming.bus import DiagramAgentMessageBus
from cloudwan_mcp.streaming.drawing import AMBER, text
from cloudwan_mcp.streaming.grid import (
    MOST_COLUMNS,
    MOST_LANES,
    NODE_HEIGHT,
    NODE_WIDTH,
    OTHER,
    Grid,
    Label,
    Node,
)
from cloudwan_mcp.streaming.rendering import RenderIncrement
from cloudwan_mcp.topology import NetworkConnection, NetworkElement
from streaming.memory import Memory
from streaming.networks import Network, elements, ring

pytestmark = pytest.mark.anyio


async def drawn(memory: Memory, topology: Any, **given: Any) -> list[RenderIncrement]:
    async with memory.manager().render(topology, **given) as increments:
        return [increment async for increment in increments]


def parsed(increments: list[RenderIncrement]) -> ET.Element:
    """The whole picture, as an XML parser sees it."""
    last = increments[-1].placed
    size = f'width="{last.width}" height="{last.height}"'
    whole = "".join(increment.svg for increment in increments)
    return ET.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{whole}</svg>')


def overlap(a: Node, b: Node) -> bool:
    return abs(a.x - b.x) < NODE_WIDTH and abs(a.y - b.y) < NODE_HEIGHT


async def test_every_chunk_adds_its_nodes_and_the_edges_that_have_both_ends(memory: Memory) -> None:
    increments = await drawn(memory, Network(elements(35), ring(35)))
    assert [increment.placed.number for increment in increments] == [1, 2, 3, 4]
    assert [len(increment.placed.nodes) for increment in increments] == [10, 10, 10, 5]
    # the last of each chunk points at the first of the next one
    assert [len(increment.placed.edges) for increment in increments] == [9, 10, 10, 6]
    assert [increment.placed.waiting for increment in increments] == [1, 1, 1, 0]
    tags = [element.tag.partition("}")[2] for element in parsed(increments).iter()]
    assert tags.count("rect") == 35
    assert tags.count("line") == 35 + 1  # and one above the lane


async def test_an_edge_leads_from_its_source_to_its_target(memory: Memory) -> None:
    (increment,) = await drawn(memory, Network(elements(3), [NetworkConnection("vpc-2", "vpc-0", "peering")]))
    nodes = {node.id: node for node in increment.placed.nodes}
    (edge,) = increment.placed.edges
    assert (edge.source, edge.target, edge.type) == ("vpc-2", "vpc-0", "peering")
    assert (edge.x1, edge.y1) == (nodes["vpc-2"].x, nodes["vpc-2"].y)
    assert (edge.x2, edge.y2) == (nodes["vpc-0"].x, nodes["vpc-0"].y)


async def test_lanes_are_segments_or_types_and_columns_are_regions(memory: Memory) -> None:
    network = [
        NetworkElement("a", "a", "vpc-attachment", "eu-west-1", {"segment": "prod"}),
        NetworkElement("b", "b", "vpc-attachment", "us-east-1", {"segment": "prod"}),
        NetworkElement("c", "c", "vpc-attachment", "eu-west-1", {"segment": "dev"}),
        NetworkElement("d", "d", "site", "", {"segment": ["no", "text"]}),
        NetworkElement("e"),
    ]
    (increment,) = await drawn(memory, network)
    a, b, c, d, e = increment.placed.nodes
    assert [node.lane for node in (a, b, c, d, e)] == ["prod", "prod", "dev", "site", OTHER]
    assert (a.y == b.y, a.x == c.x, d.x == e.x) == (True, True, True)
    assert len({a.y, c.y, d.y, e.y}) == 4
    assert len({a.x, b.x, d.x}) == 3
    names = [label.text for label in increment.placed.labels]
    assert sorted(names) == sorted(["prod", "dev", "site", OTHER, "eu-west-1", "us-east-1", "global"])


@examples(
    cells=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=300),
)
async def test_places_do_not_overlap_and_lie_within_the_bounds(
    anyio_backend: Any, cells: list[tuple[int, int]]
) -> None:
    network = [
        NetworkElement(f"n-{n}", "", f"type-{lane}", f"region-{column}")
        for n, (lane, column) in enumerate(cells)
    ]
    increments = await drawn(Memory(), network)
    nodes = [node for increment in increments for node in increment.placed.nodes]
    assert [node.id for node in nodes] == [element.id for element in network]
    assert not any(overlap(a, b) for at, a in enumerate(nodes) for b in nodes[:at])
    for increment in increments:
        for node in increment.placed.nodes:
            assert 0 <= node.x <= increment.placed.width - NODE_WIDTH
            assert 0 <= node.y <= increment.placed.height - NODE_HEIGHT


def test_bands_of_lanes_do_not_overlap_and_grow_by_themselves() -> None:
    grid, bands = Grid(), []
    for n in range(40_000):
        grid.place(NetworkElement(f"n-{n}", "", f"type-{n % 7 % 3}", f"region-{n % 2}"))
        bands += [label for label in grid.news() if label.height]
    assert [label.y for label in bands[1:]] == [label.y + label.height for label in bands[:-1]]
    assert bands[-1].y + bands[-1].height == grid.height
    assert len(bands) < 40
    assert Label("type-0", 0, 40, bands[0].height) in bands
    assert any(label.text == "type-0 (2)" for label in bands)


def test_lanes_and_columns_are_bounded_in_number() -> None:
    grid = Grid()
    nodes = [grid.place(NetworkElement(f"n-{n}", "", f"type-{n}", f"region-{n}")) for n in range(1000)]
    assert len({node.lane for node in nodes}) == MOST_LANES
    assert len({node.x for node in nodes}) <= MOST_COLUMNS * 4
    assert nodes[-1].lane == OTHER


async def test_beyond_the_bound_of_ids_edges_are_counted_and_not_drawn(memory: Memory) -> None:
    increments = await drawn(memory, Network(elements(40), ring(40)), max_ids=15)
    assert sum(len(increment.placed.nodes) for increment in increments) == 40
    edges = sum(len(increment.placed.edges) for increment in increments)
    last = increments[-1].placed
    assert (edges, last.waiting, last.undrawn) == (14, 0, 26)


async def test_edges_that_wait_are_bounded_too(memory: Memory) -> None:
    strays = [NetworkConnection("vpc-0", f"elsewhere-{n}") for n in range(30)]
    increments = await drawn(memory, [*elements(5), *strays], max_ids=20)
    assert (increments[-1].placed.waiting, increments[-1].placed.undrawn) == (20, 10)


NASTY = '<script>alert("1")</script>\x00\x1b\ud800]]>&\'"'


async def test_names_from_outside_are_text_and_nothing_else(memory: Memory) -> None:
    network = Network(
        [NetworkElement(NASTY, NASTY, NASTY, NASTY, {"segment": NASTY}), NetworkElement("b", "b" * 1000)],
        [NetworkConnection(NASTY, "b", NASTY)],
    )
    increments = await drawn(memory, network)
    assert "<script" not in increments[0].svg
    assert len(increments[0].svg) < 5000
    picture = parsed(increments)
    assert {element.tag.partition("}")[2] for element in picture.iter()} == {
        "svg",
        "g",
        "line",
        "rect",
        "text",
        "title",
    }
    assert {name for element in picture.iter() for name in element.attrib if name.startswith("on")} == set()
    titles = [element.text or "" for element in picture.iter() if element.tag.endswith("title")]
    assert any('<script>alert("1")</script>\ufffd\ufffd\ufffd]]>&\'"' in title for title in titles)


@examples(value=st.text(st.characters(), max_size=40), most=st.integers(1, 20))
def test_any_text_is_well_formed_and_bounded(value: str, most: int) -> None:
    element = ET.fromstring(f'<a b="{text(value, most)}">{text(value, most)}</a>')
    assert len(element.text or "") <= most
    assert len(element.attrib["b"]) <= most


async def test_a_network_function_group_is_amber(memory: Memory) -> None:
    group = NetworkElement("a", "inspection", "network-function-group", "", {"segment": "nfg:inspection"})
    (increment,) = await drawn(memory, [group])
    assert AMBER in increment.svg


async def test_the_stages_run_on_the_bus_that_is_given(memory: Memory) -> None:
    seen = []

    async def middleware(message: Any, call_next: Any) -> Any:
        seen.append(type(message).__name__)
        return await call_next(message)

    bus = DiagramAgentMessageBus()
    bus.add_middleware(middleware)
    for _ in range(2):
        await drawn(memory, elements(20), bus=bus)
    assert seen == ["TopologyChunk", "Placed"] * 4
    assert bus.statistics()["agents"] == 0


async def test_cleaning_up_the_agents_lets_go_of_ends_and_keeps_the_places(memory: Memory) -> None:
    bus = DiagramAgentMessageBus()
    nodes, found = [], []
    async with memory.manager().render(Network(elements(60), ring(60)), bus=bus) as increments:
        async for increment in increments:
            nodes += increment.placed.nodes
            found.append((len(increment.placed.edges), increment.placed.undrawn))
            if increment.placed.number == 3:
                assert await bus.cleanup_agents() == 2
    assert found == [(9, 0), (10, 0), (10, 0), (0, 11), (0, 21), (0, 31)]
    assert not any(overlap(a, b) for at, a in enumerate(nodes) for b in nodes[:at])


async def test_an_increment_is_made_when_it_is_asked_for_and_leaving_ends_it(memory: Memory) -> None:
    pulled = []

    def source() -> Any:
        for element in elements(100):
            pulled.append(element)
            yield element

    async with memory.manager().render(source()) as increments:
        assert pulled == []
        await anext(increments)
        assert len(pulled) == 10
    assert memory.reserved == 0


async def test_a_consumer_that_raises_ends_it_with_its_own_error(memory: Memory) -> None:
    async def consume() -> None:
        async with memory.manager().render(elements(100)) as increments:
            async for _ in increments:
                raise LookupError

    with pytest.raises(LookupError):
        await consume()
    assert memory.reserved == 0


async def test_rendering_goes_on_after_memory_was_short(memory: Memory) -> None:
    manager = memory.manager(memory_threshold_mb=500, pause_timeout_s=2)
    async with manager.render(elements(30)) as increments:
        first = await anext(increments)
        memory.gauge.share = 0.6
        with pytest.raises(Exhausted):
            await anext(increments)
        memory.gauge.share = 0.1
        memory.clock.wait(5)
        rest = [increment async for increment in increments]
    nodes = [node for increment in (first, *rest) for node in increment.placed.nodes]
    assert [node.id for node in nodes] == [element.id for element in elements(30)]


async def test_the_bound_of_ids_is_named(memory: Memory) -> None:
    with pytest.raises(BadRequest) as caught:
        memory.manager().render([], max_ids=-1)
    assert caught.value.field == "max_ids"
