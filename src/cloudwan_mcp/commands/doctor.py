"""doctor: what may keep this server from working here, and the exact next step for each."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cloudwan_mcp.command import Command, say, say_json
from cloudwan_mcp.settings import Settings

SECONDS = 20.0
MOST_SECONDS = 600.0
WIDTH = 120
MARKS = {"ok": "ok", "note": "note", "mend": "MEND", "unknown": "?"}


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as one JSON object, as in a pipe")
    parser.add_argument(
        "--snippets", action="store_true", help="show how MCP clients are told of this server"
    )
    parser.add_argument("--seconds", type=float, default=SECONDS, help="at most this long with AWS")
    parser.add_argument("--region", help="Region for STS")
    parser.add_argument("--demo", action="store_true", default=None, help="ask the simulator, not AWS")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    seconds = min(max(0.0, arguments.seconds), MOST_SECONDS)
    if settings.demo:
        import anyio

        remarks = anyio.run(_demonstrated, settings, seconds)
    else:
        remarks = _remarks(settings, seconds)
    ok = all(each["state"] in ("ok", "note") for each in remarks)
    snippets = _snippets(settings) if arguments.snippets else []
    if arguments.json or not sys.stdout.isatty():
        say_json({"ok": ok, "checks": remarks} | ({"snippets": snippets} if arguments.snippets else {}))
    else:
        for line in _lines(remarks, snippets, shutil.get_terminal_size((WIDTH, 40)).columns):
            say(line)
    return 0 if ok else 1


async def _demonstrated(settings: Settings, seconds: float) -> list[dict[str, Any]]:
    from cloudwan_mcp.demonstration import Demonstration

    async with Demonstration() as demonstration:
        with _environment(demonstration.environ(os.environ)):
            return _remarks(demonstration.settings(settings), seconds)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """botocore reads its configuration from the process's own environment."""
    kept = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(values)
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _remarks(settings: Settings, seconds: float) -> list[dict[str, Any]]:
    """What all checks say, as plain JSON and without secrets."""
    from cloudwan_mcp.check import cleaned
    from cloudwan_mcp.checks import CHECKS
    from cloudwan_mcp.examination import examine

    found = examine(settings, dict(os.environ), seconds)
    said = []
    for check in CHECKS:
        for each in check.look(found):
            remark = {"check": check.name, "state": each.state, "text": each.text}
            more = {"next_step": each.next_step, "facts": dict(each.facts)}
            said.append(remark | {name: value for name, value in more.items() if value})
    plain: list[dict[str, Any]] = cleaned(said, os.environ)
    return plain


def _snippets(settings: Settings) -> list[dict[str, str]]:
    from dataclasses import asdict

    from cloudwan_mcp.clients import snippets

    return [asdict(each) for each in snippets(settings.profile)]


def _lines(remarks: list[dict[str, Any]], snippets: list[dict[str, str]], width: int) -> Iterator[str]:
    """A table whose texts are wrapped, each next step below what it mends."""
    from textwrap import wrap

    names = max(len(each["check"]) for each in remarks)
    last = ""
    for each in remarks:
        name = each["check"] if each["check"] != last else ""
        last = each["check"]
        lead = f"{name:<{names}}  {MARKS[each['state']]:<4}  "
        texts = [each["text"], *([f"-> {each['next_step']}"] if "next_step" in each else [])]
        for text in texts:
            wrapped = wrap(text, max(width - len(lead), 20), break_long_words=False, break_on_hyphens=False)
            for line in wrapped:
                yield f"{lead}{line}"
                lead = " " * len(lead)
    for snippet in snippets:
        yield f"\n{snippet['client']} ({snippet['place']}):"
        yield snippet["text"]


COMMAND = Command(
    name="doctor",
    help="say what does not work here, and how to mend it",
    description=(
        "Look at credentials, Region, endpoint, every IAM action, proxies and certificates, the data folder, "
        "memory and versions; for each that is not as it should be, print the next step. Reads AWS only, "
        "prints no secret, exits 0 when all is well; a table on a terminal, JSON in a pipe."
    ),
    add_arguments=_add_arguments,
    run=_run,
)
