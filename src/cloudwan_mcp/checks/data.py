"""data: the folder of the snapshots, whether it can be written, and the room on its disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from cloudwan_mcp.check import Check, Remark
from cloudwan_mcp.examination import Examination
from cloudwan_mcp.store import schema

MIB = 2**20
LEAST_FREE = 256 * MIB  # a snapshot of 1,000,000 elements takes 220 MiB
FILES = 10_000  # that are looked at
NUMBERS = slice(60, 64), slice(68, 72)
"""Where SQLite's header has the user version and the application's id: https://sqlite.org/fileformat.html"""


def _look(found: Examination) -> Iterable[Remark]:
    folder = found.settings.data_path.absolute()
    ground = next(each for each in (folder, *folder.parents) if each.exists())
    files = [each for _, each in zip(range(FILES), _files(folder), strict=False)]
    sizes = [_size(each) for each in files]
    free = shutil.disk_usage(ground).free
    layouts = Counter(number for each in files if (number := _layout(each)) is not None)
    facts = {
        "folder": str(folder),
        "bytes": sum(sizes),
        "files": len(files),
        "free": free,
        "layouts": {str(number): count for number, count in sorted(layouts.items())},
        "layout_read": schema.VERSION,
    }
    if reason := _unwritable(folder, ground):
        step = "Set CLOUDWAN_DATA_DIR to a folder of your own; snapshots go to a temporary one until then."
        yield Remark("mend", f"{folder} cannot be written ({reason}).", step, facts)
    else:
        kept = sum(layouts.values())
        text = f"{folder}: {kept} snapshots, {sum(sizes) / MIB:,.1f} MiB; {free / MIB:,.0f} MiB are free."
        yield Remark("ok", text, facts=facts)
    if free < max([LEAST_FREE, *sizes]):
        step = "Free some, set CLOUDWAN_DATA_DIR to a larger disk, or run `cloudwan-mcp snapshots --prune`."
        yield Remark("mend", f"Only {free / MIB:,.0f} MiB are free beside {folder}.", step)
    if old := sum(count for number, count in layouts.items() if number != schema.VERSION):
        step = "Nothing: they are read anew by `cloudwan-mcp discover`, or by the next call with refresh."
        yield Remark("note", f"{old} snapshots are another release's.", step)


def _files(folder: Path) -> Iterator[Path]:
    return (each for each in folder.rglob("*.db*") if each.is_file()) if folder.is_dir() else iter(())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _layout(path: Path) -> int | None:
    """The layout of a snapshot, out of the header of its file; None where it is none."""
    if not path.name.startswith("snapshot-"):
        return None
    try:
        with path.open("rb") as file:
            header = file.read(NUMBERS[1].stop)
    except OSError:
        return None
    version, application = (int.from_bytes(header[part], "big") for part in NUMBERS)
    return version if application == schema.APPLICATION_ID else None


def _unwritable(folder: Path, ground: Path) -> str:
    """Why it cannot be written, "" where it can; a folder that is not there is not made for the question."""
    try:
        if not ground.is_dir():
            return f"{ground} is no folder"
        if ground == folder:
            tempfile.TemporaryFile(dir=folder).close()
        elif not os.access(ground, os.W_OK | os.X_OK):
            return f"{ground} is closed to this user"
    except OSError as error:
        return str(error.strerror or type(error).__name__)
    return ""


CHECK = Check("data", _look)
