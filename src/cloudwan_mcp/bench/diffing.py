"""A diff of two snapshot files in a fresh process: what it takes, and what it finds.

`python -m cloudwan_mcp.bench.diffing BEFORE AFTER`; one line of JSON tells.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from cloudwan_mcp.bench.processes import MIB, memory
from cloudwan_mcp.queries.diff_snapshots import Asked, Diff, Position, diff_snapshots
from cloudwan_mcp.store.reader import SnapshotReader

PAGE = 500


def main() -> None:
    """The summary with the first page, then every page to the end; growth is over what all imports took."""
    before, after = (SnapshotReader(Path(path), complete=True) for path in sys.argv[1:])
    asked = Asked(limit=PAGE, bytes_left=512 * 1024)

    def read(start: Position) -> Diff:
        return diff_snapshots(before, after, start, asked, lambda _: None)

    at_rest, began = memory(os.getpid()), time.monotonic()
    page = read(Position())
    first_page_s, summary = time.monotonic() - began, page.summary
    rows = len(page.items)
    while page.position:
        page = read(page.position)
        rows += len(page.items)
    found = {
        "first_page_s": round(first_page_s, 2),
        "all_pages_s": round(time.monotonic() - began, 2),
        "rows": rows,
        "growth_mib": round((memory(os.getpid(), "VmHWM") - at_rest) / MIB, 2),
        "rss_mib": round(memory(os.getpid()) / MIB, 1),
    }
    if summary:
        found |= {name: sum(getattr(summary, name).values()) for name in ("added", "removed", "changed")}
        found["same"] = summary.same
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
