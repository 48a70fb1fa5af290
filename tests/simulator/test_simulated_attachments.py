"""Attachments: forms, shares, states, and a graph that holds together."""

import json
from collections import Counter
from typing import Any

import pytest

from cloudwan_mcp.simulator import Estate
from cloudwan_mcp.simulator.answers import OBJECTS
from cloudwan_mcp.simulator.associations import Association
from cloudwan_mcp.simulator.attachment import Attachment, attachment, attachment_text
from cloudwan_mcp.simulator.conformance import check
from cloudwan_mcp.simulator.network import moment
from cloudwan_mcp.simulator.wire import service_model

LARGE = Estate(seed=3, attachments=5000)


def as_object(one: Attachment) -> dict[str, Any]:
    """The facts as an object, built without the text."""
    item: dict[str, Any] = {
        "CoreNetworkId": one.network.core_id,
        "CoreNetworkArn": f"arn:aws:networkmanager::{one.network.owner}:core-network/{one.network.core_id}",
        "AttachmentId": one.id,
        "OwnerAccountId": one.account,
        "AttachmentType": one.kind,
        "State": one.state,
        "ResourceArn": one.resource,
        "CreatedAt": moment(one.bits),
        "UpdatedAt": moment(one.bits) + (one.bits >> 20 & 0xFFFFF),
    }
    if one.kind == "DIRECT_CONNECT_GATEWAY":
        item["EdgeLocations"] = list(one.edges)
    else:
        item["EdgeLocation"] = one.edges[0]
    if one.kind == "VPC":
        item["NatGatewaySupport"] = "ENABLED" if one.local % 20 == 2 else "DISABLED"
        item["NatSystemRouteSupport"] = False
    if one.now is not None:
        item |= outcome(one.now)
    if one.proposed is not None and outcome(one.proposed):
        name = "ProposedNetworkFunctionGroupChange" if one.proposed.group else "ProposedSegmentChange"
        tags = [{"Key": key, "Value": value} for key, value in one.proposed.tags]
        item[name] = {**outcome(one.proposed), "Tags": tags}
    return item


def outcome(association: Association) -> dict[str, Any]:
    members = {
        "AttachmentPolicyRuleNumber": association.rule,
        "SegmentName": association.segment,
        "NetworkFunctionGroupName": association.group,
    }
    return {name: value for name, value in members.items() if value is not None}


def test_the_text_of_an_attachment_says_what_its_facts_say() -> None:
    for index in range(5000):
        item = json.loads(attachment_text(LARGE, index))
        one = attachment(LARGE, index)
        tags = item.pop("Tags")
        errors = item.pop("LastModificationErrors", None)
        assert item == as_object(one)
        assert 3 <= len(tags) <= 6
        assert dict(one.wanted.tags).items() <= {t["Key"]: t["Value"] for t in tags}.items()
        assert bool(errors) == (one.state == "FAILED")


def test_every_attachment_conforms_to_the_model() -> None:
    shape = service_model().shape_for("Attachment")
    for index in range(2000):
        check("Attachment", json.loads(attachment_text(LARGE, index)), shape)


def test_an_attachment_takes_about_as_much_text_as_a_real_one() -> None:
    sizes = [len(attachment_text(LARGE, index)) for index in range(1000)]
    assert 650 < sum(sizes) / len(sizes) < 950


def test_all_types_and_states_occur_in_realistic_shares() -> None:
    items = list(LARGE.items("ListAttachments"))
    kinds = Counter(item["AttachmentType"] for item in items)
    states = Counter(item["State"] for item in items)
    assert 0.84 < kinds["VPC"] / 5000 < 0.88
    assert len(kinds) == 5
    assert states["AVAILABLE"] > 4500
    assert set(states) >= {"PENDING_ATTACHMENT_ACCEPTANCE", "PENDING_TAG_ACCEPTANCE", "REJECTED", "FAILED"}
    groups = [item for item in items if "NetworkFunctionGroupName" in item]
    loose = [
        item
        for item in items
        if item["State"] == "AVAILABLE" and not {"SegmentName", "NetworkFunctionGroupName"} & set(item)
    ]
    assert groups
    assert loose
    assert len({item["OwnerAccountId"] for item in items}) == 300
    assert {item["SegmentName"] for item in items if "SegmentName" in item} == {
        segment.name for segment in LARGE.networks[0].plan.segments
    }


def test_twenty_attachments_already_have_the_cases_that_matter() -> None:
    items = list(Estate(attachments=20).items("ListAttachments"))
    states = {item["State"] for item in items}
    assert states >= {
        "AVAILABLE",
        "PENDING_ATTACHMENT_ACCEPTANCE",
        "PENDING_TAG_ACCEPTANCE",
        "REJECTED",
        "FAILED",
    }
    assert len({item["AttachmentType"] for item in items}) == 5
    assert any("NetworkFunctionGroupName" in item for item in items)


def test_a_connect_attachment_stands_on_a_transport_in_its_account_and_edge() -> None:
    core = LARGE.networks[0].core_id
    by_id = {item["AttachmentId"]: item for item in LARGE.items("ListAttachments")}
    connects = list(LARGE.ids("ListAttachments", CoreNetworkId=core, AttachmentType="CONNECT"))
    for identifier in connects:
        whole = OBJECTS["GetConnectAttachment"](LARGE, {"AttachmentId": identifier})["ConnectAttachment"]
        transport = by_id[whole["TransportAttachmentId"]]
        assert transport["AttachmentType"] == "VPC"
        assert transport["EdgeLocation"] == whole["Attachment"]["EdgeLocation"]
        assert whole["Attachment"]["ResourceArn"].endswith(f":attachment/{transport['AttachmentId']}")
    owners = {item["ConnectAttachmentId"] for item in LARGE.items("ListConnectPeers")}
    assert owners == set(connects)


def test_a_route_table_attachment_stands_on_a_peering_of_its_edge() -> None:
    peerings = {item["PeeringId"]: item for item in LARGE.items("ListPeerings")}
    core = LARGE.networks[0].core_id
    for identifier in LARGE.ids(
        "ListAttachments", CoreNetworkId=core, AttachmentType="TRANSIT_GATEWAY_ROUTE_TABLE"
    ):
        answer = OBJECTS["GetTransitGatewayRouteTableAttachment"](LARGE, {"AttachmentId": identifier})
        whole = answer["TransitGatewayRouteTableAttachment"]
        peering = peerings[whole["PeeringId"]]
        assert peering["EdgeLocation"] == whole["Attachment"]["EdgeLocation"]
        assert peering["OwnerAccountId"] == whole["Attachment"]["OwnerAccountId"]


def test_no_two_things_share_an_identifier_or_a_resource() -> None:
    items = list(LARGE.items("ListAttachments"))
    assert len({item["AttachmentId"] for item in items}) == 5000
    assert len({item["ResourceArn"] for item in items if item["AttachmentType"] == "VPC"}) == 4300


def test_relationships_lead_to_things_that_exist() -> None:
    estate = Estate(attachments=200)
    known = {item["ResourceArn"] for item in estate.items("GetNetworkResources")}
    attached = {item["ResourceArn"] for item in estate.items("ListAttachments")}
    for pair in estate.items("GetNetworkResourceRelationships"):
        assert {pair["From"], pair["To"]} <= known | attached


def test_resource_counts_are_the_counts_of_the_resources() -> None:
    estate = Estate(attachments=300)
    counted = {item["ResourceType"]: item["Count"] for item in estate.items("GetNetworkResourceCounts")}
    assert counted == Counter(item["ResourceType"] for item in estate.items("GetNetworkResources"))
    assert len(counted) == 17
    assert counted["attachment"] == 300


def test_the_same_seed_is_the_same_estate_and_another_is_not() -> None:
    one, same, other = (Estate(seed=seed, attachments=50) for seed in (1, 1, 2))
    assert list(one.items("ListAttachments")) == list(same.items("ListAttachments"))
    assert not set(one.ids("ListAttachments")) & set(other.ids("ListAttachments"))


def test_attachments_are_divided_evenly_among_core_networks() -> None:
    estate = Estate(attachments=1003, core_networks=4)
    counts = [estate.count("ListAttachments", CoreNetworkId=network.core_id) for network in estate.networks]
    assert sum(counts) == 1003
    assert max(counts) - min(counts) <= 1
    assert estate.count("DescribeGlobalNetworks") == estate.count("ListCoreNetworks") == 4
    for index in range(1003):
        network = estate.network_of(index)
        assert network.start <= index < network.start + network.counts.attachments


def test_counts_may_be_given_by_keyword() -> None:
    estate = Estate(attachments=100, segments=12, edges=5, sites=0, devices=3, peerings=0, routes=17)
    assert len(estate.networks[0].plan.segments) == 12
    assert len(estate.networks[0].plan.edges) == 5
    assert estate.count("GetSites") == 0
    assert estate.count("GetDevices") == 3
    assert estate.count("ListPeerings") == 0
    assert "TRANSIT_GATEWAY_ROUTE_TABLE" not in {
        item["AttachmentType"] for item in estate.items("ListAttachments")
    }
    assert estate.count("GetNetworkRoutes") == 17


@pytest.mark.parametrize("wrong", [{"attachments": -1}, {"core_networks": 0}, {"sites": -4}, {"moons": 2}])
def test_a_count_that_makes_no_estate_is_a_value_error(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"count|estate"):
        Estate(**wrong)  # type: ignore[arg-type]
