"""A simulator on a free port and real clients of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config

from cloudwan_mcp.simulator import Estate, Simulator
from cloudwan_mcp.simulator.wire import operations

Connect = Callable[..., BaseClient]
Serve = Callable[..., Simulator]


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    return boto3.Session(
        aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret", region_name="us-west-2"
    )


@pytest.fixture
def connect(session: boto3.Session) -> Iterator[Connect]:
    with ExitStack() as stack:

        def connect_to(simulator: Simulator, service: str = "networkmanager", **options: Any) -> BaseClient:
            retries = {"total_max_attempts": options.pop("attempts", 1), "mode": "standard"}
            config = Config(retries=retries, connect_timeout=5, read_timeout=options.pop("read_timeout", 10))
            client = session.client(service, endpoint_url=simulator.url, config=config, **options)
            stack.callback(client.close)
            return client

        yield connect_to


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def serve_estate(estate: Estate | None = None, **options: Any) -> Simulator:
            options.setdefault("validate", True)
            return stack.enter_context(Simulator(estate or Estate(attachments=120), **options))

        yield serve_estate


@pytest.fixture(scope="session")
def estate() -> Estate:
    return Estate(seed=7, attachments=700, core_networks=2)


@pytest.fixture(scope="session")
def inputs() -> Callable[[Estate, str], dict[str, Any]]:
    return required_inputs


def required_inputs(estate: Estate, operation: str) -> dict[str, Any]:
    """The required members, and nothing else, of an input the estate can answer."""
    network = estate.networks[0]
    live = network.counts.policy_versions - 1
    segment = network.plan.segments[0]
    table = {"CoreNetworkId": network.core_id, "SegmentName": segment.name, "EdgeLocation": segment.edges[0]}
    values: dict[str, Any] = {
        "GlobalNetworkId": network.global_id,
        "CoreNetworkId": network.core_id,
        "ResourceArn": network.core_arn,
        "ContextStoreId": estate.id("context-store", 0, network),
        "ConnectPeerId": estate.id("connect-peer", 1, network),
        "PeeringId": estate.id("peering", 0, network),
        "RouteAnalysisId": estate.id("route-analysis", 0, network),
        "FromVersionId": "3",
        "RouteTableIdentifier": {"CoreNetworkSegmentEdge": table},
        "PolicyVersionId": live + 1 if operation == "GetCoreNetworkChangeSet" else live,
        **table,
        "TransitGatewayArn": estate.item("ListContextStoreAssociations", 0)["TransitGatewayArn"],
    }
    kinds = {
        "GetVpcAttachment": "VPC",
        "GetConnectAttachment": "CONNECT",
        "GetSiteToSiteVpnAttachment": "SITE_TO_SITE_VPN",
        "GetDirectConnectGatewayAttachment": "DIRECT_CONNECT_GATEWAY",
        "GetTransitGatewayRouteTableAttachment": "TRANSIT_GATEWAY_ROUTE_TABLE",
    }
    if operation in kinds:
        kind = kinds[operation]
        item = estate.item("ListAttachments", 0, CoreNetworkId=network.core_id, AttachmentType=kind)
        return {"AttachmentId": item["AttachmentId"]}
    if operation == "GetLinkAssociations":
        return {"GlobalNetworkId": network.global_id, "DeviceId": estate.id("device", 0, network)}
    required = operations()[operation].input.required_members
    return {member: values[member] for member in required}
