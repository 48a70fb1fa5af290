"""Topologies are taken from wherever others keep them, and of what is none it is said why."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import networkx
import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.topology import MemoryOptimizedTopology, NetworkConnection, NetworkElement
from fakes.topologies import attachment

take = MemoryOptimizedTopology.from_topology
ELEMENTS = [NetworkElement("a", "one", "VPC", "eu-west-1", {"x": 1}), NetworkElement("b")]
CONNECTIONS = [NetworkConnection("a", "b", "peer", {"State": "UP"})]


class Methods:
    """A topology that makes its parts when asked."""

    def elements(self) -> list[NetworkElement]:
        return ELEMENTS

    def connections(self) -> list[NetworkConnection]:
        return CONNECTIONS


@pytest.mark.parametrize(
    "topology",
    [
        SimpleNamespace(elements=ELEMENTS, connections=CONNECTIONS),
        SimpleNamespace(elements=lambda: iter(ELEMENTS), connections=CONNECTIONS),
        Methods(),
        {"elements": ELEMENTS, "connections": CONNECTIONS},
        {"nodes": ELEMENTS, "edges": CONNECTIONS},
        {"elements": {"a": ELEMENTS[0], "b": {}}, "connections": CONNECTIONS},
        (ELEMENTS, CONNECTIONS),
        [iter(ELEMENTS), iter(CONNECTIONS)],
        MemoryOptimizedTopology(ELEMENTS, CONNECTIONS),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_topology_is_recognised_by_its_shape(topology: Any) -> None:
    taken = take(topology)
    assert list(taken.elements) == ELEMENTS
    assert list(taken.connections) == CONNECTIONS


def test_a_dict_as_boto3_returns_it_is_the_metadata_of_an_element_that_knows_its_names() -> None:
    taken = take({"elements": [attachment(7)], "connections": []})
    assert taken["attachment-00000000000000007"] == NetworkElement(
        "attachment-00000000000000007", "vpc 7", "VPC", "eu-west-1", attachment(7)
    )


@pytest.mark.parametrize(
    ("item", "identifier", "kind", "region"),
    [
        ({"CoreNetworkId": "core-1", "AttachmentId": "a-1"}, "a-1", "attachment", ""),
        (
            {"Attachment": {"AttachmentId": "a-2", "EdgeLocation": "eu"}, "Options": {}},
            "a-2",
            "attachment",
            "eu",
        ),
        (
            {"VpcAttachment": {"Attachment": {"AttachmentId": "a-3", "AttachmentType": "VPC"}}},
            "a-3",
            "VPC",
            "",
        ),
        ({"Peering": {"PeeringId": "p-1", "CoreNetworkId": "c"}}, "p-1", "peering", ""),
        ({"ConnectPeerId": "cp-1", "ConnectAttachmentId": "a"}, "cp-1", "connect-peer", ""),
        ({"SiteId": "s-1", "DeviceId": "d-1", "GlobalNetworkId": "g", "Location": {}}, "d-1", "device", ""),
        ({"SiteId": "s-1", "GlobalNetworkId": "g"}, "s-1", "site", ""),
        (
            {"ResourceId": "r-1", "ResourceType": "vpc", "AwsRegion": "us", "CoreNetworkId": "c"},
            "r-1",
            "vpc",
            "us",
        ),
        ({"SubnetId": "subnet-1", "VpcId": "vpc-1"}, "subnet-1", "subnet", ""),
        ({"VpcId": "vpc-1", "Tags": [{"Key": "Name", "Value": None}]}, "vpc-1", "vpc", ""),
        ({"CoreNetworkId": "core-1", "GlobalNetworkId": "g"}, "core-1", "core-network", ""),
        ({"AttachmentId": "dx-1", "EdgeLocations": ["eu", "us"], "AttachmentType": "DX"}, "dx-1", "DX", "eu"),
        ({"id": "i-1", "type": "vpc", "region": "eu", "more": True}, "i-1", "vpc", "eu"),
    ],
)
def test_the_most_specific_member_names_an_item(item: Any, identifier: str, kind: str, region: str) -> None:
    (element,) = MemoryOptimizedTopology([item]).elements
    assert (element.id, element.element_type, element.region) == (identifier, kind, region)
    assert element.metadata == item


@pytest.mark.parametrize(
    "item",
    [
        {"Source": "a", "Target": "b", "Type": "peer", "State": "UP"},
        {"From": "arn:aws:networkmanager::1:attachment/a", "To": "arn:aws:ec2:eu:1:vpc/b", "type": "peer"},
        {"source": "a", "target": "b", "type": "peer"},
        SimpleNamespace(source="a", target="b", connection_type="peer"),
    ],
    ids=str,
)
def test_connections_are_found_under_the_names_of_others(item: Any) -> None:
    (found,) = MemoryOptimizedTopology(ELEMENTS, [item]).connections
    assert (found.source, found.target, found.connection_type) == ("a", "b", "peer")
    assert found.metadata in (item, {})


def test_pairs_and_triples_are_connections() -> None:
    taken = MemoryOptimizedTopology(ELEMENTS, [("a", "b"), ["a", "b", "peer"], ("a", "b", {"type": "vpn"})])
    assert [c.connection_type for c in taken.connections] == ["", "peer", "vpn"]


@dataclass(slots=True)
class Vpc:
    """An element as another program has it."""

    id: str
    type: str
    region: str
    cidrs: list[str] = field(default_factory=list)


Named = namedtuple("Named", ["id", "name"])


class Slotted:
    """Another, without a dict."""

    __slots__ = ("_secret", "id", "name")

    def __init__(self) -> None:
        self.id, self.name, self._secret = "s", "slots", 1


def test_objects_are_taken_by_their_public_attributes() -> None:
    taken = MemoryOptimizedTopology([Vpc("v", "vpc", "eu", ["10.0.0.0/8"]), Named("n", "named"), Slotted()])
    assert taken["v"] == NetworkElement(
        "v", "", "vpc", "eu", {"id": "v", "type": "vpc", "region": "eu", "cidrs": ["10.0.0.0/8"]}
    )
    assert taken["n"] == NetworkElement("n", "named")
    assert taken["s"] == NetworkElement("s", "slots")


def test_the_houses_own_values_bring_their_attributes_and_columns() -> None:
    element = Element("a", "vpc-attachment", "one", segment="prod", edge="eu", attributes='{"State": "UP"}')
    taken = take(([element, Element("b", "site")], [Connection("a", "b", "part-of", "UP", '{"Since": 1}')]))
    assert taken["a"] == NetworkElement(
        "a", "one", "vpc-attachment", "eu", {"State": "UP", "segment": "prod"}
    )
    assert list(taken.connections) == [NetworkConnection("a", "b", "part-of", {"Since": 1, "state": "UP"})]


@pytest.mark.parametrize(
    "graph",
    [networkx.Graph(), networkx.DiGraph(), networkx.MultiGraph(), networkx.MultiDiGraph()],
    ids=lambda graph: type(graph).__name__,
)
def test_a_networkx_graph_keeps_its_attributes_and_each_edge_once(graph: Any) -> None:
    graph.add_node("a", **attachment(1))
    graph.add_node("b", region="eu-west-1")
    graph.add_edge("a", "b", type="peer", weight=2)
    graph.add_edge("b", 3)
    parallel = graph.is_multigraph()
    if parallel:
        graph.add_edge("a", "b", type="vpn")
    taken = take(graph)
    assert list(taken) == ["a", "b", "3"]
    assert taken["a"].metadata == attachment(1)
    assert taken["b"] == NetworkElement("b", region="eu-west-1")
    kinds = [connection.connection_type for connection in taken.connections]
    assert kinds == (["peer", "vpn", ""] if parallel else ["peer", ""])
    assert next(iter(taken.connections)).metadata == {"type": "peer", "weight": 2}
    assert set(taken.neighbours("b")) == {"a", "3"}
    assert taken.neighbours("3") == ["b"]


def test_attributes_of_a_graph_that_look_like_ours_lose_nothing() -> None:
    graph = networkx.DiGraph()
    graph.add_node("a", id="another", name="one")
    graph.add_node("b", id="b", metadata={"x": 1})
    graph.add_edge("a", "b", source="elsewhere", metadata=5)
    taken = take(graph)
    assert taken["a"] == NetworkElement("a", "one", metadata={"id": "another", "name": "one"})
    assert taken["b"] == NetworkElement("b", metadata={"x": 1})
    (edge,) = taken.connections
    assert edge == NetworkConnection("a", "b", metadata={"source": "elsewhere", "metadata": 5})


@pytest.mark.parametrize(
    ("elements", "connections", "field", "words"),
    [
        ([{"id": "a"}, {"State": "UP"}], [], "elements[1]", "no id"),
        ([5], [], "elements[0]", "int"),
        ([{"id": 5}], [], "elements[0]", "a id"),
        ([NetworkElement(None)], [], "elements[0]", "no id"),  # type: ignore[arg-type]
        ([NetworkElement("a", 5)], [], "elements[0]", "name"),  # type: ignore[arg-type]
        ([NetworkElement("a", metadata=None)], [], "elements[0]", "metadata"),  # type: ignore[arg-type]
        ([], [{"source": "a"}], "connections[0]", "no target"),
        ([], [("a", "b"), ("a",)], "connections[1]", "1 members"),
        ([], [("a", "b", 5)], "connections[0]", "int"),
        (5, [], "elements", "int"),
        ([], None, "connections", "NoneType"),
        ([{"Nested": {"Deeper": {"Too": {"AttachmentId": "a"}}}}], [], "elements[0]", "no id"),
    ],
)
def test_a_wrong_value_is_named_by_its_position_and_by_what_it_lacks(
    elements: Any, connections: Any, field: str, words: str
) -> None:
    with pytest.raises(BadRequest, match=words) as caught:
        MemoryOptimizedTopology(elements, connections)
    assert caught.value.field == field
    assert caught.value.next_step


@pytest.mark.parametrize("value", [5, None, {}, "ab", [1, 2, 3], {"connections": []}], ids=repr)
def test_what_is_no_topology_is_refused(value: Any) -> None:
    with pytest.raises(BadRequest) as caught:
        take(value)
    assert caught.value.field in ("topology", "elements[0]")


def test_a_node_that_is_neither_text_nor_number_is_refused() -> None:
    graph = networkx.Graph()
    graph.add_node(("a", 1))
    with pytest.raises(BadRequest, match="tuple"):
        take(graph)
