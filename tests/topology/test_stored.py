"""A snapshot in the store is looked at as a topology without being copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.topology import MemoryOptimizedTopology, NetworkConnection, NetworkElement
from fakes.snapshots import PLACES, first_step, new_staging

VPC = Element(
    "attachment-1", "vpc-attachment", "one", "global-network-1", "core-network-1", "prod", "eu-west-1",
    "111122223333", "AVAILABLE", '{"AttachmentId": "attachment-1", "Tags": []}',
)  # fmt: skip
SITE = Element("site-1", "site", attributes="[1]")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SnapshotReader]:
    staging = new_staging(tmp_path)
    values = [
        *PLACES,
        VPC,
        SITE,
        SITE,
        Connection("attachment-1", "site-1", "part-of", "UP"),
        Connection("x", "y", "z"),
    ]
    with staging:
        _, repeated = staging.commit(first_step(staging), values, token=None)
        staging.remember(repeated=repeated)
    reader = SnapshotReader(publish(staging.path, tmp_path / "snapshot-one.db"), complete=True)
    yield reader
    reader.close()


def test_its_elements_have_their_attributes_and_columns_as_metadata(reader: SnapshotReader) -> None:
    topology = MemoryOptimizedTopology.from_topology(reader)
    assert topology.spilled
    assert (topology.repeated, topology.unresolved) == (1, 1)
    assert len(topology) == len(PLACES) + 2
    assert topology["attachment-1"] == NetworkElement(
        "attachment-1",
        "one",
        "vpc-attachment",
        "eu-west-1",
        {
            "AttachmentId": "attachment-1",
            "Tags": [],
            "global_network": "global-network-1",
            "core_network": "core-network-1",
            "segment": "prod",
            "account": "111122223333",
            "state": "AVAILABLE",
        },
    )
    assert topology["site-1"].metadata == {"attributes": [1]}
    assert "arn:aws:networkmanager::111122223333:site/site-1" not in topology
    assert sum(topology.memory_usage().values()) == 0


def test_segments_and_edges_are_connected_with_their_members(reader: SnapshotReader) -> None:
    topology = MemoryOptimizedTopology.from_topology(reader)
    found = topology.connections_of("attachment-1")
    assert [c.connection_type for c in found] == ["segment-association", "edge-location", "part-of"]
    assert found[-1] == NetworkConnection("attachment-1", "site-1", "part-of", {"state": "UP"})
    segment = found[0].target
    assert topology.neighbours(segment, "in") == ["attachment-1"]
    assert topology.connections_of(segment, "in") == found[:1]
    assert topology.shortest_path(segment, "site-1") == [segment, "attachment-1", "site-1"]
    assert len(topology.connections) == len(list(topology.connections)) == reader.info().connections


def test_filters_are_exact(reader: SnapshotReader) -> None:
    topology = MemoryOptimizedTopology.from_topology(reader)
    assert [e.id for e in topology.filter("vpc-attachment", "eu-west-1")] == ["attachment-1"]
    assert topology.count("vpc-attachment") == 1
    assert list(topology.filter("attachment")) == []
    assert topology.count("attachment") == 0
    assert topology.count() == len(topology)
    assert topology.count(region="") == len([e for e in topology.elements if not e.region])


def test_it_stays_its_owners_to_close(reader: SnapshotReader) -> None:
    with MemoryOptimizedTopology.from_topology(reader):
        pass
    assert reader.find("site-1")


def test_a_copy_in_memory_is_equal(reader: SnapshotReader) -> None:
    topology = MemoryOptimizedTopology.from_topology(reader)
    copy = MemoryOptimizedTopology(topology.elements, topology.connections)
    assert copy == topology
    assert not copy.spilled


def test_a_snapshot_that_still_grows_is_refused(tmp_path: Path) -> None:
    staging = new_staging(tmp_path)
    reader = SnapshotReader(staging.path, complete=False)
    with pytest.raises(BadRequest, match="still being discovered"):
        MemoryOptimizedTopology.from_topology(reader)
    reader.close()
    staging.close()
