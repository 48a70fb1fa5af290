"""A million attachments take no more memory than a thousand."""

import tracemalloc
from collections.abc import Callable
from typing import Any

from cloudwan_mcp.simulator import Estate, Faults, Simulator
from cloudwan_mcp.simulator.respond import Responder
from cloudwan_mcp.simulator.wire import operations

Connect = Callable[..., Any]
Serve = Callable[..., Simulator]
MEGABYTE = 1 << 20


def test_a_million_attachments_are_not_held() -> None:
    operations()
    Estate(attachments=5000)
    tracemalloc.start()
    try:
        estate = Estate(attachments=1_000_000)
        held, _ = tracemalloc.get_traced_memory()
        responder = Responder(estate)
        operation = operations()["ListAttachments"]
        token: dict[str, str] = {}
        for call in range(12):
            text = responder.answer(operation, {"MaxResults": 500, **token}, Faults(), call)
            token = {"NextToken": text.rpartition('"NextToken":"')[2][:-2]}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 12 * MEGABYTE
    assert peak < held + 4 * MEGABYTE


def test_the_far_end_of_a_million_is_as_near_as_the_first(serve: Serve, connect: Connect) -> None:
    estate = Estate(attachments=1_000_000)
    client = connect(serve(estate))
    assert estate.count("ListAttachments") == 1_000_000
    last = estate.item("ListAttachments", 999_999)
    assert last["AttachmentType"] == "VPC"
    whole = client.get_vpc_attachment(AttachmentId=last["AttachmentId"])["VpcAttachment"]
    assert whole["Attachment"]["ResourceArn"] == last["ResourceArn"]
    assert (
        estate.count("ListAttachments", CoreNetworkId=estate.networks[0].core_id, AttachmentType="CONNECT")
        == 40_000
    )
    counts = client.get_network_resource_counts(GlobalNetworkId=estate.networks[0].global_id)
    assert {"ResourceType": "attachment", "Count": 1_000_000} in counts["NetworkResourceCounts"]
    arn = f"arn:aws:networkmanager::{estate.owner}:attachment/{last['AttachmentId']}"
    found = client.get_network_resources(GlobalNetworkId=estate.networks[0].global_id, ResourceArn=arn)
    assert [item["ResourceArn"] for item in found["NetworkResources"]] == [arn]
