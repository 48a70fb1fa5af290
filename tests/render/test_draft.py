"""Drafts: a file has its name when it is whole; nothing is written over, left behind or led elsewhere."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudwan_mcp.errors import BadRequest, Exhausted
from cloudwan_mcp.render.draft import ABANDONED_S, MOST_CHARACTERS, Draft, file_name
from cloudwan_mcp.render.format import Chunk


def chunks(*texts: str) -> Iterator[Chunk]:
    return iter([Chunk(text, elements=1) for text in texts])


def written(folder: Path, name: str = "network.csv", text: str = "a,b\n", most_mib: int = 0) -> Path:
    with Draft(folder, name, most_mib) as draft:
        assert not draft.extend(chunks(text), 10)
        return draft.keep()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_kept_draft_is_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "exports"
    path = written(folder, text="Grüße\n")
    assert path == folder / "network.csv"
    assert path.read_bytes() == "Grüße\n".encode()
    assert (mode(folder), mode(path)) == (0o700, 0o600)
    assert os.listdir(folder) == ["network.csv"]


def test_a_draft_that_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    with Draft(tmp_path, "network.csv", 0) as draft:
        draft.extend(chunks("a"), 10)
        (part,) = tmp_path.iterdir()
        assert part.name.startswith(".")
    assert os.listdir(tmp_path) == []


def test_it_is_written_a_slice_at_a_time(tmp_path: Path) -> None:
    given = chunks("a", "b", "c")
    with Draft(tmp_path, "network.csv", 0) as draft:
        assert draft.extend(given, 0)
        assert draft.bytes == draft.elements == 1
        while draft.extend(given, 0):
            pass
        assert draft.keep().read_text(encoding="utf-8") == "abc"


@pytest.mark.parametrize("what", ["file", "link", "dead link", "folder"])
def test_nothing_that_bears_the_name_is_written_over(tmp_path: Path, what: str) -> None:
    folder, outside = tmp_path / "exports", tmp_path / "outside"
    folder.mkdir()
    if what != "dead link":
        outside.write_text("theirs", encoding="utf-8")
    target = folder / "network.csv"
    {
        "file": lambda: target.write_text("theirs", encoding="utf-8"),
        "link": lambda: target.symlink_to(outside),
        "dead link": lambda: target.symlink_to(outside),
        "folder": target.mkdir,
    }[what]()
    with pytest.raises(BadRequest, match=r"network-2\.csv") as refused:
        written(folder)
    assert refused.value.field == "file"
    assert what == "dead link" or outside.read_text(encoding="utf-8") == "theirs"
    assert what != "dead link" or not outside.exists()
    assert os.listdir(folder) == ["network.csv"]


def test_a_name_that_was_taken_meanwhile_is_refused_as_well(tmp_path: Path) -> None:
    with Draft(tmp_path, "network.csv", 0) as draft:
        draft.extend(chunks("ours"), 10)
        (tmp_path / "network.csv").write_text("theirs", encoding="utf-8")
        with pytest.raises(BadRequest):
            draft.keep()
    assert (tmp_path / "network.csv").read_text(encoding="utf-8") == "theirs"
    assert os.listdir(tmp_path) == ["network.csv"]


def test_a_file_system_without_hard_links_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert written(tmp_path).read_text(encoding="utf-8") == "a,b\n"
    with pytest.raises(BadRequest):
        written(tmp_path)
    assert os.listdir(tmp_path) == ["network.csv"]


def test_the_folder_takes_no_more_than_is_set(tmp_path: Path) -> None:
    with pytest.raises(Exhausted, match="1 MiB"):
        written(tmp_path, "one.csv", "x" * (1 << 20) + "x", most_mib=1)
    written(tmp_path, "one.csv", "x" * 700_000, most_mib=1)
    with pytest.raises(Exhausted, match="CLOUDWAN_DISK_MIB"):
        written(tmp_path, "two.csv", "x" * 700_000, most_mib=1)
    assert os.listdir(tmp_path) == ["one.csv"]


@pytest.mark.parametrize("size", [1, 100_000])
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, size: int) -> None:
    """Also where only the last bytes have no room, which are written at the end."""
    with Draft(tmp_path, "network.csv", 0) as draft:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, draft._file.fileno())
        os.close(full)
        with pytest.raises(Exhausted, match="No space"):
            finish(draft, "x" * size)
    assert os.listdir(tmp_path) == []


def finish(draft: Draft, text: str) -> None:
    draft.extend(chunks(text), 10)
    draft.keep()


def test_a_folder_that_cannot_be_written_is_said_without_its_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Exhausted, match="CLOUDWAN_EXPORT_DIR") as refused:
        written(tmp_path / "file")
    assert str(tmp_path) not in str(refused.value)


def test_what_killed_processes_left_goes_after_an_hour(tmp_path: Path) -> None:
    for name, age in (("old", ABANDONED_S + 60), ("new", 60)):
        part = tmp_path / f".export-{name}.part"
        part.touch()
        os.utime(part, (time.time() - age,) * 2)
    written(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".export-new.part", "network.csv"]


@pytest.mark.parametrize("name", ["network.csv", "a", "core 2026-11-23_prod.v2", "x" * (MOST_CHARACTERS - 4)])
def test_a_plain_name_gets_the_suffix_that_it_lacks(name: str) -> None:
    assert file_name(name, ".csv") == f"{name.removesuffix('.csv')}.csv"


@pytest.mark.parametrize(
    "name",
    [
        *("../network.csv", "..", "a/b", "/etc/passwd", "a\\b", "C:x", "~", ".hidden", "", " ", "a ", "a..b"),
        *("-rf", "nul", "COM1.txt", "a\nb", "a\0b", "é", "x" * 97, "a.", ".csv", "%2e%2e%2fa", "a:b"),
    ],
)
def test_anything_else_is_refused_with_the_bound(name: str) -> None:
    with pytest.raises(BadRequest, match="100 characters") as refused:
        file_name(name, ".csv")
    assert refused.value.field == "file"
