"""The configuration file: what it may set, over what and under what, and whom it concerns."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cloudwan_mcp.app import App
from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import FILE_NAME, SETTINGS, Settings, load
from conversation import python
from fakes.settings_files import nested, write
from project import text

KEYS = {each.metadata["file"]: each for each in SETTINGS if each.metadata["file"]}


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory and a user's configuration folder without any file."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return folder


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


# What it sets. ----------------------------------------------------------------------------------------


def test_the_example_of_the_readme_is_a_file_that_works() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", text("README.md"), re.DOTALL | re.MULTILINE)
    write(example)
    settings = load(environ={})
    lines = example.splitlines()
    for name, word, expected in (
        ("memory_optimization_enabled", "enabled: true", True),
        ("streaming_chunk_size", "chunk_size: 100", 100),
        ("memory_threshold_mb", "memory_threshold_mb: 500", 500),
        ("max_pool_size", "max_pool_size: 1000", 1000),
        ("cleanup_interval", "cleanup_interval: 300", 300.0),
        ("monitoring_host", "host: localhost", "localhost"),
        ("monitoring_port", "port: 5000", 5000),
        ("alert_threshold_percent", "warning_threshold: 75", 75.0),
        ("critical_threshold_percent", "critical_threshold: 85", 85.0),
    ):
        assert getattr(settings, name) == expected
        file, _, line = settings.origins[name].partition(":")
        assert (file, lines[int(line) - 1].strip()) == (FILE_NAME, word)
    assert settings.origins["monitoring_enabled"] == f"{FILE_NAME}:{lines.index('monitoring:') + 2}"
    assert settings.origins["config"] == "found in the working directory"


@pytest.mark.parametrize("key", KEYS)
def test_every_key_sets_its_setting_and_no_other(key: str) -> None:
    each = KEYS[key]
    other = {bool: not each.default, str: "localhost"}.get(type(each.default), 80)
    write(nested(key, str(other).lower()))
    settings = load(environ={})
    assert getattr(settings, each.name) == other
    assert type(getattr(settings, each.name)) is type(each.default)
    assert settings.origins.keys() == {"config", each.name}
    assert f"| `{key}` |" in text("README.md")


def test_a_file_sets_memory_monitoring_and_profiling_only() -> None:
    assert {key.partition(".")[0] for key in KEYS} == {"memory_optimization", "monitoring", "profiling"}
    for each in SETTINGS:
        if not each.metadata["file"]:
            write(f"{each.name}: sesame\n")
            with pytest.raises(BadRequest, match=f":1: '{each.name}' is not a key.*CLOUDWAN_") as error:
                load(environ={})
            assert "sesame" not in str(error.value)


def test_the_command_line_goes_before_the_environment_before_the_file_before_the_default() -> None:
    write("memory_optimization:\n  streaming:\n    chunk_size: 7\n")
    variable = {"CLOUDWAN_STREAMING_CHUNK_SIZE": "8"}
    found = [load(*given) for given in (({"streaming_chunk_size": 9}, variable), ({}, variable), ({}, {}))]
    Path(FILE_NAME).unlink()
    found.append(load({}, {}))
    assert [each.streaming_chunk_size for each in found] == [9, 8, 7, 100]
    assert [each.origins.get("streaming_chunk_size") for each in found] == [
        "--streaming-chunk-size",
        "CLOUDWAN_STREAMING_CHUNK_SIZE",
        f"{FILE_NAME}:3",
        None,
    ]


def test_a_wrong_value_that_something_else_overrides_stops_nobody() -> None:
    write(nested("monitoring.dashboard.port", 70000))
    assert load(environ={"CLOUDWAN_MONITORING_PORT": "5001"}).monitoring_port == 5001


@pytest.mark.parametrize("word", ["true", "True", "yes", "on", '"yes"', "'1'", "1"])
def test_yes_is_said_as_in_the_environment_with_or_without_quotes(word: str) -> None:
    write(nested("profiling.enabled", word))
    assert load(environ={}).profiling_enabled is True


@pytest.mark.parametrize("word", ["100", '"100"', "'100'", "\n      100", "100 # elements", "!!str 100"])
def test_a_number_may_be_written_as_yaml_allows(word: str) -> None:
    write(nested("memory_optimization.streaming.chunk_size", word))
    settings = load(environ={})
    assert settings.streaming_chunk_size == 100
    assert settings.origins["streaming_chunk_size"] == f"{FILE_NAME}:3"


@pytest.mark.parametrize(
    "content",
    ["", "# nothing\n", "---\n", "monitoring:\n", "profiling: {}\n", "monitoring:\n  enabled:\n", "null"],
)
def test_what_says_nothing_sets_nothing(content: str) -> None:
    write(content)
    assert load(environ={}) == Settings(config=FILE_NAME)


def test_an_empty_text_counts_as_none_as_it_does_in_the_environment() -> None:
    write(nested("monitoring.dashboard.host", '""'))
    assert load(environ={}).monitoring_host == "127.0.0.1"


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    write("monitoring:\r\n  enabled: no\r\n".encode("utf-8-sig"))
    settings = load(environ={})
    assert (settings.monitoring_enabled, settings.origins["monitoring_enabled"]) == (False, f"{FILE_NAME}:2")


# Whom it concerns. ------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_discovery_process_reads_the_same_settings_and_no_other_file(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(nested("memory_optimization.streaming.chunk_size", 7) + "monitoring:\n  enabled: false\n")
    monkeypatch.setenv("CLOUDWAN_MONITORING_ENABLED", "true")  # what is the default, over the file
    monkeypatch.setenv("CLOUDWAN_PAGE_SIZE", "9")
    settings = load({"config": FILE_NAME, "streaming_chunk_size": 100, "concurrency": 2})
    async with App(settings) as app:
        environ = app._child_environ()
        expected = {name: each for name, each, _ in app.settings.describe()}
    write(nested("memory_optimization.streaming.chunk_size", 8) + "profiling: {enabled: true}\n")
    child = {name: each for name, each, _ in load(environ=environ).describe()}
    assert child == expected | {
        "config": os.devnull,
        "disk_mib": child["disk_mib"],
        "data_dir": str(app.folder.root),
    }


@pytest.mark.anyio
async def test_a_value_from_the_file_arrives_in_the_discovery_process() -> None:
    write(nested("memory_optimization.streaming.memory_threshold_mb", 700))
    async with App(load()) as app:
        environ = app._child_environ()
    assert load(environ=environ).memory_threshold_mb == 700


def imported(work: Path, **environ: str) -> bool:
    done = python(
        f"""
import os, sys
os.environ.update({environ})
os.chdir({str(work)!r})
from cloudwan_mcp.cli import main
assert main(["config"]) == 0
print("yaml" in sys.modules)
"""
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1] == "True"


def test_yaml_is_imported_for_a_file_only(work: Path) -> None:
    assert not imported(work)
    write("profiling:\n  enabled: true\n", work / FILE_NAME)
    assert imported(work)
    assert not imported(work, CLOUDWAN_CONFIG=os.devnull)


def test_all_that_a_file_sets_is_described(work: Path) -> None:
    write(nested("monitoring.dashboard.port", 0))
    rows = load(environ={}).describe()
    assert ("monitoring_port", 0, f"{FILE_NAME}:3") in rows
    assert ("config", FILE_NAME, "found in the working directory") in rows
