"""Filters the service applies itself, so that a client need not read everything."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cloudwan_mcp.simulator import Estate, Simulator

Connect = Callable[..., Any]
Serve = Callable[..., Simulator]


@pytest.fixture
def client(serve: Serve, connect: Connect, estate: Estate) -> Any:
    return connect(serve(estate))


@pytest.fixture
def core(estate: Estate) -> str:
    return estate.networks[0].core_id


@pytest.fixture
def globe(estate: Estate) -> str:
    return estate.networks[0].global_id


@pytest.mark.parametrize(
    ("given", "member"),
    [
        ({"AttachmentType": "CONNECT"}, "AttachmentType"),
        ({"AttachmentType": "VPC"}, "AttachmentType"),
        ({"State": "PENDING_TAG_ACCEPTANCE"}, "State"),
        ({"EdgeLocation": "eu-west-1"}, "EdgeLocation"),
    ],
)
@pytest.mark.parametrize("within", [True, False])
def test_attachments_are_filtered_within_one_core_network_and_over_all(
    client: Any, estate: Estate, core: str, given: dict[str, str], member: str, within: bool
) -> None:
    scope = {"CoreNetworkId": core} if within else {}
    pages = client.get_paginator("list_attachments").paginate(
        **scope, **given, PaginationConfig={"PageSize": 40}
    )
    found = [item["AttachmentId"] for page in pages for item in page["Attachments"]]
    value = next(iter(given.values()))
    truth = [
        item["AttachmentId"]
        for item in estate.items("ListAttachments", **scope)
        if value in (item.get(member), *(item.get("EdgeLocations", ()) if member == "EdgeLocation" else ()))
    ]
    assert found == truth
    assert found
    assert estate.count("ListAttachments", **scope, **given) == len(truth)


def test_several_filters_apply_together(client: Any, estate: Estate, core: str) -> None:
    given = {"CoreNetworkId": core, "AttachmentType": "VPC", "State": "FAILED"}
    found = client.list_attachments(**given, MaxResults=500)["Attachments"]
    assert found
    assert {(item["AttachmentType"], item["State"]) for item in found} == {("VPC", "FAILED")}
    assert all(item["LastModificationErrors"] for item in found)


def test_lists_of_identifiers_select_those(client: Any, estate: Estate, globe: str) -> None:
    wanted = list(estate.ids("GetDevices", GlobalNetworkId=globe))[3:6]
    found = client.get_devices(GlobalNetworkId=globe, DeviceIds=wanted)["Devices"]
    assert [item["DeviceId"] for item in found] == wanted
    sites = list(estate.ids("GetSites", GlobalNetworkId=globe))[:2]
    assert len(client.get_sites(GlobalNetworkId=globe, SiteIds=sites)["Sites"]) == 2
    assert len(client.describe_global_networks(GlobalNetworkIds=[globe])["GlobalNetworks"]) == 1


def test_a_site_has_its_devices_and_links(client: Any, estate: Estate, globe: str) -> None:
    site = estate.item("GetSites", 1, GlobalNetworkId=globe)["SiteId"]
    for answer in (
        client.get_devices(GlobalNetworkId=globe, SiteId=site)["Devices"],
        client.get_links(GlobalNetworkId=globe, SiteId=site)["Links"],
    ):
        assert answer
        assert {item["SiteId"] for item in answer} == {site}


def test_connections_of_a_device_are_those_at_either_end(client: Any, estate: Estate, globe: str) -> None:
    device = estate.id("device", 1, estate.networks[0])
    found = client.get_connections(GlobalNetworkId=globe, DeviceId=device)["Connections"]
    assert found
    assert all(device in (item["DeviceId"], item["ConnectedDeviceId"]) for item in found)


def test_link_associations_need_a_device_or_a_link(client: Any, globe: str) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        client.get_link_associations(GlobalNetworkId=globe)


def test_connect_peers_of_one_attachment(client: Any, estate: Estate) -> None:
    peer = estate.item("ListConnectPeers", 3)
    owner = peer["ConnectAttachmentId"]
    found = client.list_connect_peers(ConnectAttachmentId=owner)["ConnectPeers"]
    assert len(found) == 2
    assert {item["ConnectAttachmentId"] for item in found} == {owner}


def test_resources_and_relationships_by_type_region_account_and_arn(
    client: Any, estate: Estate, globe: str
) -> None:
    devices = client.get_network_resources(GlobalNetworkId=globe, ResourceType="device")["NetworkResources"]
    assert {item["ResourceType"] for item in devices} == {"device"}
    assert len(devices) == estate.networks[0].counts.devices
    one = devices[2]["ResourceArn"]
    same = client.get_network_resources(GlobalNetworkId=globe, ResourceArn=one)["NetworkResources"]
    assert [item["ResourceArn"] for item in same] == [one]
    pairs = client.get_network_resource_relationships(GlobalNetworkId=globe, ResourceArn=one)["Relationships"]
    assert pairs
    assert all(one in pair.values() for pair in pairs)
    there = client.get_network_resources(GlobalNetworkId=globe, AwsRegion="eu-west-1")["NetworkResources"]
    assert {item["AwsRegion"] for item in there} == {"eu-west-1"}
    gateways = client.get_network_resources(GlobalNetworkId=globe, ResourceType="transit-gateway")[
        "NetworkResources"
    ]
    behind = client.get_network_resources(
        GlobalNetworkId=globe, RegisteredGatewayArn=gateways[0]["RegisteredGatewayArn"]
    )["NetworkResources"]
    assert {item["RegisteredGatewayArn"] for item in behind} == {gateways[0]["RegisteredGatewayArn"]}
    down = client.get_network_telemetry(GlobalNetworkId=globe, ResourceType="vpn-connection")[
        "NetworkTelemetry"
    ]
    assert {item["Health"]["Type"] for item in down} == {"IPSEC"}


def _edge(estate: Estate, segment: int = 0) -> dict[str, Any]:
    network = estate.networks[0]
    chosen = network.plan.segments[segment]
    return {"CoreNetworkId": network.core_id, "SegmentName": chosen.name, "EdgeLocation": chosen.edges[0]}


def test_routes_by_prefix_state_and_type(client: Any, estate: Estate, globe: str) -> None:
    def routes(**given: Any) -> list[dict[str, Any]]:
        table = {"CoreNetworkSegmentEdge": _edge(estate)}
        answer = client.get_network_routes(GlobalNetworkId=globe, RouteTableIdentifier=table, **given)
        return list(answer["NetworkRoutes"])

    everything = routes(MaxResults=500)
    prefixes = [route["DestinationCidrBlock"] for route in everything]
    assert len(set(prefixes)) == len(prefixes) == estate.networks[0].counts.routes
    place = next(prefix for prefix in prefixes if prefix.startswith("10.") and prefix.endswith("/24"))
    assert [each["DestinationCidrBlock"] for each in routes(ExactCidrMatches=[place])] == [place]
    inside = place.replace(".0/24", ".77")
    assert [each["DestinationCidrBlock"] for each in routes(LongestPrefixMatches=[inside])] == [place]
    assert place in [each["DestinationCidrBlock"] for each in routes(SubnetOfMatches=["10.0.0.0/8"])]
    assert place in [each["DestinationCidrBlock"] for each in routes(SupernetOfMatches=[inside + "/32"])]
    assert {each["Type"] for each in routes(Types=["STATIC"])} == {"STATIC"}
    assert {each["State"] for each in routes(States=["ACTIVE"])} == {"ACTIVE"}
    resource = next(each for each in everything if each["DestinationCidrBlock"] == place)["Destinations"][0][
        "ResourceId"
    ]
    by_resource = routes(DestinationFilters={"resource-id": [resource]})
    assert by_resource
    assert all(resource in [end["ResourceId"] for end in each["Destinations"]] for each in by_resource)


def test_routes_lead_to_attachments_the_segment_may_reach(estate: Estate) -> None:
    owners = {item["AttachmentId"]: item.get("SegmentName") for item in estate.items("ListAttachments")}
    network = estate.networks[0]
    for segment in network.plan.segments:
        table = {
            "CoreNetworkId": network.core_id,
            "SegmentName": segment.name,
            "EdgeLocation": segment.edges[0],
        }
        scope = {
            "GlobalNetworkId": network.global_id,
            "RouteTableIdentifier": {"CoreNetworkSegmentEdge": table},
        }
        for route in estate.items("GetNetworkRoutes", **scope):
            for end in route["Destinations"]:
                if "NetworkFunctionGroupName" not in end:
                    assert owners[end["CoreNetworkAttachmentId"]] in (segment.name, *segment.shared)


def test_a_table_of_a_group_and_of_a_transit_gateway(
    client: Any, estate: Estate, globe: str, core: str
) -> None:
    edge = estate.networks[0].plan.locations[0]
    group = {"CoreNetworkId": core, "NetworkFunctionGroupName": "inspection", "EdgeLocation": edge}
    answer = client.get_network_routes(
        GlobalNetworkId=globe, RouteTableIdentifier={"CoreNetworkNetworkFunctionGroup": group}
    )
    assert answer["RouteTableType"] == "NETWORK_FUNCTION_GROUP"
    assert answer["CoreNetworkNetworkFunctionGroup"] == group
    assert answer["NetworkRoutes"]
    kind = {"CoreNetworkId": core, "AttachmentType": "TRANSIT_GATEWAY_ROUTE_TABLE"}
    arn = estate.item("ListAttachments", 0, **kind)["ResourceArn"]
    answer = client.get_network_routes(
        GlobalNetworkId=globe, RouteTableIdentifier={"TransitGatewayRouteTableArn": arn}
    )
    assert answer["RouteTableType"] == "TRANSIT_GATEWAY_ROUTE_TABLE"


def test_a_table_of_a_segment_where_it_is_not_is_not_found(client: Any, estate: Estate, globe: str) -> None:
    table = {"CoreNetworkSegmentEdge": {**_edge(estate), "EdgeLocation": "eu-south-1"}}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_network_routes(GlobalNetworkId=globe, RouteTableIdentifier=table)


def test_learned_routes_by_prefix_and_path(client: Any, estate: Estate) -> None:
    def learned(**given: Any) -> list[dict[str, Any]]:
        answer = client.list_core_network_routing_information(**_edge(estate), MaxResults=500, **given)
        return list(answer["CoreNetworkRoutingInformation"])

    everything = learned()
    one = next(item for item in everything if item["AsPath"])
    path = " ".join(one["AsPath"])
    assert {" ".join(item["AsPath"]) for item in learned(ExactAsPathMatches=[path])} == {path}
    assert {item["Prefix"] for item in learned(ExactPrefixMatches=[one["Prefix"]])} == {one["Prefix"]}
    assert learned(MedMatches=["7"]) == []
    hop = one["NextHop"]["EdgeLocation"]
    assert {item["NextHop"]["EdgeLocation"] for item in learned(NextHopFilters={"edge-location": [hop]})} == {
        hop
    }


def test_labels_and_translations_of_one_attachment(client: Any, estate: Estate, core: str) -> None:
    label = estate.item("ListAttachmentRoutingPolicyAssociations", 4)["AttachmentId"]
    found = client.list_attachment_routing_policy_associations(CoreNetworkId=core, AttachmentId=label)
    assert [item["AttachmentId"] for item in found["AttachmentRoutingPolicyAssociations"]] == [label]
    nat = estate.item("ListAttachmentNatConfigurations", 2)["AttachmentId"]
    one = client.list_attachment_nat_configurations(AttachmentId=nat)["AttachmentNatConfigurations"]
    assert [item["AttachmentId"] for item in one] == [nat]
    none = client.list_attachment_nat_configurations(Filters={"nat-gateway-support": ["DISABLED"]})
    assert none["AttachmentNatConfigurations"] == []
