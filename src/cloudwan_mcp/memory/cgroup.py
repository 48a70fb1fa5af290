"""Control groups: where the kernel keeps what this process, with its neighbours, may take and has taken."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

LIMIT_FILES = ("memory.max", "memory.high", "memory.limit_in_bytes")
"""v2, v2 and v1. Above `memory.high` the kernel stalls a group long before it kills in it."""

V1_LIMIT = LIMIT_FILES[2]


def limits(root: Path) -> Iterator[tuple[int, Path]]:
    """(bytes, file) of every limit on this process: its own groups' and all those above them.

    Both generations are read: a hybrid machine mounts both and counts memory in one of them.
    """
    for group in _groups(root):
        for name in LIMIT_FILES:
            value = _limit(group / name)
            if value:
                yield value, group / name


def _groups(root: Path) -> Iterator[Path]:
    for controller, path in _memberships(root):
        mounts = [(top, inner) for kind, inner, top in _mounts(root) if kind == controller]
        if mounts:
            own, top = _own(path, mounts)
            yield own
            yield from (above for above in own.parents if above.is_relative_to(top))


def _own(path: str, mounts: list[tuple[Path, str]]) -> tuple[Path, Path]:
    """(this process's group, the top of its mount).

    Within a namespace the path is often the host's, and nothing below the mount is called so. All that can
    be seen is then the mount itself, which in a container is the container's own group: it ends every chain.
    """
    for top, inner in mounts:
        inner = inner.rstrip("/")
        if path == inner or path.startswith(f"{inner}/"):
            return top / path.removeprefix(inner).strip("/"), top
    return mounts[0][0], mounts[0][0]


def _memberships(root: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(root / "proc/self/cgroup"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if "memory" in controllers.split(","):
            yield "memory", path
        elif number == "0" and not controllers:
            yield "cgroup2", path


def _mounts(root: Path) -> Iterator[tuple[str, str, Path]]:
    """(controller, the part of the hierarchy that is mounted, where): see proc(5), mountinfo."""
    for line in _lines(root / "proc/self/mountinfo"):
        fields, _, rest = line.partition(" - ")
        kind, _, options = rest.partition(" ")
        if not kind.startswith("cgroup"):
            continue
        inner, at = (_plain(each) for each in fields.split(" ")[3:5])
        if kind == "cgroup2":
            yield kind, inner, root / at.lstrip("/")
        elif kind == "cgroup" and "memory" in options.rpartition(" ")[2].split(","):
            yield "memory", inner, root / at.lstrip("/")


def _plain(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), field)


def _limit(file: Path) -> int:
    """0 where there is none. v1 has a number for that, which no machine's memory reaches."""
    text = next(iter(_lines(file)), "").strip()
    return int(text) if text.isdecimal() else 0


def _lines(file: Path) -> list[str]:
    """Read as bytes: a text file leaves a name of its decoder in CPython's method cache every time."""
    try:
        return os.fsdecode(file.read_bytes()).splitlines()
    except OSError:
        return []
