"""The machine that a benchmark ran on, in as many words as are needed to run it again elsewhere."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import time
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

from cloudwan_mcp.memory.limit import memory_limit

MIB = 1024 * 1024
PACKAGES = ("cloudwan-mcp", "mcp", "boto3", "botocore")


def describe() -> dict[str, Any]:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"time": now, **_lasting(), "load": round(psutil.getloadavg()[0], 2)}


@cache
def _lasting() -> dict[str, Any]:
    """What does not change while a process lives; looked up once: each look leaves a little behind."""
    limit = memory_limit()
    return {
        "processor": _processor(),
        "cores": _cores(),
        "memory_mib": psutil.virtual_memory().total // MIB,
        "memory_limit": {"mib": limit.bytes // MIB, "origin": limit.origin},
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: version_of(name) for name in PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


@cache
def version_of(package: str) -> str:
    """Empty for a package that only a developer has; looked up once, like the rest."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _cores() -> int:
    """Those this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def busy() -> bool:
    """Whether others use the machine so much that times measured now would be theirs as well."""
    return psutil.getloadavg()[0] > _cores()
