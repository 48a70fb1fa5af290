"""snapshots: what is kept on disk."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict

from cloudwan_mcp.command import Command, say, say_json
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.settings import Settings


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--prune", action="store_true", help="remove all but the newest complete one")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.store import Folder

    folder = Folder(settings)
    try:
        gone = folder.prune(keep=1) if arguments.prune else []
        infos = folder.snapshots()
        if arguments.json:
            for info in infos:
                say_json(asdict(info))
            return 0
        for text in [folder.notice, *(f"removed {snapshot}" for snapshot in gone)]:
            if text:
                say(text)
        say(f"{folder.path}: {folder.bytes() / 2**20:,.1f} MiB")
        for info in infos:
            say(_line(info))
        return 0
    finally:
        folder.close()


def _line(info: SnapshotInfo) -> str:
    age = time.time() - info.updated_at
    return (
        f"{info.id}  {info.state:<11}  {info.elements:>11,} elements  {info.connections:>11,} connections  "
        f"{info.bytes / 2**20:>8,.1f} MiB  {age / 3600:>6.1f} h old  account {info.identity.account or '?'}  "
        f"{len(info.gaps)} gaps"
    )


COMMAND = Command(
    name="snapshots",
    help="list the snapshots on disk",
    description="List the snapshots of the configured account: id, state, size, age, gaps.",
    add_arguments=_add_arguments,
    run=_run,
)
