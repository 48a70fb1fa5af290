"""Metadata comes out as it went in, or is refused before anything has changed."""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.topology import MemoryOptimizedTopology, NetworkElement, TopologyBuilder
from cloudwan_mcp.topology.codec import MOST_SHAPES
from cloudwan_mcp.topology.exact import DEPTH
from fakes.topologies import Name, typed

BOTH = pytest.mark.parametrize("spilling", [False, True], ids=["memory", "file"])


class Direction(Enum):
    """Something that is no subclass of a plain type."""

    IN = 1


class Annotated(str):
    """A text that carries more than it says."""


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def with_itself() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = [value]
    return value


def annotated() -> Annotated:
    text = Annotated("text")
    text.note = object()  # type: ignore[attr-defined]
    return text


def kept(metadata: Any, *, spilling: bool) -> Any:
    with MemoryOptimizedTopology([NetworkElement("a", metadata=metadata)], enable_streaming=spilling) as made:
        return made["a"].metadata


@BOTH
@pytest.mark.parametrize(
    "value",
    [
        10**5000,
        -(10**5000),
        nested(DEPTH - 5),
        {"$kept": ["int", "ff"]},
        [{"Key": "a", "Value": "b"}, {"Key": "c"}],
        [{"Key": "a", "Value": "b"}, {"Value": "d", "Key": "c"}],
        [{"Key": "a", "Value": [1]}, {"Key": "c", "Value": [2]}],
        [{}, {}],
        [{Name("Key"): "a"}],
        {Name("Key"): "a"},
        {1: "a", True and "1": "b", None: 2},
        OrderedDict(a=OrderedDict(b=1)),
        datetime(2025, 1, 1, tzinfo=UTC),
        "x" * 5_000_000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_odd_values_keep_their_types(value: Any, spilling: bool) -> None:
    for metadata in ({"value": value}, {"State": "UP", "Tags": [value], "more": {"value": value}}):
        found = kept(metadata, spilling=spilling)
        assert found == metadata
        assert list(found) == list(metadata)
        assert value == 10**5000 or value == -(10**5000) or typed(found) == typed(metadata)


@BOTH
def test_not_a_number_stays_none(spilling: bool) -> None:
    assert math.isnan(kept({"value": math.nan}, spilling=spilling)["value"])


@BOTH
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (object(), "object"),
        (Direction.IN, "Direction"),
        (defaultdict(list), "defaultdict"),
        (annotated(), "Annotated"),
        (memoryview(b"x"), "memoryview"),
        (len, "builtin"),
        (nested(2 * DEPTH), "nested deeper"),
        ((nested(2 * DEPTH),), "nested deeper"),
        (with_itself(), "contains itself"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_kept_is_named_and_changes_nothing(value: Any, words: str, spilling: bool) -> None:
    builder = TopologyBuilder(enable_streaming=spilling)
    builder.add_element(NetworkElement("a"))
    for metadata in ({"State": value}, {"State": {1: value}}):
        with pytest.raises(BadRequest, match=words) as caught:
            builder.add_element(NetworkElement("the culprit", metadata=metadata))
        assert caught.value.field == "elements[1]"
        assert "'the culprit'" in str(caught.value)
        with pytest.raises(BadRequest, match=words) as caught:
            builder.add_connection(("a", "a", {"value": value}))
        assert caught.value.field == "connections[0]"
    builder.add_element(NetworkElement("b"))
    with builder.build() as topology:
        assert list(topology) == ["a", "b"]
        assert len(topology.connections) == 0


@BOTH
def test_more_shapes_than_are_remembered_are_kept_all_the_same(spilling: bool) -> None:
    elements = [
        NetworkElement(str(n), metadata={f"key {n}": n, "Tags": [{f"key {n}": n}]})
        for n in range(2 * MOST_SHAPES)
    ]
    elements.append(NetworkElement("wide", metadata={str(n): n for n in range(1000)}))
    with MemoryOptimizedTopology(elements, enable_streaming=spilling) as topology:
        assert list(topology.elements) == elements
        assert topology.memory_usage()["vocabulary"] < 300_000


def test_what_is_given_out_is_the_callers_own() -> None:
    topology = MemoryOptimizedTopology([NetworkElement("a", metadata={"Tags": [{"Key": "k", "Value": "v"}]})])
    element = topology["a"]
    element.metadata["Tags"].append(5)
    element.metadata["more"] = element.name = "changed"
    assert topology["a"] == NetworkElement("a", metadata={"Tags": [{"Key": "k", "Value": "v"}]})
    assert element.metadata["more"] == "changed"


def test_a_topology_keeps_its_own_copy() -> None:
    metadata: dict[str, Any] = {"Tags": ["a"]}
    topology = MemoryOptimizedTopology([NetworkElement("a", metadata=metadata)])
    metadata["Tags"].append("b")
    assert topology["a"].metadata == {"Tags": ["a"]}
