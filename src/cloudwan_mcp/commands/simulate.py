"""simulate: a fake Network Manager to point any AWS client at."""

from __future__ import annotations

import argparse
import os
import signal

from cloudwan_mcp.command import Command, attend
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from cloudwan_mcp.simulator.command import add_arguments

    add_arguments(parser)
    parser.add_argument("--attended", action="store_true", help="end when standard input closes")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.simulator.command import run

    if arguments.attended:
        attend(lambda: os.kill(os.getpid(), signal.SIGTERM))
    return run(arguments)


COMMAND = Command(
    name="simulate",
    help="run a simulated Network Manager over HTTP",
    description="Serve a generated network of any size under AWS's own API, for trying things and for tests.",
    add_arguments=_add_arguments,
    run=_run,
)
