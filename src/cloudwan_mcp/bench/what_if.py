"""One policy in place of another over a snapshot's attachments, in a fresh process: time and memory.

`python -m cloudwan_mcp.bench.what_if SNAPSHOT TIMES`; one line of JSON tells.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from cloudwan_mcp.bench.policies import changed, policy
from cloudwan_mcp.bench.processes import MIB, memory
from cloudwan_mcp.policy.compare import Changes, compare
from cloudwan_mcp.policy.document import Document
from cloudwan_mcp.policy.inspected import assumptions
from cloudwan_mcp.policy.matrix import matrix
from cloudwan_mcp.policy.parse import parse
from cloudwan_mcp.policy.telling import told
from cloudwan_mcp.queries.attachments import attachments
from cloudwan_mcp.store.reader import SnapshotReader

KEPT = 200  # changes of a kind, as the tool keeps


def main() -> None:
    """What simulate_policy does with two documents at hand, `TIMES` times."""
    path, times = Path(sys.argv[1]), int(sys.argv[2])
    live = policy()
    before, after = parse(json.dumps(live)), parse(json.dumps(changed(live)))
    reader = SnapshotReader(path, complete=True)
    core_network = reader.elements([1])[0].core_network
    at_rest, seconds = memory(os.getpid()), []
    for _ in range(times):
        began = time.perf_counter()
        found = _what_if(reader, core_network, before, after)
        seconds.append(time.perf_counter() - began)
    taken = {
        "attachments": found.attachments,
        "moved": found.moved,
        "cells": found.cell_count,
        "inspections": len(found.inspections),
        "exits": len(found.exits),
        "seconds": [round(each, 4) for each in seconds],
        "at_rest_mib": round(at_rest / MIB, 2),
        "peak_mib": round(memory(os.getpid(), "VmHWM") / MIB, 2),
    }
    sys.stdout.write(json.dumps(taken))


def _what_if(reader: SnapshotReader, core_network: str, before: Document, after: Document) -> Changes:
    every = (each for _, each in attachments(reader, core_network))
    found = compare(before, after, every, KEPT)
    for each in (before, after):
        assumptions(each, matrix(each))
    told(found, [each.name for each in before.segments])
    return found


if __name__ == "__main__":
    main()
