"""The folder of snapshots: which there are, who may write, what is kept, where else to go."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cloudwan_mcp.errors import CloudWanError, NotFound, TryAgain
from cloudwan_mcp.model import Identity, SnapshotInfo
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.store import schema
from cloudwan_mcp.store.cursor import CursorSigner
from cloudwan_mcp.store.index.layout import SNAPSHOT, index_of, prune
from cloudwan_mcp.store.index.writer import IndexWriter
from cloudwan_mcp.store.lock import exclusive
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.scope import scope_key
from cloudwan_mcp.store.shelf import Shelf
from cloudwan_mcp.store.staging import NEW, Staging

TEMPORARY_MIB = 512
STAGING, DAMAGED = "staging-", ".damaged"


class Folder:
    """All snapshots of one scope: one caller's configuration against one endpoint.

    Where the data folder cannot be written, a temporary one bounded to 512 MiB stands in and `notice` says
    so; it goes when the process ends.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self.notice = ""
        self.disk_mib = settings.disk_mib
        self._temporary: Path | None = None
        scope = scope_key(settings, os.environ if environ is None else environ)
        try:
            self._settle(settings.data_path.absolute(), scope)
        except OSError as error:
            self._settle(self._temporary_folder(settings.data_path, error), scope)
        self.shelf = Shelf()

    @property
    def temporary(self) -> bool:
        """Whether it is gone once it is closed."""
        return self._temporary is not None

    def close(self) -> None:
        self.shelf.close()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def snapshots(self) -> list[SnapshotInfo]:
        """Newest first, unfinished ones included; a damaged file is set aside and left out."""
        found = []
        for path in self.path.glob("s*-*.db"):
            try:
                found.append(self._info(path))
            except NotFound:
                # not there: published or pruned since; a staging file may be of a writer of another release
                written = path.stem.startswith(STAGING) and self.busy()
                if path.exists() and not written:
                    self._set_aside(path)
        return sorted(found, key=lambda info: (info.started_at, info.id), reverse=True)

    def latest(self) -> SnapshotInfo | None:
        """The newest complete snapshot."""
        return next((info for info in self.snapshots() if info.complete), None)

    def superseded(self, snapshot_id: str) -> bool:
        """Whether a newer snapshot than this one is complete."""
        name = self._name(SNAPSHOT, snapshot_id).name
        return any(path.name > name for path in self.path.glob(f"{SNAPSHOT}*.db"))

    def unfinished(self) -> SnapshotInfo | None:
        """The discovery under way, or interrupted and to be gone on with."""
        return next((info for info in self.snapshots() if not info.complete), None)

    @contextmanager
    def reader(self, snapshot_id: str) -> Iterator[SnapshotReader]:
        """A reader of that snapshot and no other; complete ones stay open, a growing one is opened afresh.

        Raises `NotFound` when it was pruned, replaced or damaged.
        """
        published, path = self._name(SNAPSHOT, snapshot_id), self._name(STAGING, snapshot_id)
        growing = None if published.exists() else self._growing(path)
        if growing is None and published.exists():
            with self.shelf.borrow(published) as reader:
                yield reader
        elif growing is None:
            raise _pruned(snapshot_id)
        else:
            try:
                yield growing
            finally:
                growing.close()

    @contextmanager
    def writing(self, patience_s: float = 2.0) -> Iterator[None]:
        """The right to discover, given back by its process's death; `TryAgain` while another has it."""
        with exclusive(self.path / "lock.db", patience_s):
            yield

    def busy(self) -> bool:
        """Whether some process is discovering now."""
        try:
            with self.writing(patience_s=0):
                return False
        except TryAgain:
            return True

    def stage(self, identity: Identity) -> Staging:
        """The staging file to go on with, or a new one; call it while `writing`."""
        for path in self.path.glob(f"{STAGING}*{NEW}*"):
            path.unlink()  # of a process that was killed while it began
        for path in sorted(self.path.glob(f"{STAGING}*.db")):
            try:
                if self._resumable(path, identity):
                    return Staging.open(path, max_bytes=self._max_bytes)
            except NotFound:
                self._set_aside(path)
                continue
            path.unlink()
            schema.journal_of(path).unlink(missing_ok=True)
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        snapshot_id = f"{stamp}-{secrets.token_hex(4)}"
        return Staging.create(
            self._name(STAGING, snapshot_id),
            snapshot_id=snapshot_id,
            identity=identity,
            max_bytes=self._max_bytes,
        )

    def publish(self, staging: Staging) -> SnapshotInfo:
        """Make a finished staging file the newest snapshot and prune old ones."""
        staging.close()
        snapshot_id = staging.path.stem.removeprefix(STAGING)
        target = self._name(SNAPSHOT, snapshot_id)
        publish(staging.path, target, cells=staging.cells, max_bytes=self._max_bytes)
        self.prune()
        return self._info(target)

    def index_writer(self, snapshot_id: str) -> IndexWriter:
        """Writes the index of a complete snapshot; raises `NotFound` where it was pruned."""
        path = self._name(SNAPSHOT, snapshot_id)
        if not path.exists():
            raise _pruned(snapshot_id)
        return IndexWriter(path, index_of(path))

    def prune(self, keep: int | None = None) -> list[str]:
        """Remove complete snapshots beyond the number and age kept; the newest always stays."""
        complete = [info for info in self.snapshots() if info.complete]
        oldest = time.time() - self._settings.keep_hours * 3600
        keep = self._settings.keep_snapshots if keep is None else keep
        gone = [i.id for at, i in enumerate(complete) if at >= keep or (at and i.updated_at < oldest)]
        for snapshot_id in gone:
            self.shelf.drop(self._name(SNAPSHOT, snapshot_id))
            with contextlib.suppress(OSError):  # Windows keeps a file that is open elsewhere: next time
                self._name(SNAPSHOT, snapshot_id).unlink()
        prune(self.path)
        return gone

    def bytes(self) -> int:
        return sum(_size(path) for path in self.path.glob("*.db*"))

    def _info(self, path: Path) -> SnapshotInfo:
        if path.stem.startswith(SNAPSHOT):
            with self.shelf.borrow(path) as kept:
                return kept.info()
        reader = SnapshotReader(path, complete=False)
        try:
            info = reader.info()
        finally:
            reader.close()
        if self.busy():
            return info
        if not path.exists():  # published between the look at the file and the look at the lock
            return self._info(self._name(SNAPSHOT, info.id))
        return replace(info, state="interrupted")

    def _growing(self, path: Path) -> SnapshotReader | None:
        """A reader of the staging file; None when it is not there, perhaps published this very moment."""
        try:
            return SnapshotReader(path, complete=False)
        except CloudWanError:
            if path.exists():
                raise
            return None

    def _resumable(self, path: Path, identity: Identity) -> bool:
        """Only the same account's, and only while AWS's tokens may still be good and the data fresh."""
        info = self._info(path)
        same = not identity.account or info.identity.account in ("", identity.account)
        return same and time.time() - info.updated_at <= self._settings.resume_within_s

    @property
    def _max_bytes(self) -> int:
        return self.disk_mib << 20

    def _name(self, kind: str, snapshot_id: str) -> Path:
        return self.path / f"{kind}{snapshot_id}.db"

    def _set_aside(self, path: Path) -> None:
        self.shelf.drop(path)
        with contextlib.suppress(OSError):
            path.rename(path.with_suffix(DAMAGED))
            schema.journal_of(path).unlink(missing_ok=True)
        self.notice = f"{path.name} was damaged and is set aside as {path.stem}{DAMAGED}."

    def _settle(self, root: Path, scope: str) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            self.root, self.path = root, root / scope
        self.path.mkdir(mode=0o700, exist_ok=True)
        self.signer = CursorSigner.of_folder(root)

    def _temporary_folder(self, wanted: Path, error: OSError) -> Path:
        self._temporary = Path(tempfile.mkdtemp(prefix="cloudwan-mcp-"))
        self.disk_mib = min(self.disk_mib or TEMPORARY_MIB, TEMPORARY_MIB)
        self.notice = (
            f"{wanted} cannot be written ({error.strerror}): snapshots go to temporary storage, at most "
            f"{TEMPORARY_MIB} MiB, and end with this process. Set CLOUDWAN_DATA_DIR."
        )
        return self._temporary


def _pruned(snapshot_id: str) -> NotFound:
    return NotFound(
        f"Snapshot {snapshot_id} is no longer kept.",
        next_step="Call again without cursor to read the newest one.",
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # journals come and go
        return 0
