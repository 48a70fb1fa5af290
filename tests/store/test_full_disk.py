"""A full disk, a bound and a quota end a discovery with what was read kept, and more room lets it go on."""

from __future__ import annotations

import contextlib
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloudwan_mcp.errors import Exhausted
from cloudwan_mcp.model import Element
from cloudwan_mcp.store import Folder
from cloudwan_mcp.store.publish import publish
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.staging import Staging
from fakes.snapshots import IDENTITY, first_step, new_staging, read_all, vpcs

OpenFolder = Callable[..., Folder]
PAGE = 200


def noise(count: int, start: int) -> list[Element]:
    """Attachments whose attributes cannot be compressed much."""
    found = vpcs(count, start=start)
    for number, element in enumerate(found, start):
        digits = "".join(f"{hash((number, at)) & 0xFFFFFFFFFFFFFFFF:016x}" for at in range(60))
        element.attributes = f'{{"Noise":"{digits}"}}'
    return found


def fill(staging: Staging, pages: int = 100_000) -> int:
    """Write pages until there is no more room; gives how many elements are in."""
    step = first_step(staging)
    for number in range(step.pages, step.pages + pages):
        staging.commit(step, noise(PAGE, number * PAGE), token=f"page {number}")
    return step.pages * PAGE


def read(path: Path, *, complete: bool) -> list[Element]:
    reader = SnapshotReader(path, complete=complete)
    try:
        return [e for _, e in read_all(reader, limit=500)]
    finally:
        reader.close()


def check_resumption(staging: Staging, folder: Path) -> None:
    """What was committed is whole, and the file goes on in a place with room."""
    pages = staging.steps()[0].pages
    assert pages > 0
    staging.close()
    path = folder / staging.path.name
    if path != staging.path:
        shutil.copy(staging.path, path)
    assert read(path, complete=False) == noise(pages * PAGE, 0)
    with Staging.open(path) as again:
        fill(again, pages=3)
    target = publish(path, folder / "snapshot-one.db")
    assert read(target, complete=True) == noise((pages + 3) * PAGE, 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def leave_no_room(folder: Path) -> None:
    with (folder / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(4096))


def test_a_full_disk_leaves_the_pages_before_and_goes_on_elsewhere(tmp_path: Path, small_disk: Path) -> None:
    staging = new_staging(small_disk)
    with pytest.raises(Exhausted, match="No space left") as full:
        fill(staging)
    assert "CLOUDWAN_DATA_DIR" in full.value.next_step
    check_resumption(staging, tmp_path)


def test_a_full_disk_goes_on_in_the_same_process_once_there_is_room(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(400_000))
    staging = new_staging(small_disk)
    with pytest.raises(Exhausted):
        fill(staging)
    pages = staging.steps()[0].pages
    (small_disk / "ballast").unlink()
    assert fill(staging, pages=1) == (pages + 1) * PAGE
    staging.close()
    assert read(staging.path, complete=False) == noise((pages + 1) * PAGE, 0)


def test_a_disk_full_while_publishing_leaves_the_staging_file_to_be_published_later(
    tmp_path: Path, small_disk: Path
) -> None:
    staging = new_staging(small_disk)
    with pytest.raises(Exhausted):
        fill(staging)
    pages = staging.steps()[0].pages
    staging.close()
    leave_no_room(small_disk)
    with pytest.raises(Exhausted):
        publish(staging.path, small_disk / "snapshot-one.db")
    shutil.copy(staging.path, tmp_path)
    target = publish(tmp_path / staging.path.name, tmp_path / "snapshot-one.db")
    assert read(target, complete=True) == noise(pages * PAGE, 0)


def test_a_folder_on_a_full_disk_is_replaced_by_a_temporary_one(
    small_disk: Path, open_folder: OpenFolder
) -> None:
    leave_no_room(small_disk)
    folder = open_folder(data_dir=str(small_disk))
    assert folder.root != small_disk
    assert str(small_disk) in folder.notice


def test_a_discovery_that_cannot_even_begin_is_a_failure_with_a_next_step(small_disk: Path) -> None:
    leave_no_room(small_disk)
    with pytest.raises(Exhausted) as full:
        new_staging(small_disk)
    assert full.value.next_step


def test_the_bound_of_the_settings_ends_a_snapshot_and_a_larger_one_goes_on(
    tmp_path: Path, open_folder: OpenFolder
) -> None:
    folder = open_folder(disk_mib=1)
    with folder.writing(), folder.stage(IDENTITY) as staging, pytest.raises(Exhausted) as full:
        fill(staging)
    assert "CLOUDWAN_DISK_MIB" in full.value.next_step
    assert staging.path.stat().st_size <= 1 << 20
    larger = open_folder(disk_mib=3)
    with larger.writing():
        with larger.stage(IDENTITY) as again:
            assert again.path == staging.path
            elements = fill(again, pages=2)
        info = larger.publish(again)
    assert info.elements == elements
    assert info.bytes <= 3 << 20
    check = larger.path / f"snapshot-{info.id}.db"
    assert read(check, complete=True) == noise(elements, 0)


def test_publishing_keeps_the_bound_too(open_folder: OpenFolder) -> None:
    folder = open_folder(disk_mib=1)
    with folder.writing():
        with folder.stage(IDENTITY) as staging, pytest.raises(Exhausted):
            fill(staging)
        with pytest.raises(Exhausted):
            folder.publish(staging)
    interrupted = folder.unfinished()
    assert interrupted is not None
    assert interrupted.state == "interrupted"


@pytest.fixture
def file_quota() -> Iterator[Callable[[int], None]]:
    """A bound on the size of any file, which the system enforces as it does a quota."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_a_quota_ends_a_discovery_and_is_not_taken_for_damage(
    tmp_path: Path, file_quota: Callable[[int], None]
) -> None:
    staging = new_staging(tmp_path)
    file_quota(600_000)
    with pytest.raises(Exhausted) as full:
        fill(staging)
    assert "quota" in full.value.next_step
    file_quota(1 << 30)
    check_resumption(staging, tmp_path)
