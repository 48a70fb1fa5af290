"""One discovery as the server runs it: `cloudwan-mcp discover --json` in a child, watched from outside."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench.installed import PYTHON
from cloudwan_mcp.bench.processes import Peaks, Watch, cpu_s
from cloudwan_mcp.discovery.process import FRUGAL

COMMAND = (PYTHON, "-m", "cloudwan_mcp", "discover", "--json")


@dataclass(slots=True, frozen=True)
class Discovered:
    """`seconds` from the start of the process to the published snapshot, `searchable_s` to its index.

    `file_bytes` are those of both files.
    """

    seconds: float
    cpu_s: float
    end: dict[str, Any]
    peaks: Peaks
    file_bytes: int
    searchable_s: float


def discover(environ: Mapping[str, str], data_dir: Path) -> Discovered:
    """Raises `RuntimeError` with the child's last words when it does not publish."""
    values = {**FRUGAL, **environ, "CLOUDWAN_DATA_DIR": str(data_dir)}
    began = time.monotonic()
    child = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, env=values, text=True)  # noqa: S603
    event: dict[str, Any] = {}
    seconds = used = 0.0
    with child, Watch(lambda: [child.pid]) as watch:
        for line in child.stdout or ():
            if event.get("event") != "end":  # what comes after it is about the index
                event = json.loads(line)
                seconds, used = time.monotonic() - began, cpu_s(child.pid) or used
    searchable = time.monotonic() - began
    if event.get("event") != "end":
        raise RuntimeError(f"the discovery ended with {event}")
    files = data_dir.glob(f"*/*{event['snapshot']}.db")
    return Discovered(seconds, used, event, watch.peaks, sum(f.stat().st_size for f in files), searchable)
