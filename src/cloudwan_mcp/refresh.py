"""One refresh: a source, a walk and a folder of snapshots put together.

Imported by the discovery process, so nothing of the server's is: no MCP, no pydantic, no event loop.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing

from cloudwan_mcp.discovery.kinds import core_network_layout
from cloudwan_mcp.discovery.progress import Progress
from cloudwan_mcp.discovery.run import LEVELS, Walk
from cloudwan_mcp.discovery.tables import Tables
from cloudwan_mcp.memory.guard import MemoryGuard
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.source import Source
from cloudwan_mcp.sources.aws import AwsSource
from cloudwan_mcp.store import Folder
from cloudwan_mcp.store.staging import Staging


def discover(
    settings: Settings,
    folder: Folder,
    *,
    tables: Tables = (),
    on_start: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
    source: Source | None = None,
) -> SnapshotInfo:
    """Read the whole network into a new snapshot, or go on with an interrupted one, and publish it.

    `tables` are the (segment, edge) pairs whose route tables are read as well, "" standing for any.
    `source` stands in for AWS, and stays open. Raises `TryAgain` when another process is at it, and
    whatever `Walk.run` raises.
    """
    with ExitStack() as opened:
        if source is None:
            source = opened.enter_context(closing(AwsSource(settings)))
        identity = source.identity()
        with folder.writing():
            staging = folder.stage(identity)
            with staging:
                on_start(staging.recall("id"))
                tables = _settle_tables(staging, tables)
                walk = Walk(
                    source,
                    staging,
                    budget=MemoryGuard.of(settings).budget,
                    concurrency=settings.concurrency,
                    levels=LEVELS | {"route-table"} if tables else LEVELS,
                    tables=tables,
                    on_progress=on_progress,
                    stop=stop or threading.Event(),
                )
                walk.run()
            return folder.publish(staging)


def _settle_tables(staging: Staging, tables: Tables) -> Tables:
    """The tables to read: those asked for now, or else those that an interrupted discovery was to read.

    Which tables there are comes out while the layouts are read, so for others those are read once more.
    """
    before = json.loads(staging.recall("tables") or "[]")
    if tables and [list(pair) for pair in tables] != before:
        for step in staging.steps():
            if step.kind == core_network_layout.KIND.name and step.state == "done":
                staging.restart(step)
    staging.remember(tables=json.dumps(list(tables or before)))
    return tables or before
