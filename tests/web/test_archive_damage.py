"""Files of a history that do not deserve to be read, and disks that refuse to write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudwan_mcp.web.archive import Archive
from cloudwan_mcp.web.history_file import APPENDED, HEAD
from web.archived import START, fill, opened, seen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history"


@pytest.mark.parametrize("where", [0, 8, 16, 20, 24, 28, 100, -1])
def test_a_damaged_file_is_left_behind_with_a_notice(
    path: Path, where: int, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(path) as archive:
        fill(archive, 50)
    data = bytearray(path.read_bytes())
    data[where] ^= 0xFF
    path.write_bytes(data)
    with opened(path) as again:
        assert again.history.read("1s")["columns"]["at"] == []
        fill(again, 5)
    assert f"The history in {path} starts anew" in caplog.text
    with opened(path) as healed:
        assert len(healed.history.read("1s")["columns"]["at"]) == 5


@pytest.mark.parametrize("length", [0, 1, HEAD.size - 1, HEAD.size, HEAD.size + 10])
def test_a_file_that_was_cut_short_is_left_behind(path: Path, length: int) -> None:
    with opened(path) as archive:
        fill(archive, 50)
    path.write_bytes(path.read_bytes()[:length])
    with opened(path) as again:
        assert again.history.read("1s")["columns"]["at"] == []


@pytest.mark.parametrize("lost", [1, 50, 99, 101])
def test_samples_that_were_not_written_whole_are_all_that_is_lost(path: Path, lost: int) -> None:
    with opened(path) as archive:
        fill(archive, 10)
        archive.save()
        fill(archive, 10, START + 10)
        archive.save()
    path.write_bytes(path.read_bytes()[:-lost])
    with opened(path) as again:
        assert len(again.history.read("1s")["columns"]["at"]) == 20 - -(-lost // 100)


def test_a_file_of_another_version_is_left_behind(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opened(path) as archive:
        fill(archive, 5)
        shape = archive.history.tiers.pop("60s")
        archive._appended = APPENDED
        archive.save()
        archive.history.tiers["60s"] = shape
        archive._failing = True
        assert archive._file is not None
        archive._file.release()
    with opened(path) as again:
        assert again.history.read("1s")["columns"]["at"] == []
    assert "it was written by another version" in caplog.text


def test_two_processes_do_not_write_one_file(path: Path) -> None:
    with opened(path) as archive:
        fill(archive, 5)
        other = Archive(path)
        other.open()
        fill(other, 50)
        other.save()
        other.close()
        assert other.file_bytes is None
        assert len(other.history.read("1s")["columns"]["at"]) == 50
    with opened(path) as again:
        assert len(again.history.read("1s")["columns"]["at"]) == 5


def test_a_disk_that_refuses_is_said_once_and_costs_nothing_else(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(path) as archive:
        beside = path.with_name("history.new")
        beside.mkdir()
        for round_ in range(3):
            fill(archive, 5, START + round_ * 5)
            archive.save()
        assert caplog.text.count("The history cannot be written") == 1
        beside.rmdir()
        archive.save()
        before = seen(archive)
    with opened(path) as again:
        assert seen(again) == before


def test_a_file_that_somebody_removed_is_written_anew(path: Path) -> None:
    with opened(path) as archive:
        fill(archive, 5)
        archive.save()
        path.unlink()
        for second in (5, 6):
            fill(archive, 1, START + second)
            archive.save()
        before = seen(archive)
    with opened(path) as again:
        assert seen(again) == before


def test_a_folder_that_cannot_be_made_leaves_the_history_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with opened(tmp_path / "file" / "history") as archive:
        fill(archive, 5)
        archive.save()
        assert len(archive.history.read("1s")["columns"]["at"]) == 5
        assert archive.file_bytes is None
