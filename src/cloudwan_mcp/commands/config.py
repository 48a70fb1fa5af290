"""config: every setting in force, with its origin."""

from __future__ import annotations

import argparse

from cloudwan_mcp.command import Command, say, say_json
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    rows = settings.describe()
    if arguments.json:
        say_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
        return 0
    for name, value, origin in rows:
        say(f"{name:<18} {value!s:<24} {origin}")
    say(f"snapshots are kept in {settings.data_path}")
    return 0


COMMAND = Command(
    name="config",
    help="print every setting with its origin",
    description="Print every setting in force and its origin: option, environment or default.",
    add_arguments=_add_arguments,
    run=_run,
)
