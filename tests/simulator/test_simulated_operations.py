"""Every read operation, asked for by botocore's own client and checked against botocore's own model."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name

from cloudwan_mcp.simulator import Estate, Simulator
from cloudwan_mcp.simulator.answers import LISTINGS, OBJECTS
from cloudwan_mcp.simulator.wire import operations, service_model

Connect = Callable[..., Any]
Serve = Callable[..., Simulator]
Inputs = Callable[[Estate, str], dict[str, Any]]
READS = sorted(name for name, operation in operations().items() if operation.reads)


def test_there_is_an_answer_for_each_of_the_46_read_operations() -> None:
    assert len(READS) == 46
    assert set(READS) == set(LISTINGS) | set(OBJECTS)


@pytest.mark.parametrize("operation", READS)
def test_it_answers_with_what_the_model_of_the_service_says(
    operation: str, estate: Estate, serve: Serve, connect: Connect, inputs: Inputs
) -> None:
    simulator = serve(estate)
    client = connect(simulator)
    answer = getattr(client, xform_name(operation))(**inputs(estate, operation))
    members = set(answer) - {"ResponseMetadata"}
    output = service_model().operation_model(operation).output_shape
    assert output is not None
    assert members
    assert members <= set(output.members)
    assert simulator.calls[operation] == simulator.answered[operation] == 1
    assert not simulator.crashes


@pytest.mark.parametrize("operation", sorted(LISTINGS))
def test_every_listing_has_something_to_list(operation: str, estate: Estate, inputs: Inputs) -> None:
    assert estate.count(operation, **inputs(estate, operation)) > 0


def test_a_policy_document_arrives_as_the_json_text_the_service_sends(
    serve: Serve, connect: Connect, estate: Estate
) -> None:
    client = connect(serve(estate))
    network = estate.networks[0]
    live = client.get_core_network_policy(CoreNetworkId=network.core_id)["CoreNetworkPolicy"]
    latest = client.get_core_network_policy(CoreNetworkId=network.core_id, Alias="LATEST")[
        "CoreNetworkPolicy"
    ]
    assert live["Alias"] == "LIVE"
    document = json.loads(live["PolicyDocument"])
    assert document == network.plan.document
    assert latest["PolicyVersionId"] == live["PolicyVersionId"] + 1
    assert len(json.loads(latest["PolicyDocument"])["segments"]) == len(document["segments"]) + 1


def test_a_change_set_tells_what_waits_and_nothing_for_the_live_version(
    serve: Serve, connect: Connect, estate: Estate
) -> None:
    client = connect(serve(estate))
    core = estate.networks[0].core_id
    live = client.get_core_network_policy(CoreNetworkId=core)["CoreNetworkPolicy"]["PolicyVersionId"]
    waiting = client.get_core_network_change_set(CoreNetworkId=core, PolicyVersionId=live + 1)
    assert waiting["CoreNetworkChanges"][0]["Type"] == "CORE_NETWORK_SEGMENT"
    in_force = client.get_core_network_change_set(CoreNetworkId=core, PolicyVersionId=live)
    assert in_force["CoreNetworkChanges"] == []
    assert client.get_core_network_change_events(CoreNetworkId=core, PolicyVersionId=live)[
        "CoreNetworkChangeEvents"
    ]


def test_tags_of_anything_tagged_are_found_by_its_arn(serve: Serve, connect: Connect, estate: Estate) -> None:
    client = connect(serve(estate))
    network = estate.networks[1]
    attached = estate.item("ListAttachments", 0, CoreNetworkId=network.core_id)
    owner = f"arn:aws:networkmanager::{network.owner}"
    arns = {
        f"{owner}:attachment/{attached['AttachmentId']}": attached["Tags"],
        f"{owner}:connect-peer/{estate.id('connect-peer', 0, network)}": None,
        f"{owner}:peering/{estate.id('peering', 0, network)}": None,
        estate.item("GetDevices", 2, GlobalNetworkId=network.global_id)["DeviceArn"]: None,
        network.core_arn: None,
        network.global_arn: None,
    }
    for arn, tags in arns.items():
        found = client.list_tags_for_resource(ResourceArn=arn)["TagList"]
        assert found
        assert tags is None or found == tags


def test_a_resource_nobody_shared_has_no_policy(serve: Serve, connect: Connect, estate: Estate) -> None:
    client = connect(serve(estate))
    shared = client.get_resource_policy(ResourceArn=estate.networks[0].core_arn)
    assert json.loads(shared["PolicyDocument"])["Statement"][0]["Effect"] == "Allow"
    assert "PolicyDocument" not in client.get_resource_policy(ResourceArn=estate.networks[0].global_arn)
