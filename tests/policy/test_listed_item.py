"""Items as AWS lists them become attachments and routes; what they lack is empty."""

from __future__ import annotations

from cloudwan_mcp.policy.associate import associate
from cloudwan_mcp.policy.inspection import presence_of
from cloudwan_mcp.policy.listed_item import read_attachment, read_route
from fakes.policies import policy, rule, tagged, typed

ITEM = {
    "AttachmentId": "attachment-1",
    "AttachmentType": "VPC",
    "OwnerAccountId": "111122223333",
    "EdgeLocation": "us-east-1",
    "ResourceArn": "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-1",
    "State": "AVAILABLE",
    "Tags": [{"Key": "inspection", "Value": "true"}],
}


def test_a_listed_attachment_is_placed_by_what_it_says() -> None:
    document = policy(
        groups=["fw"],
        attachment_policies=[rule(1, typed("vpc"), tagged("inspection", "true"), logic="and", group="fw")],
    )
    attachment = read_attachment(ITEM)
    assert attachment.resource_id == "vpc-1"
    assert associate(document, attachment).placement.place == "nfg:fw"
    assert presence_of(document, [attachment, read_attachment({})]) == {"fw": {"us-east-1"}}
    assert presence_of(document, [read_attachment(ITEM | {"State": "FAILED"})]) == {"fw": set()}


def test_items_of_any_shape_are_read() -> None:
    assert read_attachment({}).id == ""
    assert read_attachment({"Tags": None, "State": 5, "AttachmentId": None}).state == ""
    assert read_route({}, "a", "x").state == "ACTIVE"


def test_a_listed_route_leads_to_its_attachments_or_groups() -> None:
    destinations = [{"CoreNetworkAttachmentId": "attachment-1"}, {"NetworkFunctionGroupName": "fw"}]
    item = {
        "DestinationCidrBlock": "10.0.0.0/8",
        "State": "BLACKHOLE",
        "Type": "STATIC",
        "Destinations": destinations,
    }
    found = read_route(item, "a", "x")
    assert (found.prefix, found.state, found.type) == ("10.0.0.0/8", "BLACKHOLE", "STATIC")
    assert (found.attachments, found.groups) == (("attachment-1",), ("fw",))
