"""What the service refuses, and in which words."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from cloudwan_mcp.simulator import Estate, Simulator

Connect = Callable[..., Any]
Serve = Callable[..., Simulator]
CORE = "core-network-01234567890abcdef"


def refused(call: Callable[..., Any], **given: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        call(**given)
    return dict(error.value.response)


def test_an_unsigned_request_is_refused(serve: Serve) -> None:
    simulator = serve()
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{simulator.url}/global-networks", timeout=5)
    with error.value as answer:
        assert answer.code == 403
        assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert not simulator.calls


def test_writing_is_refused(serve: Serve, connect: Connect) -> None:
    client = connect(serve())
    answer = refused(client.create_global_network, Description="no")
    assert answer["Error"]["Code"] == "AccessDeniedException"
    assert "CreateGlobalNetwork" in answer["Error"]["Message"]
    core = "core-network-01234567890123456"
    assert (
        refused(client.delete_core_network, CoreNetworkId=core)["ResponseMetadata"]["HTTPStatusCode"] == 403
    )
    assert (
        refused(client.tag_resource, ResourceArn="arn:aws:x", Tags=[])["Error"]["Code"]
        == "AccessDeniedException"
    )


def test_what_does_not_exist_is_named_with_the_modelled_members(serve: Serve, connect: Connect) -> None:
    client = connect(serve())
    identifier = "core-network-01234567890abcdef"
    answer = refused(client.get_core_network, CoreNetworkId=identifier)
    assert answer["Error"]["Code"] == "ResourceNotFoundException"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert answer["ResourceId"] == identifier
    assert answer["ResourceType"] == "CORE_NETWORK"
    assert answer["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("get_sites", {"GlobalNetworkId": "global-network-01234567890abcdef"}),
        ("get_vpc_attachment", {"AttachmentId": "attachment-01234567890abcdef"}),
        ("get_connect_peer", {"ConnectPeerId": "connect-peer-01234567890abcdef"}),
        ("get_transit_gateway_peering", {"PeeringId": "peering-01234567890abcdef"}),
        ("get_context_store", {"ContextStoreId": "context-store-01234567890abcdef"}),
        ("list_tags_for_resource", {"ResourceArn": "arn:aws:networkmanager::1:moon/moon-1"}),
    ],
)
def test_an_unknown_identifier_is_not_found(
    operation: str, given: dict[str, str], serve: Serve, connect: Connect
) -> None:
    assert (
        refused(getattr(connect(serve()), operation), **given)["Error"]["Code"] == "ResourceNotFoundException"
    )


def test_an_attachment_of_another_type_is_not_found(serve: Serve, connect: Connect, estate: Estate) -> None:
    client = connect(serve(estate))
    core = estate.networks[0].core_id
    vpc = estate.item("ListAttachments", 0, CoreNetworkId=core, AttachmentType="VPC")["AttachmentId"]
    assert (
        refused(client.get_connect_attachment, AttachmentId=vpc)["Error"]["Code"]
        == "ResourceNotFoundException"
    )


@pytest.mark.parametrize(
    ("operation", "given", "name"),
    [
        ("list_attachments", {"AttachmentType": "SATELLITE"}, "AttachmentType"),
        ("list_attachments", {"CoreNetworkId": "my network"}, "CoreNetworkId"),
        ("list_attachments", {"MaxResults": 0}, "MaxResults"),
        ("list_attachments", {"MaxResults": "many"}, "MaxResults"),
        ("get_vpc_attachment", {"AttachmentId": "vpc-1"}, "AttachmentId"),
        ("get_core_network_change_set", {"CoreNetworkId": CORE, "PolicyVersionId": "x"}, "PolicyVersionId"),
    ],
)
def test_a_malformed_input_is_refused_with_the_field(
    operation: str, given: dict[str, Any], name: str, serve: Serve, session: Any
) -> None:
    simulator = serve()
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1, "mode": "standard"})
    client = session.client("networkmanager", endpoint_url=simulator.url, config=config)
    try:
        answer = refused(getattr(client, operation), **given)
    finally:
        client.close()
    assert answer["Error"]["Code"] == "ValidationException"
    assert answer["Fields"][0]["Name"] == name


def test_a_path_of_no_operation_is_unknown(serve: Serve) -> None:
    simulator = serve()
    signed = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-west-2/networkmanager/aws4_request, Signature=0"
    request = urllib.request.Request(f"{simulator.url}/moons", headers={"Authorization": signed})
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=5)
    with error.value as answer:
        assert answer.code == 404
        assert answer.headers["x-amzn-errortype"] == "UnknownOperationException"


def test_the_caller_is_the_account_that_owns_the_estate(
    serve: Serve, connect: Connect, estate: Estate
) -> None:
    simulator = serve(estate)
    identity = connect(simulator, "sts").get_caller_identity()
    assert identity["Account"] == estate.owner
    assert identity["Arn"].startswith(f"arn:aws:sts::{estate.owner}:assumed-role/")
    owners = {item["OwnerAccountId"] for item in estate.items("ListCoreNetworks")}
    assert owners == {identity["Account"]}


def test_other_actions_of_sts_and_ec2_are_not_permitted(serve: Serve, connect: Connect) -> None:
    simulator = serve()
    assert refused(connect(simulator, "sts").get_session_token)["Error"]["Code"] == "AccessDenied"
    ec2 = connect(simulator, "ec2")
    assert refused(ec2.describe_instances)["Error"]["Code"] == "AccessDenied"


def test_ec2_lists_the_vpcs_and_subnets_of_a_region(serve: Serve, connect: Connect, estate: Estate) -> None:
    simulator = serve(estate)
    ec2 = connect(simulator, "ec2", region_name="eu-west-1")
    pages = ec2.get_paginator("describe_vpcs").paginate(PaginationConfig={"PageSize": 10})
    vpcs = [vpc["VpcId"] for page in pages for vpc in page["Vpcs"]]
    core = estate.networks[0].core_id
    truth = [
        item["ResourceArn"].rpartition("/")[2]
        for item in estate.items("ListAttachments", CoreNetworkId=core, AttachmentType="VPC")
        if item["EdgeLocation"] == "eu-west-1"
    ]
    assert vpcs == truth
    assert {subnet["VpcId"] for subnet in ec2.describe_subnets()["Subnets"]} == set(truth)
    assert "us-east-1" in {region["RegionName"] for region in ec2.describe_regions()["Regions"]}
