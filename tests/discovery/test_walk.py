"""The walk reads every page of every listing once, within its bounds, and can be stopped and gone on with."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.discovery.progress import Progress, Stopped
from cloudwan_mcp.discovery.run import LEVELS, Walk
from cloudwan_mcp.errors import TryAgain
from cloudwan_mcp.model import Connection, Element
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging
from fakes.snapshots import all_connections, new_staging, read_all
from fakes.source import CORE, GLOBAL, FakeSource, attachments, sites

Walks = Callable[..., Walk]
Published = Callable[[], SnapshotReader]


def elements(reader: SnapshotReader, *types: str) -> dict[str, Element]:
    return {e.id: e for _, e in read_all(reader, Filters(types=types))}


def test_every_item_of_every_page_is_stored_with_its_own_text(walk: Walks, published: Published) -> None:
    source = FakeSource({"list_attachments": attachments(7), "get_sites": sites(3)})
    walk(source).run()
    found = elements(published(), "vpc-attachment", "site")
    assert len(found) == 10
    first = found[attachments(1)[0]["AttachmentId"]]
    assert (first.global_network, first.core_network, first.segment) == (GLOBAL, CORE, "prod")
    assert '"AttachmentType": "VPC"' in first.attributes


def test_every_listing_is_asked_once_a_page_and_an_empty_one_once(walk: Walks) -> None:
    source = FakeSource({"list_attachments": attachments(7)})
    walk(source).run()
    asked = {kind.operation for kind in KINDS if kind.scope in LEVELS - {"resource-type"}}
    assert source.calls == Counter(asked) + Counter({"list_attachments": 3})
    assert len(source.asked) == len(set(source.asked))


def test_only_resource_types_that_are_there_are_asked_for(walk: Walks) -> None:
    asked: list[str] = []

    def resources(parameters: dict[str, str]) -> list[dict[str, str]]:
        asked.append(parameters["ResourceType"])
        return [{"ResourceArn": f"arn:aws:ec2:eu-west-1:1:{parameters['ResourceType']}/x"}]

    counts = [
        {"ResourceType": kind, "Count": count}
        for kind, count in (("vpn-connection", 1), ("transit-gateway", 1), ("dxcon", 0), ("attachment", 5))
    ]
    walk(FakeSource({"get_network_resource_counts": counts, "get_network_resources": resources})).run()
    assert sorted(asked) == ["transit-gateway", "vpn-connection"]


@pytest.mark.parametrize("concurrency", [1, 2, 4, 8])
def test_no_more_calls_are_in_flight_than_set(walk: Walks, concurrency: int) -> None:
    source = FakeSource({"list_attachments": attachments(60), "get_sites": sites(60)}, seconds=0.002)
    walk(source, concurrency=concurrency).run()
    assert source.most_in_flight <= concurrency
    assert source.most_in_flight == concurrency or concurrency > 4


@pytest.mark.parametrize(("throttles", "allowed"), [(0, 8), (1, 4), (5, 1)])
def test_throttling_halves_the_calls_in_flight(walk: Walks, throttles: int, allowed: int) -> None:
    throttled = TryAgain("slow down", next_step="wait", code="ThrottlingException", retry_after=0.0)
    roots = ("describe_global_networks", "list_core_networks")
    source = FakeSource(script={root: [throttled] * throttles for root in roots}, seconds=0.01)
    seen: list[int] = []

    def on_call(operation: str, token: str | None) -> None:
        if operation not in roots:
            seen.append(source.in_flight)

    source.on_call = on_call
    walk(source, concurrency=16).run()
    assert max(seen[:5]) <= allowed
    assert max(seen) > 1


def test_a_listing_has_at_most_one_page_ahead(walk: Walks, staging: Staging) -> None:
    source = FakeSource({"list_attachments": attachments(40)})
    ahead: list[int] = []
    committed = [0]

    def on_call(operation: str, token: str | None) -> None:
        if operation == "list_attachments":
            ahead.append(int(token or 0) // 2 - committed[0])

    def on_progress(progress: Progress) -> None:
        committed[0] = sum(step.pages for step in staging.steps() if step.kind == "attachment")

    source.on_call = on_call
    walk(source, on_progress=on_progress).run()
    assert max(ahead) <= 1


def test_progress_counts_up_to_what_is_stored(walk: Walks, published: Published) -> None:
    counts = [{"ResourceType": "attachment", "Count": 7}, {"ResourceType": "site", "Count": 3}]
    seen: list[Progress] = []
    source = FakeSource(
        {"list_attachments": attachments(7), "get_sites": sites(3), "get_network_resource_counts": counts}
    )
    progress = walk(source, on_progress=seen.append).run()
    info = published().info()
    assert progress == seen[-1]
    assert progress.elements == info.elements
    assert progress.expected == info.expected == 10
    assert (progress.calls, info.calls, info.repeated) == (len(source.asked), len(source.asked), 0)
    assert [each.elements for each in seen] == sorted(each.elements for each in seen)


@settings(max_examples=25)
@given(st.integers(1, 40), st.integers(1, 6))
def test_a_walk_stopped_anywhere_stops_within_a_page_and_then_goes_on_to_the_same_end(
    calls: int, concurrency: int
) -> None:
    listings = {"list_attachments": attachments(20), "get_sites": sites(9)}
    with tempfile.TemporaryDirectory() as folder:
        source, stop = FakeSource(listings), threading.Event()

        def on_call(operation: str, token: str | None) -> None:
            if sum(source.calls.values()) >= calls:
                stop.set()

        source.on_call = on_call
        whole = new_staging(Path(folder), "whole")
        Walk(FakeSource(listings), whole).run()
        halted = new_staging(Path(folder), "halted")
        with contextlib.suppress(Stopped):
            Walk(source, halted, concurrency=concurrency, stop=stop).run()
        assert sum(source.calls.values()) <= calls + 2 * concurrency
        again = FakeSource(listings)
        Walk(again, halted).run()
        assert contents(halted) == contents(whole)
        total = sum(source.calls.values()) + sum(again.calls.values())
        assert int(halted.recall("calls")) == total
        halted.close()
        whole.close()


def contents(staging: Staging) -> dict[str, Element]:
    reader = SnapshotReader(staging.path, complete=False)
    try:
        found = read_all(reader, limit=100)
        assert len({e.id for _, e in found}) == len(found)
        return {e.id: e for _, e in found}
    finally:
        reader.close()


ROUTES = {
    ("prod", "eu-west-1"): "10.1.0.0/16",
    ("prod", "us-east-1"): "10.2.0.0/16",
    ("dev", "eu-west-1"): "10.3.0.0/16",
}


def routes(parameters: dict[str, dict[str, dict[str, str]]]) -> list[dict[str, object]]:
    table = parameters["RouteTableIdentifier"]["CoreNetworkSegmentEdge"]
    prefix = ROUTES[table["SegmentName"], table["EdgeLocation"]]
    end = {"CoreNetworkAttachmentId": attachments(1)[0]["AttachmentId"]}
    return [{"DestinationCidrBlock": prefix, "Type": "PROPAGATED", "State": "ACTIVE", "Destinations": [end]}]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ((), set()),
        ({("", "")}, set(ROUTES)),
        ({("prod", "eu-west-1")}, {("prod", "eu-west-1")}),
        ({("prod", "")}, {("prod", "eu-west-1"), ("prod", "us-east-1")}),
        ({("", "eu-west-1")}, {("prod", "eu-west-1"), ("dev", "eu-west-1")}),
        ({("nowhere", "")}, set()),
    ],
)
def test_route_tables_are_read_only_on_request_and_only_those_asked_for(
    walk: Walks, published: Published, tables: set[tuple[str, str]], expected: set[tuple[str, str]]
) -> None:
    source = FakeSource({"get_network_routes": routes, "list_attachments": attachments(1)})
    walk(source, levels=LEVELS | {"route-table"} if tables else LEVELS, tables=tables).run()
    reader = published()
    found = elements(reader, "route").values()
    assert {(e.segment, e.edge) for e in found} == expected
    assert {e.name for e in found} == {ROUTES[each] for each in expected}
    hops = [c for c in all_connections(reader, Filters(types=("route",)), 50) if c.type == "next-hop"]
    assert len(hops) == len(expected)
    assert source.calls["get_network_routes"] == len(expected)


def test_a_network_function_groups_table_is_asked_for_as_such(walk: Walks) -> None:
    asked: list[dict[str, object]] = []

    def group_routes(parameters: dict[str, dict[str, object]]) -> list[dict[str, object]]:
        asked.append(parameters["RouteTableIdentifier"])
        return []

    layout = [{"NetworkFunctionGroups": [{"Name": "fw", "EdgeLocations": ["eu-west-1"]}]}]
    source = FakeSource({"get_core_network": layout, "get_network_routes": group_routes})
    walk(source, levels=LEVELS | {"route-table"}, tables={("nfg:fw", "")}).run()
    place = {"CoreNetworkId": CORE, "EdgeLocation": "eu-west-1", "NetworkFunctionGroupName": "fw"}
    assert asked == [{"CoreNetworkNetworkFunctionGroup": place}]


def test_the_layout_connects_segments_edges_and_attachments(walk: Walks, published: Published) -> None:
    walk(FakeSource({"list_attachments": attachments(1)})).run()
    identifier = attachments(1)[0]["AttachmentId"]
    found = list(all_connections(published(), Filters(), 10))
    prod, edge = f"{CORE}/segment/prod", f"{CORE}/edge/eu-west-1"
    assert Connection(identifier, prod, "segment-association") in found
    assert Connection(identifier, edge, "edge-location") in found
    assert Connection(prod, edge, "deployed-at") in found
    assert Connection(CORE, GLOBAL, "part-of") in found
