"""leaks: do calls leave memory behind?"""

from __future__ import annotations

import argparse

from cloudwan_mcp.command import Command
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from cloudwan_mcp.workloads.command import TARGET, add_for_leaks, add_list, add_shared

    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{TARGET}; none: all the library")
    add_list(parser)
    add_shared(parser)
    add_for_leaks(parser)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.workloads.command import leaks, listed

    return listed() if arguments.list else leaks(arguments.targets, arguments)


COMMAND = Command(
    name="leaks",
    help="check calls for leaks",
    description="Call something again and again in a fresh process, and say whether it leaks, and where.",
    add_arguments=_add_arguments,
    run=_run,
)
