"""Places in the source, as a person looks for them."""

from __future__ import annotations

import linecache
import sys
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_HERE = str(Path(__file__).parent)
_OURS = str(Path(__file__).parents[2])
_INSTALLED = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
SOURCE_CHARACTERS = 120


@dataclass(slots=True, frozen=True)
class Place:
    """A line; `share` is the part of the growth it explains, `callers` the lines it was reached from."""

    file: str
    line: int
    source: str
    share: float
    callers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.source}), {self.share:.0%} of it"


def place(file: str, line: int, share: float, callers: tuple[tuple[str, int], ...] = ()) -> Place:
    """The line with its text; files are named from where Python would import them."""
    source = linecache.getline(file, line).strip()[:SOURCE_CHARACTERS]
    above = tuple(f"{_short(name)}:{number}" for name, number in callers)
    return Place(_short(file), line, source, round(share, 3), above)


@lru_cache(maxsize=4096)
def of_project(file: str) -> bool:
    """Whether a file is somebody's to mend: neither the interpreter's, nor a library's, nor of this room."""
    if file.startswith((_HERE, "<")):
        return False
    return file.startswith(_OURS) or not file.startswith(_INSTALLED)


def of_this_room(file: str) -> bool:
    return file.startswith(_HERE)


def _short(file: str) -> str:
    roots = [root for root in sys.path if root and file.startswith(f"{root.rstrip('/')}/")]
    return file[len(max(roots, key=len).rstrip("/")) + 1 :] if roots else file
