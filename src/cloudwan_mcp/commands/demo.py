"""demo: the main job on a simulated network, with a short summary for people."""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from typing import Any

from cloudwan_mcp.command import Command, say, say_json
from cloudwan_mcp.progress import ProgressLine, Rate
from cloudwan_mcp.settings import Settings

MIB = 2**20
EDGES_SHOWN = 6
SEGMENTS_SHOWN = 12
ADD = "claude mcp add --transport stdio cloudwan --env AWS_PROFILE=YOUR_PROFILE -- uvx cloudwan-mcp"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--attachments", type=int, default=20_000, help="attachments of the network")
    parser.add_argument("--json", action="store_true", help="the summary as JSON")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    import anyio

    return anyio.run(_demonstrate, arguments, settings)


async def _demonstrate(arguments: argparse.Namespace, settings: Settings) -> int:
    from cloudwan_mcp.demonstration import Demonstration

    async with Demonstration(arguments.attachments) as demonstration:
        environ = demonstration.environ(os.environ)
        os.environ.clear()
        os.environ.update(environ)
        facts = _discover(demonstration.settings(settings))
    if arguments.json:
        say_json(facts)
    else:
        _show(facts)
    return 0


def _discover(settings: Settings) -> dict[str, Any]:
    import psutil

    from cloudwan_mcp.queries.summarize import summarize
    from cloudwan_mcp.refresh import discover
    from cloudwan_mcp.store import Folder

    folder, line, rate = Folder(settings), ProgressLine(), Rate()
    last: dict[str, Any] = {}

    def progress(now: Any) -> None:
        rate.note(now.elements)
        last.update(pages=now.pages, calls=now.calls, throttles=now.throttles)
        if line.due():
            line.draw(now, rate)

    started = time.monotonic()
    try:
        info = discover(settings, folder, on_progress=progress)
        seconds = time.monotonic() - started
        line.finish()
        with folder.reader(info.id) as reader:
            summary = summarize(reader)
    finally:
        folder.close()
    grid: dict[str, dict[str, int]] = {}
    for (segment, edge), count in summary.grid.items():
        grid.setdefault(segment or "(none)", {})[edge or "(none)"] = count
    return {
        "account": info.identity.account,
        "elements": info.elements,
        "connections": info.connections,
        "seconds": round(seconds, 2),
        "elements_per_second": round(info.elements / seconds),
        **last,
        "rss_mib": round(psutil.Process().memory_info().rss / MIB, 1),
        "disk_bytes_per_element": round(info.bytes / max(info.elements, 1)),
        "types": summary.types,
        "attachments": grid,
        "attention": summary.states,
        "gaps": [gap.to_dict() for gap in info.gaps],
        "add_to_client": ADD,
    }


def _show(facts: dict[str, Any]) -> None:
    say(f"Discovered {facts['elements']:,} elements and {facts['connections']:,} connections of account")
    say(
        f"{facts['account']} (simulated) in {facts['seconds']} s: {facts['elements_per_second']:,} "
        f"elements/s, {facts['calls']} calls, {facts['throttles']} throttled,"
    )
    say(f"{facts['rss_mib']} MiB RSS, {facts['disk_bytes_per_element']} bytes of disk per element.\n")
    for row in _table(facts["attachments"]):
        say(row)
    attention = ", ".join(f"{count} {state}" for state, count in facts["attention"].items()) or "nothing"
    say(f"\nNeeds attention: {attention}.")
    say("Could not be read: " + (", ".join(g["operation"] for g in facts["gaps"]) or "nothing") + ".")
    say(f"\nAdd the server to an MCP client:\n  {facts['add_to_client']}")


def _table(grid: dict[str, dict[str, int]]) -> list[str]:
    """Attachments by segment and edge, the busiest first and the rest folded."""
    totals: Counter[str] = Counter()
    for row in grid.values():
        totals.update(row)
    edges = [edge for edge, _ in totals.most_common()]
    shown, folded = edges[:EDGES_SHOWN], edges[EDGES_SHOWN:]
    segments = sorted(grid.items(), key=lambda item: -sum(item[1].values()))
    rest: Counter[str] = Counter()
    for _, row in segments[SEGMENTS_SHOWN:]:
        rest.update(row)
    lines = [["attachments", *shown, *([f"{len(folded)} more"] if folded else []), "total"]]
    for segment, row in [*segments[:SEGMENTS_SHOWN], (f"{len(segments) - SEGMENTS_SHOWN} more", rest)]:
        numbers = [row.get(edge, 0) for edge in shown]
        numbers += [sum(row.get(edge, 0) for edge in folded)] if folded else []
        if row:
            lines.append([segment, *(f"{n:,}" if n else "." for n in [*numbers, sum(row.values())])])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return ["  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) for line in lines]


COMMAND = Command(
    name="demo",
    help="discover a simulated network and summarise it",
    description="Start the simulator, discover its network over HTTP, and print a summary. No AWS is called.",
    add_arguments=_add_arguments,
    run=_run,
)
