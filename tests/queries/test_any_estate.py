"""For any estate and any filters, paging gives exactly what a naive filter over AWS's own items gives."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudwan_mcp.findings import FINDINGS
from cloudwan_mcp.indexing.run import index
from cloudwan_mcp.queries.list_findings import Position, Wanted, list_findings
from cloudwan_mcp.queries.stream_topology import stream_topology
from cloudwan_mcp.refresh import discover
from cloudwan_mcp.settings import load
from cloudwan_mcp.simulator import Estate, Simulator
from cloudwan_mcp.store import Cursor, Filters, Folder, Reader

Item = dict[str, Any]
KINDS = {
    "VPC": "vpc",
    "CONNECT": "connect",
    "SITE_TO_SITE_VPN": "site-to-site-vpn",
    "DIRECT_CONNECT_GATEWAY": "direct-connect-gateway",
    "TRANSIT_GATEWAY_ROUTE_TABLE": "transit-gateway-route-table",
}
QUESTIONS = 12  # of each estate: discovering it is what takes long


@contextmanager
def snapshot(estate: Estate) -> Iterator[Reader]:
    with (
        Simulator(estate) as simulator,
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("AWS_ENDPOINT_URL", simulator.url)
        snapshots = Folder(load({"data_dir": folder}))
        info = discover(load({"data_dir": folder}), snapshots)
        index(snapshots, info.id)
        with snapshots.reader(info.id) as reader:
            yield reader
        snapshots.close()


def segment(item: Item) -> str:
    group = item.get("NetworkFunctionGroupName")
    return f"nfg:{group}" if group else item.get("SegmentName") or ""


def edges(item: Item) -> str:
    return item.get("EdgeLocation") or (item.get("EdgeLocations") or [""])[0]


def matches(item: Item, filters: Filters) -> bool:
    tags = [(tag["Key"], tag["Value"]) for tag in item.get("Tags") or ()]
    key, equals, value = filters.tag.partition("=")
    return (
        (not filters.types or f"{KINDS[item['AttachmentType']]}-attachment" in filters.types)
        and filters.segment in ("", segment(item))
        and filters.edge in ("", edges(item))
        and filters.account in ("", item["OwnerAccountId"])
        and filters.state in ("", item["State"])
        and (not filters.tag or any(k == key and (not equals or v == value) for k, v in tags))
    )


def paged(reader: Reader, filters: Filters, limit: int, room: int) -> list[str]:
    cursor: Cursor | None = Cursor("x", filters)
    found: list[str] = []
    while cursor:
        page = stream_topology(reader, cursor, limit=limit, detail="full", bytes_left=room)
        assert len(page.items) <= limit
        found += [row["id"] for row in page.items]
        cursor = page.cursor
    return found


def filters_of(items: list[Item]) -> st.SearchStrategy[Filters]:
    """Values that occur, one that does not, and none."""
    tags = {f"{t['Key']}={t['Value']}" for item in items for t in item.get("Tags") or ()}

    def one_of(values: set[str]) -> st.SearchStrategy[str]:
        return st.sampled_from(["", "", "nowhere", *sorted(values)])

    types = st.sampled_from([f"{kind}-attachment" for kind in KINDS.values()])
    return st.builds(
        Filters,
        types=st.lists(types, min_size=1, max_size=5, unique=True).map(tuple),
        segment=one_of({segment(item) for item in items}),
        edge=one_of({edges(item) for item in items}),
        account=one_of({item["OwnerAccountId"] for item in items}),
        state=one_of({item["State"] for item in items}),
        tag=one_of(tags | {"Owner", "CostCenter"}),
    )


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    data=st.data(),
    seed=st.integers(0, 10_000),
    attachments=st.integers(0, 120),
    networks=st.integers(1, 2),
)
def test_any_estate_is_paged_as_a_naive_filter_lists_it(
    data: st.DataObject, seed: int, attachments: int, networks: int
) -> None:
    estate = Estate(seed=seed, attachments=attachments, core_networks=networks)
    items = [
        item
        for network in estate.networks
        for item in estate.items("ListAttachments", CoreNetworkId=network.core_id)
    ]
    with snapshot(estate) as reader:
        for _ in range(QUESTIONS):
            filters = data.draw(filters_of(items))
            limit, room = data.draw(st.integers(1, 60)), data.draw(st.integers(600, 40_000))
            expected = [item["AttachmentId"] for item in items if matches(item, filters)]
            assert sorted(paged(reader, filters, limit, room)) == sorted(expected)
        limit = data.draw(st.integers(1, 50))
        wanted, position, found = Wanted(now=time.time()), Position(), []
        while True:
            listed = list_findings(reader, wanted, position, limit)
            found += [(i.finding.name, i.severity, i.element and i.element.id, i.text) for i in listed.items]
            if not listed.more:
                break
            position = listed.items[-1].behind
        assert len(found) == sum(count for _, _, count in listed.counts)
        assert [each[0] for each in found] == sorted(
            (each[0] for each in found), key=[f.name for f in FINDINGS].index
        )
        failed = {item["AttachmentId"] for item in items if item["State"] == "FAILED"}
        assert failed <= {identifier for name, _, identifier, _ in found if name == "failed"}
