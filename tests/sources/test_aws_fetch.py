"""Reading pages from a simulated Network Manager, in both decoders."""

import json
import re

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel

from cloudwan_mcp import __version__
from cloudwan_mcp.errors import BadRequest, NotPermitted
from cloudwan_mcp.simulator import Faults
from fakes.fetched import fetched

BOTH = pytest.mark.parametrize("decoder", ["bytes", "botocore"])
MODEL = ServiceModel(Loader().load_service_model("networkmanager", "service-2"), "networkmanager")
HERE = {"GlobalNetworkId": "global"}
CORE = {"CoreNetworkId": "core"}

READS = {
    "describe_global_networks": ("GlobalNetworks", {}),
    "list_core_networks": ("CoreNetworks", {}),
    "get_core_network": ("CoreNetwork", CORE),
    "get_core_network_policy": ("CoreNetworkPolicy", CORE),
    "list_core_network_policy_versions": ("CoreNetworkPolicyVersions", CORE),
    "list_attachments": ("Attachments", CORE),
    "list_attachment_nat_configurations": ("AttachmentNatConfigurations", CORE),
    "list_attachment_routing_policy_associations": ("AttachmentRoutingPolicyAssociations", CORE),
    "list_core_network_prefix_list_associations": ("PrefixListAssociations", CORE),
    "list_connect_peers": ("ConnectPeers", CORE),
    "list_peerings": ("Peerings", CORE),
    "get_sites": ("Sites", HERE),
    "get_devices": ("Devices", HERE),
    "get_links": ("Links", HERE),
    "get_connections": ("Connections", HERE),
    "get_transit_gateway_registrations": ("TransitGatewayRegistrations", HERE),
    "get_customer_gateway_associations": ("CustomerGatewayAssociations", HERE),
    "get_connect_peer_associations": ("ConnectPeerAssociations", HERE),
    "get_transit_gateway_connect_peer_associations": ("TransitGatewayConnectPeerAssociations", HERE),
    "get_network_resources": ("NetworkResources", HERE),
    "get_network_resource_counts": ("NetworkResourceCounts", HERE),
    "get_network_resource_relationships": ("Relationships", HERE),
    "get_network_telemetry": ("NetworkTelemetry", HERE),
}


def present(value):
    """Without the nulls, which botocore's parser leaves out of objects."""
    if isinstance(value, dict):
        return {name: present(each) for name, each in value.items() if each is not None}
    return [present(each) for each in value] if isinstance(value, list) else value


def smallest(shape):
    fill = {"integer": 1, "structure": {}, "list": []}
    return {name: fill.get(shape.members[name].type_name, "a") for name in shape.required_members}


def names(source):
    network = fetched(source, "list_core_networks", "CoreNetworks", {}).items[0][0]
    return {"core": network["CoreNetworkId"], "global": network["GlobalNetworkId"]}


@pytest.mark.parametrize(("operation", "items", "members"), [(k, *v) for k, v in READS.items()])
def test_both_decoders_give_equal_items_and_tokens(operation, items, members, simulator, open_source, clock):
    sources = [open_source(decoder=decoder) for decoder in ("bytes", "botocore")]
    known = names(sources[0])
    parameters = {name: known.get(value, value) for name, value in members.items()}
    quick, parsed = (fetched(source, operation, items, parameters) for source in sources)
    assert [present(item) for item, _ in quick.items] == [item for item, _ in parsed.items]
    assert all(json.loads(text) == item for page in (quick, parsed) for item, text in page.items)
    assert bool(quick.token) == bool(parsed.token)


def maximal(shape, seen=()):
    """Every member the model knows, as AWS would send it; a recursion stops at its second turn."""
    if shape.type_name == "structure":
        return {
            name: maximal(each, (*seen, shape.name))
            for name, each in shape.members.items()
            if seen.count(each.name) < 2
        }
    if shape.type_name == "list":
        return [maximal(shape.member, seen)] * 2
    if shape.type_name == "map":
        return {"key": maximal(shape.value, seen)}
    return {"timestamp": 1719413641.123, "boolean": True, "string": '\u00e9"\\'}.get(shape.type_name, 7)


ALL_READS = [name for name in MODEL.operation_names if name.startswith(("Get", "List", "Describe"))]


@pytest.mark.parametrize("operation", ALL_READS)
def test_both_decoders_agree_on_everything_the_model_can_say(operation, answering, open_source):
    model = MODEL.operation_model(operation)
    body = json.dumps(maximal(model.output_shape), ensure_ascii=False).encode()
    answering((200, {}, body))
    holders = [
        name
        for name, shape in model.output_shape.members.items()
        if shape.type_name == "structure"
        or (shape.type_name == "list" and shape.member.type_name == "structure")
    ]
    parameters = smallest(model.input_shape)
    for items in holders:
        quick, parsed = (
            fetched(open_source(decoder=decoder), xform_name(operation), items, parameters)
            for decoder in ("bytes", "botocore")
        )
        assert [item for item, _ in quick.items] == [item for item, _ in parsed.items] != []
        assert [json.loads(text) for _, text in parsed.items] == [item for item, _ in parsed.items]
        assert quick.token == parsed.token


@BOTH
def test_a_walk_meets_every_attachment_once_in_pages_of_the_configured_size(decoder, simulator, open_source):
    source = open_source(decoder=decoder, page_size=500)
    sizes, ids, token, first = [], [], None, True
    while token or first:
        page = fetched(source, "list_attachments", "Attachments", {}, token=token)
        sizes.append(len(page.items))
        ids += [item["AttachmentId"] for item, _ in page.items]
        token, first = page.token, False
    assert sizes == [500, 500, 234]
    assert len(set(ids)) == 1234
    assert source.statistics.calls == simulator.calls["ListAttachments"] == 3


def test_members_that_no_model_knows_survive_in_value_and_text(simulator, open_source):
    simulator.faults = Faults(unknown_fields=1.0)
    pages = {
        decoder: fetched(open_source(decoder=decoder), "list_attachments", "Attachments", {})
        for decoder in ("bytes", "botocore")
    }
    item, text = pages["bytes"].items[0]
    unknown = set(item) - set(pages["botocore"].items[0][0])
    assert unknown
    assert all(f'"{name}"' in text for name in unknown)


@BOTH
def test_a_single_object_is_one_item_and_has_no_token(decoder, simulator, open_source):
    source = open_source(decoder=decoder)
    core = names(source)["core"]
    page = fetched(source, "get_core_network_policy", "CoreNetworkPolicy", {"CoreNetworkId": core})
    assert len(page.items) == 1
    assert page.token is None
    assert json.loads(page.items[0][0]["PolicyDocument"])["version"]


def test_the_installed_model_says_which_operations_page(open_source):
    source = open_source()
    assert source.paginates("list_attachments")
    assert not source.paginates("get_core_network")


def test_requests_name_this_product_and_its_version(answering, open_source):
    canned = answering((200, {}, b'{"Sites":[]}'))
    fetched(open_source(), "get_sites", "Sites", {"GlobalNetworkId": "g"})
    assert re.search(rf"\bcloudwan-mcp/{re.escape(__version__)}\b", canned.requests[0][1]["User-Agent"])


def test_an_operation_that_is_not_a_read_is_refused_before_botocore_is_asked(simulator, open_source):
    with pytest.raises(NotPermitted) as caught:
        fetched(open_source(), "delete_site", "Site", {})
    assert caught.value.code == "ReadOnly"
    assert not simulator.calls


@pytest.mark.parametrize("operation", ["get_paginator", "get_everything", "list_"])
def test_a_read_that_the_model_does_not_have_is_a_bad_request(operation, simulator, open_source):
    with pytest.raises(BadRequest) as caught:
        fetched(open_source(), operation, "Items", {})
    assert operation in str(caught.value)
    assert not simulator.calls


def test_a_closed_source_opens_again(simulator, open_source):
    source = open_source()
    fetched(source, "list_core_networks", "CoreNetworks", {})
    source.close()
    assert fetched(source, "list_core_networks", "CoreNetworks", {}).items
