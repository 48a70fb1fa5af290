"""profile: what do calls take?"""

from __future__ import annotations

import argparse

from cloudwan_mcp.command import Command
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from cloudwan_mcp.workloads.command import TARGET, add_for_profile, add_list, add_shared

    parser.add_argument("target", nargs="?", metavar="TARGET", help=TARGET)
    add_list(parser)
    add_shared(parser)
    add_for_profile(parser)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.workloads.command import listed, profile

    if arguments.list:
        return listed()
    if arguments.target is None:
        # --profile is the AWS profile here, as with every command
        raise BadRequest("There is no TARGET.", next_step="Name one of --list.", field="target")
    return profile(arguments.target, arguments)


COMMAND = Command(
    name="profile",
    help="measure what calls take",
    description="Call something in a fresh process, and say what time and memory it takes, and where.",
    add_arguments=_add_arguments,
    run=_run,
)
