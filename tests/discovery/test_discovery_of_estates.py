"""A discovery over HTTP finds what a simulated network has, in the number of calls that it must take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from cloudwan_mcp.discovery.run import LEVELS
from cloudwan_mcp.model import Element
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.simulator import Faults, Simulator
from cloudwan_mcp.store import Filters
from cloudwan_mcp.store.reader import SnapshotReader
from fakes import truth
from fakes.snapshots import all_connections, read_all

Simulate = Callable[..., Simulator]
Discover = Callable[..., SnapshotReader]
ESTATES: list[dict[str, Any]] = [
    {"attachments": 0},
    {"attachments": 1},
    {"attachments": 500},
    {"attachments": 501},
    {"attachments": 700, "core_networks": 2},
]
LEFT_OUT = ("GetNetworkResourceRelationships", "GetNetworkTelemetry", "GetNetworkResources")
WANTED = 600  # attachments of the estate that faults are tried on


def read(reader: SnapshotReader) -> dict[str, Element]:
    found = [e for _, e in read_all(reader, limit=500)]
    assert len({e.id for e in found}) == len(found)
    return {e.id: e for e in found}


@pytest.mark.parametrize("estate", ESTATES, ids=str)
def test_every_kind_is_listed_exactly_and_in_exactly_the_calls_it_takes(
    simulate: Simulate, discover: Discover, estate: dict[str, Any]
) -> None:
    simulator = simulate(**estate)
    reader = discover()
    found = read(reader).values()
    by_type: dict[str, set[str]] = {}
    for e in found:
        by_type.setdefault(e.type, set()).add(e.id)
    expected = truth.ids(simulator.estate)
    assert {kind: by_type.get(kind) for kind in expected} == expected
    assert Counter(e.type for e in found) == truth.counts(simulator.estate)
    assert reader.info().gaps == ()
    simulator.calls.pop("GetCallerIdentity", None)
    assert simulator.calls == truth.calls(simulator.estate)


@pytest.mark.parametrize("estate", [each for each in ESTATES if "core_networks" not in each], ids=str)
def test_the_skeleton_of_a_network_costs_what_the_formula_says(
    simulate: Simulate, discover: Discover, estate: dict[str, Any]
) -> None:
    simulator = simulate(**estate)
    discover()
    simulator.calls.pop("GetCallerIdentity", None)
    skeleton = simulator.calls.total() - sum(simulator.calls[operation] for operation in LEFT_OUT)
    assert skeleton == truth.formula(simulator.estate)


def test_relationships_are_connections_and_nearly_all_have_both_ends(
    simulate: Simulate, discover: Discover
) -> None:
    estate = simulate(attachments=500).estate
    reader = discover()
    found = list(all_connections(reader, Filters(), 1000))
    pairs = {
        tuple(arn.rsplit("/", 1)[-1] for arn in (item["From"], item["To"]))
        for item in estate.items("GetNetworkResourceRelationships")
    }
    known = read(reader).keys()
    listed = {(c.source, c.target) for c in found if c.type in ("relationship", "link-association")}
    assert listed == {pair for pair in pairs if set(pair) <= known}
    assert len(listed) > len(pairs) * 0.5
    assert len(found) == reader.info().connections


@pytest.mark.parametrize(
    "faults",
    [
        {"throttle": 0.1},
        {"internal": 0.1},
        {"truncate": 0.1},
        {"reset": 0.1},
        {"html_error": 0.1},
        {"throttle": 0.05, "internal": 0.05, "truncate": 0.03, "reset": 0.03, "html": 0.02},
    ],
    ids=str,
)
def test_a_network_read_through_faults_is_the_network(
    simulate: Simulate, discover: Discover, impatient: None, faults: dict[str, float]
) -> None:
    simulate(attachments=WANTED)
    undisturbed = read(discover(page_size=100))
    simulator = simulate(attachments=WANTED, faults=Faults(seed=3, **faults))
    reader = discover(page_size=100)
    assert simulator.faults.struck
    assert read(reader) == undisturbed
    assert reader.info().gaps == ()


def test_a_stuck_token_ends_with_a_gap(simulate: Simulate, discover: Discover) -> None:
    simulate(attachments=WANTED, faults=Faults(operations={"ListAttachments": {"stuck_token": 1}}))
    reader = discover(page_size=100)
    gaps = {(gap.operation, gap.code) for gap in reader.info().gaps}
    assert gaps == {("ListAttachments", "StuckToken")}
    assert reader.count(Filters(types=("attachment",))) == 200


def test_repeated_elements_are_counted_and_stored_once(simulate: Simulate, discover: Discover) -> None:
    simulate(attachments=WANTED)
    undisturbed = read(discover(page_size=100))
    simulate(attachments=WANTED, faults=Faults(operations={"ListAttachments": {"repeat": 1}}))
    reader = discover(page_size=100)
    assert read(reader) == undisturbed
    assert reader.info().repeated >= 5
    assert reader.info().gaps == ()


@pytest.mark.parametrize(("change", "listed"), [("-550,-551", WANTED - 2), ("+10,+11,+12", WANTED - 3)])
def test_what_comes_or_goes_while_it_is_listed_is_a_gap(
    simulate: Simulate, discover: Discover, change: str, listed: int
) -> None:
    simulate(attachments=WANTED, faults=Faults(operations={"ListAttachments": {"mutate": change}}))
    reader = discover(page_size=100)
    assert reader.count(Filters(types=("attachment",))) == listed
    (gap,) = reader.info().gaps
    assert (gap.operation, gap.code) == ("ListAttachments", "CountMismatch")


@pytest.mark.parametrize("operation", truth.LOST)
def test_a_refused_operation_is_a_gap_with_its_action_and_everything_else_is_there(
    simulate: Simulate, discover: Discover, operation: str
) -> None:
    simulate(attachments=60)
    undisturbed = read(discover())
    simulate(attachments=60, faults=Faults(operations={operation: {"access_denied": 1}}))
    reader = discover()
    gaps = {(gap.operation, gap.action, gap.code) for gap in reader.info().gaps}
    assert gaps == {(operation, f"networkmanager:{operation}", "AccessDeniedException")}
    lost = truth.LOST[operation]
    assert read(reader) == {key: e for key, e in undisturbed.items() if e.type not in lost}
    assert len(read(reader)) < len(undisturbed) or not lost


def test_without_the_global_network_its_core_network_is_still_read(
    simulate: Simulate, discover: Discover
) -> None:
    simulate(attachments=60)
    undisturbed = read(discover())
    simulate(attachments=60, faults=Faults(operations={"DescribeGlobalNetworks": {"access_denied": 1}}))
    reader = discover()
    assert [gap.operation for gap in reader.info().gaps] == ["DescribeGlobalNetworks"]
    found = read(reader)
    assert {e.type for e in undisturbed.values()} - {e.type for e in found.values()} >= {
        "site",
        "global-network",
    }
    assert found.items() <= undisturbed.items()
    assert reader.count(Filters(types=("attachment",))) == 60


def test_fields_that_a_later_service_adds_change_nothing(simulate: Simulate, discover: Discover) -> None:
    simulate(attachments=50)
    before = {key: (e.type, e.name, e.segment, e.edge) for key, e in read(discover()).items()}
    simulate(attachments=50, faults=Faults(unknown_fields=1))
    after = read(discover())
    assert {key: (e.type, e.name, e.segment, e.edge) for key, e in after.items()} == before
    assert any("FutureMember" in e.attributes for e in after.values())


def test_route_tables_are_read_on_request(simulate: Simulate, discover: Discover) -> None:
    simulator = simulate(attachments=50)
    (network,) = simulator.estate.networks
    assert discover().count(Filters(types=("route",))) == 0
    assert simulator.calls["GetNetworkRoutes"] == 0
    reader = discover(levels=LEVELS | {"route-table"}, tables={("", "")})
    lanes = [(s.name, s.edges) for s in network.plan.segments]
    lanes += [(f"nfg:{g.name}", g.edges) for g in network.plan.groups]
    tables = {(name, edge) for name, edges in lanes for edge in edges}
    assert {(e.segment, e.edge) for e in read(reader).values() if e.type == "route"} == tables
    (segment, *_), edge = network.plan.segments[0], network.plan.segments[0].edges[0]
    one = discover(levels=LEVELS | {"route-table"}, tables={(segment, edge)})
    assert {(e.segment, e.edge) for e in read(one).values() if e.type == "route"} == {(segment, edge)}


def test_both_decoders_read_the_same(simulate: Simulate, discover: Discover) -> None:
    simulate(attachments=120)
    fast, thorough = (read(discover(Settings(decoder=each))) for each in ("bytes", "botocore"))
    assert fast.keys() == thorough.keys()
    assert [(e.type, e.segment) for e in fast.values()] == [
        (thorough[k].type, thorough[k].segment) for k in fast
    ]
