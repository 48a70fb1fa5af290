"""GraphML and DOT hold the network: networkx and Graphviz read the same nodes and edges out of them."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

import networkx as nx
import pytest

from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.render.format import Source
from cloudwan_mcp.render.names import line, shown
from cloudwan_mcp.store import Filters
from render.consumer import consumed
from render.networks import document, hostile, regular, source, text_of
from tools.by_hand import CORE, attachment

EVERYTHING = [
    Filters(),
    Filters(segment="segment 1"),
    Filters(state="FAILED"),
    Filters(types=("segment", "core-network-edge", "core-network")),
    Filters(text="attachment-0000000000000001"),
    Filters(segment="nowhere"),
]
SHAPE = "{http://graphml.graphdrawing.org/xmlns}"


def graph_of(text: str) -> nx.MultiDiGraph:
    return nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)


def stored(made: Source) -> tuple[list[Element], list[Connection]]:
    """The matching elements, and the connections between them."""
    elements = [element for _, element in made.reader.page(made.filters, after=0, limit=1000).rows]
    rows = made.reader.connections(made.filters, after=(0, 0), limit=5000).rows
    ids = {element.id for element in elements}
    return elements, [each for each in rows if {each.source, each.target} <= ids]


@pytest.mark.parametrize("filters", EVERYTHING, ids=str)
def test_networkx_reads_the_matching_elements_and_what_connects_them(filters: Filters) -> None:
    with source(regular(40), filters) as made:
        graph, (elements, connections) = graph_of(text_of("graphml", made)), stored(made)
    assert sorted(data["id"] for _, data in graph.nodes(data=True)) == sorted(each.id for each in elements)
    ids = nx.get_node_attributes(graph, "id")
    edges = Counter((ids[a], ids[b], data["type"]) for a, b, data in graph.edges(data=True))
    assert edges == Counter((each.source, each.target, each.type) for each in connections)


def test_names_are_text_in_graphml() -> None:
    with source(hostile()) as made:
        text, (elements, _) = text_of("graphml", made), stored(made)
    graph = graph_of(text)
    assert {data.get("name", "") for _, data in graph.nodes(data=True)} == {line(e.name) for e in elements}
    assert {child.tag for child in ET.fromstring(text).iter()} == {
        f"{SHAPE}{name}" for name in ("graphml", "key", "graph", "node", "edge", "data")
    }


def nodes_of(drawn: dict) -> Iterator[dict]:
    return (each for each in drawn.get("objects", []) if "nodes" not in each and "aws_id" in each)


@pytest.mark.parametrize("size", [40, 400])
def test_graphviz_reads_the_same(size: int) -> None:
    """Few elements stand in frames by their segment; more are spread out."""
    with source(regular(size)) as made:
        text, (elements, connections) = text_of("dot", made), stored(made)
    assert ("subgraph" in text, "layout=sfdp" in text) == ((True, False) if size == 40 else (False, True))
    (drawn,) = consumed("dot", text.replace("layout=sfdp", "layout=nop"))  # which only reads
    ids = {each["_gvid"]: each["aws_id"] for each in nodes_of(drawn)}
    assert sorted(ids.values()) == sorted(each.id for each in elements)
    edges = Counter((ids[each["tail"]], ids[each["head"]], each["type"]) for each in drawn["edges"])
    assert edges == Counter((each.source, each.target, each.type) for each in connections)


def test_graphviz_draws_hostile_names_as_text() -> None:
    with source(hostile(), Filters(types=("attachment",))) as made:
        text, (elements, _) = text_of("dot", made), stored(made)
    (svg,) = consumed("svg", text)
    drawn = {"".join(each.itertext()) for each in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}
    for element in elements:
        # Graphviz writes no-break spaces for more than one blank
        wanted = shown(element.name or element.id)
        assert wanted.strip() in {each.replace("\xa0", " ").strip() for each in drawn}


def test_graphviz_draws_many_elements_by_their_connections() -> None:
    (svg,) = consumed("svg", document("dot", regular(200)))
    assert svg.count('class="node"') == 200 + 8


def test_what_matches_nothing_is_an_empty_graph() -> None:
    values = [CORE, attachment(1)]
    assert not graph_of(document("graphml", values, Filters(segment="no"))).nodes
    (drawn,) = consumed("dot", document("dot", values, Filters(segment="no")))
    assert "objects" not in drawn
