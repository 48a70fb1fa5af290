"""One size from end to end: an estate discovered and asked about, changed, and asked about again."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.endpoint import Endpoint
from cloudwan_mcp.bench.evaluation.asking import Row, ask, p95_ms
from cloudwan_mcp.bench.evaluation.estates import ROUTES, Day, Size, first, second
from cloudwan_mcp.bench.evaluation.question import Question, Way
from cloudwan_mcp.bench.evaluation.questions import QUESTIONS
from cloudwan_mcp.bench.evaluation.truth import Truth
from cloudwan_mcp.bench.stdio import StdioServer

POLL_S = 0.2
PATIENCE_S = 1800
CALL_AGAIN = "The discovery goes on; call again."
KEPT = "20"  # snapshots: a refresh must not prune what is asked about


def run(size: Size, folder: Path, calls: int = 0, tools: Collection[str] = ()) -> list[Row]:
    """Every way of every question at this size; with `calls`, how long so many of each, or of `tools`, take.

    The second day's discovery is the refresh beside which the questions are timed again: until it is
    complete, they are answered from the first day's snapshot.
    """
    today = first(size)
    tomorrow = second(today)
    truth = Truth(today.estate())
    later = Truth(tomorrow.estate(), truth)
    with ExitStack() as stack:
        with _endpoint(today) as endpoint:
            values = {"CLOUDWAN_DATA_DIR": str(folder), "CLOUDWAN_KEEP_SNAPSHOTS": KEPT}
            server = stack.enter_context(StdioServer({**endpoint.environ, **values}))
            server.initialize()
            before = discovered(server)
            elements = server.call("summarize_topology")["total"]
            rows = [ask(server, question, way, truth) for question, way in ways(later=False)]
            timed = _timed(rows, tools) if calls else []
            for row, way in timed:
                row.quiet = p95_ms(server, way.tool, way.arguments(truth), calls)
        with _endpoint(tomorrow, endpoint.port):
            for row, way in timed:
                refresh(server)
                row.refreshing = p95_ms(server, way.tool, way.arguments(truth), calls)
            discovered(server)
            rows += [ask(server, question, way, later, before) for question, way in ways(later=True)]
    for row in rows:
        row.elements = elements
    return rows


def ways(*, later: bool) -> Iterator[tuple[Question, Way]]:
    for question in QUESTIONS:
        yield from ((question, way) for way in question.ways if way.later is later)


def _timed(rows: list[Row], tools: Collection[str]) -> list[tuple[Row, Way]]:
    asked = zip(rows, (way for _, way in ways(later=False)), strict=True)
    return [(row, way) for row, way in asked if not way.untimed and (not tools or way.tool in tools)]


def _endpoint(day: Day, port: int = 0) -> Endpoint:
    return Endpoint(day.attachments, counts=day.counts, port=port)


def refresh(server: StdioServer) -> dict[str, Any]:
    """Make sure that a discovery runs: one that does is joined. On a busy machine it begins late."""
    began = time.monotonic()
    while True:
        try:
            return server.call("stream_topology", refresh="always", routes=ROUTES, limit=1)
        except RuntimeError as error:
            if CALL_AGAIN not in str(error):
                raise
        _wait(began)


def discovered(server: StdioServer) -> str:
    """The id of a complete snapshot of what is there now, once it has its index."""
    began = time.monotonic()
    page = refresh(server)
    while page["snapshot"]["state"] != "complete":
        _wait(began)
        page = server.call("stream_topology", cursor=page["next_cursor"], limit=1)
    sys.stderr.write(f"  discovered after {time.monotonic() - began:.1f} s\n")
    while not _indexed(server):
        _wait(began)
    sys.stderr.write(f"  indexed after {time.monotonic() - began:.1f} s\n")
    return str(page["snapshot"]["id"])


def _indexed(server: StdioServer) -> bool:
    try:
        server.call("list_findings", limit=0)
    except RuntimeError as error:
        if "findings of this snapshot are being worked out" not in str(error):
            raise
        return False
    return True


def _wait(began: float) -> None:
    if time.monotonic() - began > PATIENCE_S:
        raise RuntimeError(f"no snapshot after {PATIENCE_S} s")
    time.sleep(POLL_S)
