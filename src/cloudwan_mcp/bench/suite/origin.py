"""Where results come from: the machine, the packages that matter, and the commit of a working copy."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from cloudwan_mcp.bench import machine

PACKAGES = ("anyio", "psutil", "networkx")  # beside those of every benchmark
ROOT = Path(__file__).parents[4]
GIT = ("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
GIT_S = 10.0


def describe() -> dict[str, Any]:
    """The machine; `commit` is empty for an installed package, and ends with `-dirty` in case of changes."""
    found = machine.describe()
    packages = {name: machine.version_of(name) for name in PACKAGES}
    return found | {"packages": found["packages"] | packages, "commit": commit(ROOT)}


def load() -> float:
    """The average number of processes that wanted a processor over the last minute."""
    import psutil

    return round(psutil.getloadavg()[0], 2)


def commit(root: Path) -> str:
    """That of the working copy at `root`. One above it, that somebody else keeps this package in, is none."""
    if not (root / ".git").exists():
        return ""
    try:
        said = subprocess.run(GIT, cwd=root, capture_output=True, check=True, timeout=GIT_S)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.stdout.decode().strip()
