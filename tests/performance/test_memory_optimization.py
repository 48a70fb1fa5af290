"""The front door of the data structures and guards, as the library's users find it."""

from __future__ import annotations

import pytest

import cloudwan_mcp.performance.memory_optimization as front_door
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.performance import (
    MemoryCircuitBreaker,
    MemoryOptimizedTopology,
    NetworkConnection,
    NetworkElement,
    ObjectPool,
)
from conversation import python


def test_a_pool_needs_no_event_loop_no_server_and_no_model_of_replies() -> None:
    done = python(
        "import sys\nfrom cloudwan_mcp.performance import ObjectPool\nObjectPool(dict).get()\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & {
        "mcp",
        "pydantic",
        "starlette",
        "uvicorn",
        "anyio",
        "boto3",
        "botocore",
    }


def test_every_name_at_the_door_is_there_and_lives_in_its_room() -> None:
    for name in front_door.__all__:
        room = getattr(front_door, name).__module__
        assert room.startswith(("cloudwan_mcp.memory.", "cloudwan_mcp.topology.")), name


def test_elements_have_slots_and_can_be_made_of_nothing() -> None:
    element = NetworkElement()
    assert not hasattr(element, "__dict__")
    assert (element.id, element.name, element.element_type, element.region, element.metadata) == ("",) * 4 + (
        {},
    )
    assert NetworkElement().metadata is not element.metadata
    assert not hasattr(NetworkConnection(), "__dict__")


def test_elements_can_be_pooled_and_come_back_once() -> None:
    pool = ObjectPool(factory=lambda: NetworkElement(), max_size=1000)
    element = pool.get()
    pool.return_object(element)
    assert pool.get() is element
    pool.return_object(element)
    with pytest.raises(BadRequest):
        pool.return_object(element)


def test_a_breaker_breaks_when_more_is_in_use_than_its_threshold() -> None:
    assert MemoryCircuitBreaker(memory_threshold_mb=1, failure_threshold=5).should_break()
    assert not MemoryCircuitBreaker(memory_threshold_mb=1_000_000, failure_threshold=5).should_break()


@pytest.mark.parametrize("enable_streaming", [False, True])
def test_a_topology_reads_like_a_dict_of_its_elements(enable_streaming: bool) -> None:
    elements = [NetworkElement(f"vpc-{n}", f"spoke {n}", "vpc", "eu-west-1", {"n": n}) for n in range(50)]
    connections = [NetworkConnection(f"vpc-{n}", f"vpc-{n + 1}", "peering") for n in range(49)]
    with MemoryOptimizedTopology(elements, connections, enable_streaming=enable_streaming) as topology:
        assert dict(topology) == {element.id: element for element in elements}
        assert list(topology.connections) == connections
        assert topology.shortest_path("vpc-3", "vpc-6") == ["vpc-3", "vpc-4", "vpc-5", "vpc-6"]
        assert set(topology.neighbours("vpc-3")) == {"vpc-2", "vpc-4"}
        assert MemoryOptimizedTopology.from_topology(topology.to_dict()) == topology
