"""The machine that a benchmark ran on, in as many words as are needed to run it again elsewhere."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("cloudwan-mcp", "mcp", "boto3", "botocore")


def describe() -> dict[str, Any]:
    memory = Path("/proc/meminfo").read_text(encoding="ascii").split()
    return {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": int(memory[1]) // 1024,
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: version(name) for name in PACKAGES},
        "load": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def busy() -> bool:
    """Whether others use the machine so much that times measured now would be theirs as well."""
    return os.getloadavg()[0] > len(os.sched_getaffinity(0))
