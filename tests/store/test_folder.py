"""The folder lists, keeps, prunes and sets aside, and goes on whatever lies in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from cloudwan_mcp.errors import Exhausted, NotFound, TryAgain
from cloudwan_mcp.model import Gap, Identity, SnapshotInfo
from cloudwan_mcp.settings import Settings
from cloudwan_mcp.store import Cursor, Filters, Folder
from cloudwan_mcp.store.reader import SnapshotReader
from cloudwan_mcp.store.schema import open_writer
from cloudwan_mcp.store.staging import Staging
from fakes.snapshots import IDENTITY, first_step, new_staging, read_all, vpcs

OpenFolder = Callable[..., Folder]
Discover = Callable[..., SnapshotInfo]


def age(folder: Folder, snapshot: SnapshotInfo, hours: float, *, kind: str = "snapshot") -> None:
    """Make a snapshot as old as if it had been discovered that long ago."""
    path = folder.path / f"{kind}-{snapshot.id}.db"
    with sqlite3.connect(path) as db:
        then = repr(time.time() - hours * 3600)
        db.execute("UPDATE meta SET value=? WHERE key IN ('updated_at', 'started_at')", (then,))
    db.close()
    folder.shelf.drop(path)


def test_a_published_file_stands_alone_and_is_its_owners(open_folder: OpenFolder, discover: Discover) -> None:
    folder = open_folder()
    info = discover(folder)
    names = {path.name for path in folder.path.iterdir()}
    assert names == {f"snapshot-{info.id}.db", "lock.db"}
    assert stat.S_IMODE((folder.path / f"snapshot-{info.id}.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o700
    assert folder.bytes() >= info.bytes


def test_snapshots_are_listed_newest_first_even_within_one_second(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder()
    made = [discover(folder).id for _ in range(3)]
    assert [info.id for info in folder.snapshots()] == made[::-1]
    latest = folder.latest()
    assert latest is not None
    assert latest.id == made[-1]
    assert folder.unfinished() is None


def test_only_so_many_snapshots_are_kept(open_folder: OpenFolder, discover: Discover) -> None:
    folder = open_folder(keep_snapshots=2)
    made = [discover(folder).id for _ in range(4)]
    assert [info.id for info in folder.snapshots()] == made[:1:-1]
    assert folder.prune(keep=1) == [made[2]]


def test_snapshots_too_old_to_keep_go_but_never_the_newest(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder(keep_hours=1.0)
    old, older, newest = (discover(folder) for _ in range(3))
    age(folder, old, 2)
    age(folder, older, 3)
    assert sorted(folder.prune()) == sorted([old.id, older.id])
    age(folder, newest, 4)
    assert folder.prune() == []
    assert [info.id for info in folder.snapshots()] == [newest.id]


def test_a_pruned_snapshot_is_not_found_and_the_next_step_is_told(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder(keep_snapshots=1)
    first = discover(folder)
    cursor = folder.signer.write(Cursor(first.id, Filters(), n=2))
    discover(folder)
    with (
        pytest.raises(NotFound, match="no longer kept") as gone,
        folder.reader(folder.signer.read(cursor).snapshot),
    ):
        pass
    assert "without cursor" in gone.value.next_step


def test_a_reader_goes_on_with_a_snapshot_that_is_pruned_under_it(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder(keep_snapshots=1)
    first = discover(folder, elements=50)
    with folder.reader(first.id) as reader:
        discover(folder)
        assert [e for _, e in read_all(reader)] == vpcs(50)
        assert reader.info() == first


def test_readers_of_one_snapshot_go_on_while_the_next_is_published(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder(keep_snapshots=1)
    first = discover(folder, elements=200)
    done, wrong = threading.Event(), []

    def read() -> None:
        with open_folder().reader(first.id) as reader:
            while not done.is_set():
                if [e for _, e in read_all(reader, limit=50)] != vpcs(200):
                    wrong.append(reader.path)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    second = discover(folder, elements=2000)
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
    with folder.reader(second.id) as reader:
        assert [e for _, e in read_all(reader, limit=500)] == vpcs(2000)


def look(folder: Folder) -> None:
    """Read a little of every snapshot there is; one may be gone by then."""
    for info in folder.snapshots():
        with contextlib.suppress(NotFound), folder.reader(info.id) as reader:
            reader.page(Filters(), after=0, limit=5)


def test_listing_and_reading_go_on_while_snapshots_are_published_and_pruned(
    open_folder: OpenFolder, discover: Discover
) -> None:
    writer, watchers, done = open_folder(keep_snapshots=1), [open_folder(), open_folder()], threading.Event()

    def watch(folder: Folder) -> int:
        looks = 0
        while not done.is_set():
            look(folder)
            looks += 1
        return looks

    with ThreadPoolExecutor(2) as pool:
        watching = [pool.submit(watch, folder) for folder in watchers]
        try:
            for _ in range(20):
                discover(writer)
        finally:
            done.set()
        assert all(each.result() > 5 for each in watching)
    assert [folder.notice for folder in watchers] == ["", ""]
    assert not list(writer.path.glob("*.damaged"))


def write_foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine(x)")
    db.close()


def write_other_layout(path: Path) -> None:
    staging = new_staging(path.parent, "other")
    staging.close()
    db = open_writer(staging.path)
    db.execute("PRAGMA user_version=999")
    db.execute("PRAGMA journal_mode=DELETE")
    db.close()
    staging.path.replace(path)


def write_without_facts(path: Path) -> None:
    write_other_layout(path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=1")
        db.execute("DELETE FROM meta")
    db.close()


def write_half(path: Path) -> None:
    staging = new_staging(path.parent, "half")
    staging.commit(first_step(staging), vpcs(2000), token=None)
    staging.close()
    whole = staging.path.read_bytes()
    path.write_bytes(whole[:20_000])
    staging.path.unlink()
    (path.parent / "staging-half.db-journal").unlink()


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("plain text, and quite a lot of it" * 100),
        lambda path: path.write_bytes(os.urandom(50_000)),
        write_foreign_database,
        write_other_layout,
        write_without_facts,
        write_half,
    ],
    ids=["empty", "text", "noise", "foreign", "other-layout", "no-facts", "half"],
)
@pytest.mark.parametrize("name", ["snapshot-20200101T000000-aa.db", "staging-20200101T000000-aa.db"])
def test_a_damaged_or_foreign_file_is_set_aside_with_a_notice_and_the_folder_goes_on(
    open_folder: OpenFolder, discover: Discover, name: str, write: Callable[[Path], object]
) -> None:
    folder = open_folder()
    good = discover(folder)
    write(folder.path / name)
    assert [info.id for info in folder.snapshots()] == [good.id]
    assert name in folder.notice
    assert (folder.path / name).with_suffix(".damaged").exists()
    assert not (folder.path / name).exists()
    assert discover(folder).complete
    assert len(folder.snapshots()) == 2


@pytest.mark.parametrize("write", [write_foreign_database, write_without_facts], ids=["foreign", "no-facts"])
def test_a_discovery_sets_aside_what_it_cannot_go_on_with(
    open_folder: OpenFolder, discover: Discover, write: Callable[[Path], object]
) -> None:
    folder = open_folder()
    write(folder.path / "staging-20200101T000000-aa.db")
    assert discover(folder).complete
    assert "staging-20200101T000000-aa" in folder.notice


def test_a_file_that_another_release_is_writing_is_left_alone(open_folder: OpenFolder) -> None:
    folder = open_folder()
    path = folder.path / "staging-20200101T000000-aa.db"
    write_other_layout(path)
    with open_folder().writing():
        assert folder.snapshots() == []
    assert path.exists()


def damage(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE block SET bytes = x'ff00ff00'",
        "UPDATE block SET bytes = substr(bytes, 1, 4)",
        "UPDATE block SET dictionary = 77",
        "DELETE FROM block WHERE first > 0",
        "DELETE FROM dictionary",
    ],
)
def test_damaged_text_within_a_snapshot_is_a_failure_with_a_next_step(
    open_folder: OpenFolder, discover: Discover, statement: str
) -> None:
    folder = open_folder()
    info = discover(folder)
    damage(folder.path / f"snapshot-{info.id}.db", statement)
    folder = open_folder()
    with folder.reader(info.id) as reader, pytest.raises(NotFound, match="damaged") as found:
        reader.page(Filters(), after=0, limit=5)
    assert "refresh" in found.value.next_step


def test_pages_overwritten_in_a_snapshot_are_told_or_harmless_but_never_a_crash(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder()
    info = discover(folder, elements=400)
    path = folder.path / f"snapshot-{info.id}.db"
    whole = path.read_bytes()
    told = 0
    for start in range(16384, len(whole), 16384):
        path.write_bytes(whole[:start] + os.urandom(16384) + whole[start + 16384 :])
        folder.shelf.drop(path)
        try:
            with folder.reader(info.id) as reader:
                read_all(reader, limit=100)
        except NotFound:
            told += 1
    assert told


def test_an_interrupted_discovery_is_gone_on_with(open_folder: OpenFolder) -> None:
    folder = open_folder()
    with folder.writing(), folder.stage(IDENTITY) as staging:
        staging.commit(first_step(staging), vpcs(5), token="page-2")
        started = staging.recall("id")
        growing = folder.unfinished()
    assert growing is not None
    assert (growing.id, growing.state) == (started, "growing")
    interrupted = folder.unfinished()
    assert interrupted is not None
    assert (interrupted.state, interrupted.elements) == ("interrupted", 5)
    with folder.reader(started) as reader:
        assert [e for _, e in read_all(reader)] == vpcs(5)
    with folder.writing(), folder.stage(IDENTITY) as again:
        assert again.recall("id") == started
        assert again.steps()[0].token == "page-2"


@pytest.mark.parametrize("reason", ["another account", "too old"])
def test_an_interrupted_discovery_of_other_data_is_begun_anew(open_folder: OpenFolder, reason: str) -> None:
    folder = open_folder(resume_within_s=60.0)
    with folder.writing(), folder.stage(IDENTITY) as staging:
        staging.commit(first_step(staging), vpcs(5), token="page-2")
    info = folder.unfinished()
    assert info is not None
    if reason == "too old":
        age(folder, info, 1, kind="staging")
    identity = Identity("999988887777") if reason == "another account" else IDENTITY
    with folder.writing(), folder.stage(identity) as again:
        assert again.recall("id") != info.id
    assert {path.suffix for path in folder.path.iterdir()} <= {".db", ".db-journal"}
    assert len(list(folder.path.glob("staging-*.db"))) == 1
    assert len(list(folder.path.glob("staging-*-journal"))) <= 1


def test_what_a_process_killed_at_the_very_beginning_left_is_tidied(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder()
    for name in ("staging-1-aa.new", "staging-1-aa.new-journal"):
        (folder.path / name).write_bytes(b"x")
    assert folder.snapshots() == []
    assert not folder.notice
    discover(folder)
    assert not list(folder.path.glob("*.new*"))


def test_a_snapshot_complete_but_not_yet_renamed_is_published_by_the_next_discovery(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder()
    info = discover(folder)
    (folder.path / f"snapshot-{info.id}.db").rename(folder.path / f"staging-{info.id}.db")
    folder.shelf.close()
    unfinished = folder.unfinished()
    assert unfinished is not None
    assert unfinished.state == "interrupted"
    with folder.reader(info.id) as reader:
        assert reader.info().state == "growing"  # a page from it and the list say the same
    with folder.writing():
        with folder.stage(IDENTITY) as staging:
            assert all(step.state == "done" for step in staging.steps())
        again = folder.publish(staging)
    assert replace(again, updated_at=0) == replace(info, updated_at=0)


def test_a_data_folder_given_relative_to_the_working_directory_serves(
    open_folder: OpenFolder, discover: Discover, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = open_folder(data_dir="here")
    info = discover(folder)
    with folder.reader(info.id) as reader:
        assert len(read_all(reader)) == 3


@pytest.mark.parametrize("name", ["sp ace", "qu?ery#frag", "per%20cent", "ünï"])
def test_a_data_folder_of_any_name_serves(
    open_folder: OpenFolder, discover: Discover, tmp_path: Path, name: str
) -> None:
    folder = open_folder(data_dir=str(tmp_path / name))
    assert discover(folder).complete
    assert folder.root == tmp_path / name


def test_where_the_folder_cannot_be_written_a_bounded_temporary_one_stands_in(
    open_folder: OpenFolder, discover: Discover, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = open_folder(data_dir=str(tmp_path / "file" / "data"))
    assert str(tmp_path / "file" / "data") in folder.notice
    assert "CLOUDWAN_DATA_DIR" in folder.notice
    assert folder.disk_mib == 512
    assert discover(folder).complete
    temporary = folder.root
    assert temporary.exists()
    folder.close()
    assert not temporary.exists()


def test_a_smaller_bound_holds_in_the_temporary_folder_too(open_folder: OpenFolder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert open_folder(data_dir=str(tmp_path / "file" / "data"), disk_mib=7).disk_mib == 7


def test_folders_of_other_configurations_share_nothing(tmp_path: Path, discover: Discover) -> None:
    environs: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"profile": "other"}, {}),
        ({"region": "us-gov-west-1"}, {}),
        ({}, {"AWS_ACCESS_KEY_ID": "AKIA2"}),
        ({}, {"AWS_ROLE_ARN": "arn:aws:iam::1:role/x"}),
        ({}, {"AWS_ENDPOINT_URL": "http://localhost:1"}),
    ]
    folders = [Folder(Settings(data_dir=str(tmp_path), **given), environ) for given, environ in environs]
    discover(folders[0])
    assert [len(folder.snapshots()) for folder in folders] == [1, 0, 0, 0, 0, 0]
    assert not any("AKIA2" in str(folder.path) for folder in folders)
    for folder in folders:
        folder.close()


def test_a_snapshot_is_read_without_a_lock_and_where_nothing_can_be_written(
    open_folder: OpenFolder, discover: Discover, tmp_path: Path
) -> None:
    folder = open_folder()
    info = discover(folder)
    copy = tmp_path / "elsewhere" / "snapshot.db"
    copy.parent.mkdir()
    shutil.copy(folder.path / f"snapshot-{info.id}.db", copy)
    copy.chmod(0o400)
    copy.parent.chmod(0o500)
    locked = sqlite3.connect(copy.as_uri() + "?mode=rw", uri=True, isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    reader = SnapshotReader(copy, complete=True)
    assert [e for _, e in read_all(reader)] == vpcs(3)
    assert list(copy.parent.iterdir()) == [copy]
    reader.close()
    locked.close()


def test_a_folder_removed_while_in_use_is_a_failure_with_a_next_step(open_folder: OpenFolder) -> None:
    folder = open_folder()
    shutil.rmtree(folder.root)
    with pytest.raises(Exhausted) as failed, folder.writing():
        pass
    assert failed.value.next_step


def test_the_shelf_closes_what_it_evicts_only_after_the_last_use(
    open_folder: OpenFolder, discover: Discover
) -> None:
    folder = open_folder(keep_snapshots=20)
    made = [discover(folder) for _ in range(8)]
    with folder.reader(made[0].id) as first:
        for info in made[1:]:
            with folder.reader(info.id) as other:
                assert other.info() == info
        assert first.info() == made[0]
    with pytest.raises(NotFound, match="closed"):
        first.info()
    assert len(folder.shelf._kept) <= 4


def test_gaps_travel_with_the_snapshot(open_folder: OpenFolder) -> None:
    folder = open_folder()
    gap = Gap("GetSites", "global-network-1", "AccessDenied", "no", "networkmanager:GetSites")
    with folder.writing():
        with folder.stage(IDENTITY) as staging:
            staging.end(first_step(staging), gap)
        assert folder.publish(staging).gaps == (gap,)


def test_two_discoveries_at_once_are_refused(open_folder: OpenFolder) -> None:
    folder, other = open_folder(), open_folder()
    assert not other.busy()
    with folder.writing():
        assert other.busy()
        with pytest.raises(TryAgain) as refused, other.writing(patience_s=0.1):
            pass
        assert refused.value.code == "DiscoveryRunning"
    with other.writing():
        assert folder.busy()


def test_the_right_to_write_comes_back_after_a_failure(open_folder: OpenFolder) -> None:
    folder = open_folder()
    with pytest.raises(ZeroDivisionError), folder.writing():
        raise ZeroDivisionError
    assert not folder.busy()


def test_a_staging_file_that_cannot_be_made_is_a_failure_with_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(Exhausted) as failed:
        Staging.create(tmp_path / "missing" / "staging-1.db", snapshot_id="1", identity=IDENTITY)
    assert failed.value.next_step
