"""Drafts: files of exports while they are written, which get their name when they are whole, or go."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cloudwan_mcp.errors import BadRequest, Exhausted
from cloudwan_mcp.render.format import Chunk

MOST_CHARACTERS = 100
PREFIX, SUFFIX = ".export-", ".part"
ABANDONED_S = 3600.0  # without a write: its process was killed
MIB = 1 << 20
# Windows opens devices by these names, whatever suffix they bear
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")


def file_name(name: str, suffix: str) -> str:
    """`name` as that of a file with `suffix`, which may be left out.

    Raises `BadRequest` for what is not the name of a file alone.
    """
    stem = name.removesuffix(suffix)
    plain = _PLAIN.fullmatch(stem) and ".." not in stem and stem[-1] not in " ." and not _DEVICE.match(stem)
    full = f"{stem}{suffix}"
    if not plain or len(full) > MOST_CHARACTERS:
        raise BadRequest(
            f"file {name[:60]!r} is not a plain file name of at most {MOST_CHARACTERS} characters.",
            field="file",
            next_step="Use letters, digits, '-', '_' and '.'; it goes into the export folder.",
        )
    return full


class Draft:
    """A context manager; leaving it without `keep` leaves nothing behind.

    The folder is made for its owner only, and so is the file. No file is ever written over: not one of
    somebody else, not an earlier export, not what a link points at. `most_mib` bounds all that is in the
    folder together, 0 not at all. Raises `Exhausted` where the folder or the disk does not take it.
    """

    def __init__(self, folder: Path, name: str, most_mib: int) -> None:
        self._folder, self._target, self._most_mib = folder, folder / name, most_mib
        self.bytes = self.elements = self.connections = 0

    def __enter__(self) -> Draft:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.path.lexists(self._target):
                raise self._taken()
            self._room = self._room_left()
            handle, path = tempfile.mkstemp(dir=self._folder, prefix=PREFIX, suffix=SUFFIX)
        except OSError as error:
            raise self._explained(error) from error
        self._path = Path(path)
        self._file = os.fdopen(handle, "wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def extend(self, chunks: Iterator[Chunk], seconds: float) -> bool:
        """Write some more for about that long; False when there is no more."""
        ends = time.monotonic() + seconds
        for chunk in chunks:
            data = chunk.text.encode("utf-8", "replace")
            self.bytes += len(data)
            if self._most_mib and self.bytes > self._room:
                raise self._full()
            try:
                self._file.write(data)
            except OSError as error:
                raise self._explained(error) from error
            self.elements += chunk.elements
            self.connections += chunk.connections
            if time.monotonic() >= ends:
                return True
        return False

    def keep(self) -> Path:
        """Give the whole file its name, unless something bears it by now."""
        try:
            self._file.close()
            self._name()
        except FileExistsError:
            raise self._taken() from None
        except OSError as error:
            raise self._explained(error) from error
        return self._target

    def _name(self) -> None:
        try:
            os.link(self._path, self._target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links: an empty file reserves the name
            os.close(os.open(self._target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._path.replace(self._target)

    def _room_left(self) -> int:
        """Bytes that the folder may still take, after the drafts of killed processes have gone."""
        used, now = 0, time.time()
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    ours = entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX)
                    if ours and now - found.st_mtime > ABANDONED_S:
                        Path(entry.path).unlink()
                    else:
                        used += found.st_size
        return self._most_mib * MIB - used

    def _taken(self) -> BadRequest:
        stem, suffix = self._target.stem, self._target.suffix
        free = (f"{stem}-{number}{suffix}" for number in range(2, 1000))
        name = next((each for each in free if not os.path.lexists(self._folder / each)), "another")
        return BadRequest(
            f"file {self._target.name!r} exists in the export folder, and none is written over.",
            field="file",
            next_step=f"Choose another name, such as {name}.",
        )

    def _full(self) -> Exhausted:
        return Exhausted(
            f"The export folder would take more than the {self._most_mib} MiB set by CLOUDWAN_DISK_MIB.",
            next_step="Filter, choose an overview format, remove old exports or raise CLOUDWAN_DISK_MIB.",
        )

    def _explained(self, error: OSError) -> Exhausted:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return Exhausted(
                "No space left for the export.",
                next_step="Free disk space, filter, or set CLOUDWAN_EXPORT_DIR to a larger disk.",
            )
        return Exhausted(
            f"The export folder cannot be written ({error.strerror or type(error).__name__}).",
            next_step="Check its permissions, or set CLOUDWAN_EXPORT_DIR to a folder that can be written.",
        )
