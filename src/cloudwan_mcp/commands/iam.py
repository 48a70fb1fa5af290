"""iam: the least-privilege policy, as IAM, Terraform or CloudFormation takes it."""

from __future__ import annotations

import argparse
import json

from cloudwan_mcp.command import Command, say
from cloudwan_mcp.settings import Settings

FORMATS = ("json", "terraform", "cloudformation")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="json",
        help="a policy document; a .tf.json file; a CloudFormation template as JSON",
    )


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp import permissions

    say(json.dumps(permissions.FORMATS[arguments.format](settings.alert_sns_topic), indent=2))
    return 0


COMMAND = Command(
    name="iam",
    help="print the least-privilege IAM policy",
    description=(
        "Print the IAM policy that all tools together need, and no more: as a policy document, for Terraform "
        "or for CloudFormation. With CLOUDWAN_ALERT_SNS_TOPIC, publishing to that topic is in it."
    ),
    add_arguments=_add_arguments,
    run=_run,
)
