"""config: every setting in force, with its origin, and the variables that are none."""

from __future__ import annotations

import argparse
import os

from cloudwan_mcp.command import Command, announce, say, say_json
from cloudwan_mcp.settings import Settings

WIDEST = 32  # a longer value pushes its own origin aside, not those of all the others


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.strangers import strangers  # difflib is for this command alone

    rows = settings.describe()
    if arguments.json:
        say_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
    else:
        names = max(len(name) for name, _, _ in rows)
        values = min(WIDEST, max(len(str(value)) for _, value, _ in rows))
        for name, value, origin in rows:
            say(f"{name:<{names}} {value!s:<{values}} {origin}")
        say(f"snapshots are kept in {settings.data_path}")
    for name, near in strangers(os.environ):
        announce(f"{name} is not a setting{f'; did you mean {near}?' if near else '.'}")
    return 0


COMMAND = Command(
    name="config",
    help="print every setting with its origin",
    description="Print every setting in force and its origin: option, environment, file or default.",
    add_arguments=_add_arguments,
    run=_run,
)
