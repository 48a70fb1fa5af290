"""Permissions: the least that this product asks of IAM, in the forms that IAM is fed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cloudwan_mcp.discovery.kind import action_of
from cloudwan_mcp.discovery.kinds import KINDS
from cloudwan_mcp.reads import OPERATIONS

NAME = "cloudwan_mcp"
DESCRIPTION = "What cloudwan-mcp reads of AWS Cloud WAN"
PUBLISH = "sns:Publish"

Document = dict[str, Any]


def actions() -> list[str]:
    """Every action that discovery or a tool needs, in order; STS tells whose credentials they are without."""
    return sorted({kind.action for kind in KINDS} | set(map(action_of, OPERATIONS)))


def policy(topic: str = "") -> Document:
    """The policy document; `topic` is the ARN of an SNS topic that is told of alerts, "" where there is none.

    Network Manager has listings that take no resource, so reads are granted for all; the topic is named.
    """
    statements = [_statement("ReadCloudWan", actions(), "*")]
    if topic:
        statements.append(_statement("TellOfAlerts", [PUBLISH], topic))
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(sid: str, granted: list[str], resource: str) -> Document:
    return {"Sid": sid, "Effect": "Allow", "Action": granted, "Resource": resource}


def terraform(topic: str = "") -> Document:
    """A managed policy in Terraform's JSON syntax, for a file whose name ends in `.tf.json`."""
    statements = [
        {
            "sid": each["Sid"],
            "effect": each["Effect"],
            "actions": each["Action"],
            # in this syntax every text is a template
            "resources": [each["Resource"].replace("${", "$${").replace("%{", "%%{")],
        }
        for each in policy(topic)["Statement"]
    ]
    managed = {
        "name_prefix": "cloudwan-mcp-",
        "description": DESCRIPTION,
        "policy": f"${{data.aws_iam_policy_document.{NAME}.json}}",
    }
    return {
        "data": {"aws_iam_policy_document": {NAME: {"statement": statements}}},
        "resource": {"aws_iam_policy": {NAME: managed}},
        "output": {f"{NAME}_policy_arn": {"value": f"${{aws_iam_policy.{NAME}.arn}}"}},
    }


def cloudformation(topic: str = "") -> Document:
    """A template with a managed policy, whose name CloudFormation makes up: CAPABILITY_IAM is enough."""
    managed = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"Description": DESCRIPTION, "PolicyDocument": policy(topic)},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": DESCRIPTION,
        "Resources": {"CloudWanMcp": managed},
        "Outputs": {"PolicyArn": {"Value": {"Ref": "CloudWanMcp"}}},
    }


FORMATS: Mapping[str, Callable[[str], Document]] = {
    "json": policy,
    "terraform": terraform,
    "cloudformation": cloudformation,
}
