"""One refresh: a source, a walk and a folder of snapshots put together.

Imported by the discovery process, so nothing of the server's is: no MCP, no pydantic, no event loop.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection

from cloudwan_mcp.discovery import LEVELS, Progress, Walk
from cloudwan_mcp.model import SnapshotInfo
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.sources.aws import AwsSource
from cloudwan_mcp.store import Folder

Tables = Collection[tuple[str, str]]


def discover(
    settings: Settings,
    folder: Folder,
    *,
    tables: Tables = (),
    on_start: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> SnapshotInfo:
    """Read the whole network into a new snapshot, or go on with an interrupted one, and publish it.

    `tables` are the (segment, edge) pairs whose route tables are read as well, "" standing for any.
    Raises `TryAgain` when another process is at it, and whatever `Walk.run` raises.
    """
    source = AwsSource(settings)
    try:
        identity = source.identity()
        with folder.writing():
            staging = folder.stage(identity)
            with staging:
                on_start(staging.recall("id"))
                tables = tables or json.loads(staging.recall("tables") or "[]")
                staging.remember(tables=json.dumps(list(tables)))
                walk = Walk(
                    source,
                    staging,
                    concurrency=settings.concurrency,
                    levels=LEVELS | {"route-table"} if tables else LEVELS,
                    tables=tables,
                    on_progress=on_progress,
                    stop=stop or threading.Event(),
                )
                walk.run()
            return folder.publish(staging)
    finally:
        source.close()
