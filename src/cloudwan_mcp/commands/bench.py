"""bench: measure, against baselines in the same run."""

from __future__ import annotations

import argparse

from cloudwan_mcp.command import Command
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from cloudwan_mcp.bench.command import add_arguments

    add_arguments(parser)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.bench.command import run

    return run(arguments)


COMMAND = Command(
    name="bench",
    help="run benchmarks",
    description="Run benchmarks, each in a fresh process and against its baseline in the same run.",
    add_arguments=_add_arguments,
    run=_run,
)
