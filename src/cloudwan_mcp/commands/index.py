"""index: make a snapshot searchable that is not yet."""

from __future__ import annotations

import argparse

from cloudwan_mcp.command import Command, say
from cloudwan_mcp.errors import NotFound
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("snapshot", nargs="?", default="", help="its id; default: the newest complete one")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.indexing.run import index
    from cloudwan_mcp.store import Folder

    folder = Folder(settings)
    try:
        latest = folder.latest()
        snapshot = arguments.snapshot or (latest.id if latest else "")
        if not snapshot:
            raise NotFound("There is no complete snapshot.", next_step="Make one: cloudwan-mcp discover.")
        index(folder, snapshot)
    finally:
        folder.close()
    say(f"Snapshot {snapshot} is searchable.")
    return 0


COMMAND = Command(
    name="index",
    help="make a snapshot searchable",
    description="Write the search index of a snapshot: names, tags, prefixes, findings, counts by account. "
    "Every discovery does so at its end; this repeats it where one was cut off.",
    add_arguments=_add_arguments,
    run=_run,
)
