"""config: every setting in force, with its origin, and the variables that are none."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping

from cloudwan_mcp.command import Command, say, say_json
from cloudwan_mcp.setting import variable
from cloudwan_mcp.settings import SETTINGS, Settings

WIDEST = 32  # a longer value pushes its own origin aside, not those of all the others


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    rows = settings.describe()
    if arguments.json:
        say_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
    else:
        names = max(len(name) for name, _, _ in rows)
        values = min(WIDEST, max(len(str(value)) for _, value, _ in rows))
        for name, value, origin in rows:
            say(f"{name:<{names}} {value!s:<{values}} {origin}")
        say(f"snapshots are kept in {settings.data_path}")
    for warning in _strangers(os.environ):
        sys.stderr.write(f"cloudwan-mcp: {warning}\n")
    return 0


def _strangers(environ: Mapping[str, str]) -> Iterator[str]:
    """Variables with our prefix that set nothing, most likely by a slip; their values may be secrets."""
    from difflib import get_close_matches

    prefix = variable("")
    known = [variable(each.name).removeprefix(prefix) for each in SETTINGS]
    for name in sorted(each for each in environ if each.startswith(prefix)):
        word = name.removeprefix(prefix)
        if word not in known:
            near = get_close_matches(word, known, n=1)
            yield f"{name} is not a setting{f'; did you mean {prefix}{near[0]}?' if near else '.'}"


COMMAND = Command(
    name="config",
    help="print every setting with its origin",
    description="Print every setting in force and its origin: option, environment, file or default.",
    add_arguments=_add_arguments,
    run=_run,
)
