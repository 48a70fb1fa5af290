"""Where a configuration file is looked for, and what of it is not read as a file."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import FILE_NAME, Settings, load
from fakes.settings_files import nested, write


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory and a user's configuration folder without any file."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_a_file_that_is_named_goes_before_that_of_the_folder_and_that_before_the_users(
    tmp_path: Path,
) -> None:
    def size(number: int) -> str:
        return nested("memory_optimization.streaming.chunk_size", number)

    users = write(size(1), tmp_path / "config" / "cloudwan-mcp" / FILE_NAME)
    settings = load(environ={})
    assert settings.streaming_chunk_size == 1
    assert settings.origins["streaming_chunk_size"] == f"{users}:3"
    assert settings.origins["config"] == "found in the user's configuration folder"
    write(size(2))
    assert load(environ={}).streaming_chunk_size == 2
    write(size(3), "three.yml")
    settings = load(environ={"CLOUDWAN_CONFIG": "three.yml"})
    assert (settings.streaming_chunk_size, settings.origins["config"]) == (3, "CLOUDWAN_CONFIG")
    assert settings.origins["streaming_chunk_size"] == "three.yml:3"
    write(size(4), tmp_path / "four.yml")
    settings = load({"config": "~/four.yml"}, {"CLOUDWAN_CONFIG": "three.yml"})
    assert (settings.streaming_chunk_size, settings.origins["config"]) == (4, "--config")
    assert settings.origins["streaming_chunk_size"] == "~/four.yml:3"


def test_one_file_is_read_and_not_two(tmp_path: Path) -> None:
    write(nested("profiling.enabled", "true"), tmp_path / "config" / "cloudwan-mcp" / FILE_NAME)
    write(nested("monitoring.enabled", "false"))
    settings = load(environ={})
    assert (settings.monitoring_enabled, settings.profiling_enabled) == (False, False)


def test_the_null_device_is_no_file_at_all() -> None:
    write("nonsense")
    assert load(environ={"CLOUDWAN_CONFIG": os.devnull}) == Settings(config=os.devnull)


@pytest.mark.parametrize(
    "path", ["nosuch.yml", "nosuch/folder.yml", "~nobody-of-this-name/a.yml", "a\0b", ""]
)
def test_a_file_that_is_named_must_be_there(path: str) -> None:
    with pytest.raises(BadRequest, match=r"cannot be read") as error:
        load({"config": path}, {})
    assert (error.value.field, repr(path) in str(error.value)) == ("config", True)
    assert "--config" in error.value.next_step


def test_a_link_that_leads_nowhere_is_not_passed_over() -> None:
    Path(FILE_NAME).symlink_to("gone.yml")
    with pytest.raises(BadRequest, match="No such file"):
        load(environ={})


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    Path(FILE_NAME).mkdir()
    with pytest.raises(BadRequest, match="no regular file"):
        load(environ={})


def test_a_pipe_is_not_waited_for() -> None:
    os.mkfifo(FILE_NAME)
    with pytest.raises(BadRequest, match="no regular file"):
        load(environ={})


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_is_closed_to_us_is_told() -> None:
    write("").chmod(0)
    with pytest.raises(BadRequest, match="Permission denied"):
        load(environ={})


def test_a_file_of_any_size_takes_no_memory() -> None:
    with write("").open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    with pytest.raises(BadRequest, match="larger than 64 KiB"):
        load(environ={})
    tracemalloc.start()
    try:
        with pytest.raises(BadRequest):
            load(environ={})
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_file_is_read_to_its_largest_size_and_no_further() -> None:
    write("#" * 64 * 1024)
    assert load(environ={}) == Settings(config=FILE_NAME)
    write("#" * (64 * 1024 + 1))
    with pytest.raises(BadRequest, match="larger than 64 KiB"):
        load(environ={})
