"""A gap hides what its operation lists, where it lists it, and nothing else."""

from __future__ import annotations

import pytest

from cloudwan_mcp.discovery.kind import Kind
from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.model import Element, Gap
from cloudwan_mcp.unread import Unread
from contracts.test_kinds import SCOPES, example, item_shape, parsed

TABLE = ("core-network-1", "prod", "eu-west-1")


def covered(gap: Gap, kind: str, core: str = "core-network-1", edge: str = "eu-west-1") -> bool:
    return Unread([gap], ()).covers(kind, "global-network-1", core, "prod", edge)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_gap_of_any_kind_hides_what_the_kind_lists(kind: Kind) -> None:
    scope = SCOPES[kind.scope]
    gap = Gap(kind.operation_name, scope.label(), "AccessDeniedException")
    for value in parsed(kind, example(item_shape(kind)) | {"AttachmentType": "VPC"}):
        if isinstance(value, Element):
            shown = scope.resource_type or value.type
            shown = "transit-gateway-peering" if kind.name == "peering" else shown
            assert covered(gap, shown), f"{kind.operation_name} lists {shown}"


@pytest.mark.parametrize(
    ("operation", "scope", "kind"),
    [
        ("ListAttachments", "core-network-9", "vpc-attachment"),
        ("ListAttachments", "core-network-1", "transit-gateway-attachment"),
        ("ListAttachments", "core-network-1", "site"),
        ("GetSites", "global-network-1", "device"),
        ("GetNetworkResources", "global-network-1 vpn-connection", "transit-gateway"),
        ("GetNetworkRoutes", "core-network-1 dev eu-west-1", "route"),
        ("DescribeGlobalNetworks", "account", "vpc-attachment"),
        ("ListCoreNetworks", "account", "site"),
        ("GetNetworkResourceCounts", "global-network-1", "transit-gateway"),
        ("SomethingNew", "core-network-1", "vpc-attachment"),
    ],
)
def test_a_gap_hides_nothing_else(operation: str, scope: str, kind: str) -> None:
    unread = Unread(
        [Gap(operation, scope, "AccessDeniedException")], {("core-network-1", "prod", "eu-west-1")}
    )
    assert not unread.covers(kind, "global-network-1", "core-network-1", "prod", "eu-west-1")


def test_a_listing_that_does_not_add_up_hides_nothing() -> None:
    assert not covered(Gap("ListAttachments", "core-network-1", "CountMismatch"), "vpc-attachment")


def test_route_tables_are_read_on_request() -> None:
    unread = Unread((), {TABLE})
    assert not unread.covers("route", "g", *TABLE)
    assert unread.covers("route", "g", "core-network-1", "prod", "us-east-1")
