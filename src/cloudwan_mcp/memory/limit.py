"""The limit of this process: how much memory it can take before somebody ends it, and who says so."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cloudwan_mcp.memory import cgroup
from cloudwan_mcp.memory.bounds import outside

MIB = 1024 * 1024
CONFIGURED = "CLOUDWAN_MEMORY_THRESHOLD_MB"
PHYSICAL = "physical memory"


@dataclass(slots=True, frozen=True)
class MemoryLimit:
    """`origin` is what to change for another limit: a variable, a control group's file, an rlimit."""

    bytes: int
    origin: str

    @property
    def group(self) -> str:
        """The control group that sets the limit, as an absolute path; "" when none does."""
        return self.origin.rpartition("/")[0]


def memory_limit(threshold_mb: float = 0, *, root: Path = Path("/")) -> MemoryLimit:
    """The smallest of what binds: the configured MiB, control groups, rlimits, physical memory.

    A larger number in the configuration helps nobody, since the kernel ends the process all the same. Of
    equal limits the first in that order is named. `root` is where `/proc` and `/sys` are looked for.
    """
    if not 0 <= threshold_mb < math.inf:
        raise outside("memory_threshold_mb", threshold_mb, "MiB, or 0 for the limit that is found")
    return min(_limits(threshold_mb, root), key=lambda each: each.bytes)


def critical_bytes(limit: MemoryLimit, percent: float) -> int:
    """How much in use is too much: all of a limit that is configured, `percent` of one that is enforced."""
    return limit.bytes if limit.origin == CONFIGURED else int(limit.bytes * percent / 100)


def _limits(threshold_mb: float, root: Path) -> Iterator[MemoryLimit]:
    if threshold_mb:
        yield MemoryLimit(int(threshold_mb * MIB), CONFIGURED)
    for value, file in cgroup.limits(root):
        yield MemoryLimit(value, f"/{file.relative_to(root).as_posix()}")
    yield from _rlimits()
    yield MemoryLimit(_physical(root), PHYSICAL)


def _rlimits() -> Iterator[MemoryLimit]:
    try:
        import resource
    except ImportError:  # Windows
        return
    for name in ("RLIMIT_AS", "RLIMIT_DATA"):
        soft, _ = resource.getrlimit(getattr(resource, name))
        if soft != resource.RLIM_INFINITY:
            yield MemoryLimit(soft, name)


def _physical(root: Path) -> int:
    try:
        lines = (root / "proc/meminfo").read_bytes().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(b"MemTotal:"))
    except (OSError, StopIteration):
        import psutil

        return psutil.virtual_memory().total
