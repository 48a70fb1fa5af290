"""Real policy documents as the live policy of a core network."""

import json
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.simulator import Estate
from cloudwan_mcp.simulator.answers import LISTINGS, OBJECTS
from cloudwan_mcp.simulator.conformance import check, check_text
from cloudwan_mcp.simulator.faults import Faults
from cloudwan_mcp.simulator.plan import Plan
from cloudwan_mcp.simulator.respond import Responder
from cloudwan_mcp.simulator.wire import operations, service_model

FOLDER = Path(__file__).parents[1] / "data" / "policies"
DOCUMENTS = sorted(FOLDER.glob("[0-9]*.json"))


def test_there_are_sixty_seven_documents() -> None:
    assert len(DOCUMENTS) == 67


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name[:3])
def test_a_real_document_lays_out_the_core_network(path: Path) -> None:
    estate = Estate(attachments=60, policy=path)
    network = estate.networks[0]
    document = json.loads(path.read_text(encoding="utf-8"))
    scope = {"CoreNetworkId": network.core_id}
    live = OBJECTS["GetCoreNetwork"](estate, scope)["CoreNetwork"]
    assert [each["Name"] for each in live["Segments"]] == [each["name"] for each in document["segments"]]
    locations = [each["location"] for each in document["core-network-configuration"]["edge-locations"]]
    assert [each["EdgeLocation"] for each in live["Edges"]] == locations
    text = OBJECTS["GetCoreNetworkPolicy"](estate, scope)["CoreNetworkPolicy"]["PolicyDocument"]
    assert json.loads(text) == document
    segments = {each["Name"]: each["EdgeLocations"] for each in live["Segments"]}
    groups = {each["Name"] for each in live["NetworkFunctionGroups"]}
    numbers = {rule["rule-number"] for rule in document.get("attachment-policies", ())}
    for item in estate.items("ListAttachments"):
        if "SegmentName" in item and "EdgeLocation" in item:
            assert item["EdgeLocation"] in segments[item["SegmentName"]]
        assert item.get("NetworkFunctionGroupName", "") in groups | {""}
        assert item.get("AttachmentPolicyRuleNumber", 0) in numbers | {0}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name[:3])
def test_every_listing_conforms_to_the_model_under_a_real_document(path: Path) -> None:
    estate = Estate(attachments=25, policy=path)
    responder = Responder(estate)
    network = estate.networks[0]
    for name in LISTINGS:
        scope: dict[str, Any] = {"MaxResults": 500}
        members = operations()[name].input.members
        scope |= {"CoreNetworkId": network.core_id} if "CoreNetworkId" in members else {}
        scope |= {"GlobalNetworkId": network.global_id} if "GlobalNetworkId" in members else {}
        scope |= {"DeviceId": "device-0"} if name == "GetLinkAssociations" else {}
        check_text(operations()[name], responder.answer(operations()[name], scope, Faults(), 0))


def test_only_the_first_core_network_follows_the_document() -> None:
    estate = Estate(attachments=100, core_networks=2, policy=DOCUMENTS[0])
    first, second = (network.plan.document for network in estate.networks)
    assert first == json.loads(DOCUMENTS[0].read_text(encoding="utf-8"))
    assert second["segments"] != first["segments"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"segments": [{"name": "one"}]},
        {"segments": None, "core-network-configuration": [], "segment-actions": "share"},
        {
            "segments": [{"name": "a", "edge-locations": "us-east-1"}, {"name": 7}, "b"],
            "attachment-policies": [{}],
        },
        {
            "core-network-configuration": {"edge-locations": [{"location": "us-east-1", "asn": "x"}, {}]},
            "segments": [{"name": "a", "isolate-attachments": "true"}],
            "network-function-groups": [{"name": "g"}, {}],
            "segment-actions": [
                {
                    "action": "send-via",
                    "segment": "a",
                    "when-sent-to": "*",
                    "via": {"network-function-groups": "g"},
                },
                {"action": "share", "segment": "a", "share-with": {"except": "a"}},
                {"action": "create-route", "segment": "a", "destination-cidr-blocks": ["192.0.2.0/24"]},
                {"action": "send-to", "segment": "a", "via": None},
            ],
            "attachment-policies": [
                {"rule-number": "10", "conditions": [{"type": "any"}], "action": {"segment": "a"}},
                {"conditions": [{"type": "tag-value", "key": "k", "value": True}], "action": None},
            ],
        },
    ],
)
def test_an_odd_document_lays_out_something_that_conforms(document: dict[str, Any]) -> None:
    estate = Estate(attachments=30, policy=document)
    scope = {"CoreNetworkId": estate.networks[0].core_id}
    live = json.loads(json.dumps(OBJECTS["GetCoreNetwork"](estate, scope)))
    for edge in live["CoreNetwork"]["Edges"]:
        edge["InsideCidrBlocks"] = edge["InsideCidrBlocks"] or []
    output = service_model().operation_model("GetCoreNetwork").output_shape
    assert output is not None
    check("GetCoreNetwork", live, output)
    assert estate.count("ListAttachments") == len(list(estate.items("ListAttachments"))) == 30


def test_shares_are_seen_from_both_sides_and_groups_know_their_senders() -> None:
    plan = Plan(
        {
            "segments": [{"name": "a"}, {"name": "b"}, {"name": "c"}],
            "network-function-groups": [{"name": "fw"}],
            "segment-actions": [
                {"action": "share", "segment": "a", "share-with": {"except": ["c"]}},
                {"action": "send-via", "segment": "c", "via": {"network-function-groups": ["fw"]}},
                {"action": "send-to", "segment": "b", "via": {"network-function-groups": ["fw"]}},
            ],
        }
    )
    assert [segment.shared for segment in plan.segments] == [("b",), ("a",), ()]
    assert (plan.groups[0].send_via, plan.groups[0].send_to) == (("c",), ("b",))


def test_a_file_that_holds_no_document_is_a_value_error(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match="JSON object"):
        Estate(policy=path)
