"""Settings: which source wins, what each value may be, and that none of them tells a secret."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from cloudwan_mcp.errors import BadRequest
from cloudwan_mcp.settings import REPLY_BYTES_HARD, Settings, load
from project import text

FIELDS = [field for field in fields(Settings) if field.name != "origins"]
NUMBERS = [field for field in FIELDS if type(field.default) in (int, float)]
WARNING, CRITICAL = "CLOUDWAN_ALERT_THRESHOLD_PERCENT", "CLOUDWAN_CRITICAL_THRESHOLD_PERCENT"
WIDE = {WARNING: "1", CRITICAL: "100"}
"""The two that bound each other, out of each other's way."""


@pytest.fixture(autouse=True)
def no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the configuration file of whoever runs it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


def value(raw: str, name: str = "demo") -> Any:
    return getattr(load(environ=WIDE | {f"CLOUDWAN_{name.upper()}": raw}), name)


def test_the_command_line_goes_before_the_environment_and_that_before_the_default() -> None:
    environ = {"CLOUDWAN_PAGE_SIZE": "7", "CLOUDWAN_CONCURRENCY": "2"}
    settings = load({"page_size": 9, "concurrency": None}, environ)
    assert (settings.page_size, settings.concurrency, settings.page_limit) == (9, 2, 100)
    assert dict(settings.origins) == {"page_size": "--page-size", "concurrency": "CLOUDWAN_CONCURRENCY"}


def test_our_own_name_of_the_profile_goes_before_that_of_aws() -> None:
    assert load(environ={"AWS_PROFILE": "a"}).profile == "a"
    settings = load(environ={"AWS_PROFILE": "a", "CLOUDWAN_PROFILE": "c"})
    assert (settings.profile, settings.origins["profile"]) == ("c", "CLOUDWAN_PROFILE")
    assert load({"profile": "o"}, {"AWS_PROFILE": "a", "CLOUDWAN_PROFILE": "c"}).profile == "o"


def test_an_empty_variable_counts_as_none() -> None:
    assert load(environ={"CLOUDWAN_PAGE_SIZE": "", "AWS_PROFILE": ""}) == Settings()


@pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.name)
def test_a_number_is_taken_at_its_bounds_and_refused_beyond_them(field: Any) -> None:
    variable = f"CLOUDWAN_{field.name.upper()}"
    low, high = field.metadata["low"], field.metadata["high"]
    assert low <= field.default <= high
    for bound in (low, high):
        if abs(bound) != float("inf"):
            assert value(str(bound), field.name) == bound
    for wrong in (low - 1, high + 1, "many", "nan", "1e999x", ""):
        if wrong in ("", float("inf")):
            continue
        with pytest.raises(BadRequest) as error:
            load(environ={variable: str(wrong)})
        assert error.value.field == field.name
        assert variable in str(error.value)
        assert field.metadata["doc"] in error.value.next_step


@pytest.mark.parametrize("raw", ["1", "true", "TRUE", "yes", "On", " on "])
def test_words_that_mean_yes(raw: str) -> None:
    assert value(raw) is True


@pytest.mark.parametrize("raw", ["0", "false", "False", "no", "OFF"])
def test_words_that_mean_no(raw: str) -> None:
    assert value(raw, "slim_models") is False


@pytest.mark.parametrize("raw", ["2", "ja", "truth", "-"])
def test_any_other_word_is_neither(raw: str) -> None:
    with pytest.raises(BadRequest, match="true or false"):
        value(raw)


@pytest.mark.parametrize(
    ("name", "word"), [("decoder", "orjson"), ("log_level", "LOUD"), ("log_level", "debug")]
)
def test_a_word_that_is_no_choice_is_told_the_choices(name: str, word: str) -> None:
    with pytest.raises(BadRequest) as error:
        value(word, name)
    assert error.value.field == name
    assert "Choose one of" in str(error.value)
    assert f"CLOUDWAN_{name.upper()}" in str(error.value)


def test_no_share_of_memory_warns_that_is_above_the_critical_one() -> None:
    assert load(environ={WARNING: "85"}).alert_threshold_percent == 85
    for environ, origins in (
        ({WARNING: "90", CRITICAL: "80.5"}, (WARNING, CRITICAL)),
        ({WARNING: "90"}, (WARNING, "default")),
        ({CRITICAL: "70"}, ("default", CRITICAL)),
    ):
        with pytest.raises(BadRequest) as error:
            load(environ=environ)
        warning, critical = environ.get(WARNING, "75"), environ.get(CRITICAL, "85")
        assert error.value.args[0] == (
            f"alert_threshold_percent ({origins[0]})={warning} is above "
            f"critical_threshold_percent ({origins[1]})={critical}."
        )


@pytest.mark.parametrize(
    ("variable", "raw", "name", "expected"),
    [
        ("CLOUDWAN_MEMORY_OPTIMIZATION_ENABLED", "true", "memory_optimization_enabled", True),
        ("CLOUDWAN_MEMORY_THRESHOLD_MB", "1000", "memory_threshold_mb", 1000),
        ("CLOUDWAN_STREAMING_CHUNK_SIZE", "100", "streaming_chunk_size", 100),
        ("CLOUDWAN_MONITORING_ENABLED", "true", "monitoring_enabled", True),
        ("CLOUDWAN_MONITORING_PORT", "5000", "monitoring_port", 5000),
        ("CLOUDWAN_ALERT_THRESHOLD_PERCENT", "75", "alert_threshold_percent", 75),
        ("CLOUDWAN_PROFILING_ENABLED", "true", "profiling_enabled", True),
        ("CLOUDWAN_PROFILING_SNAPSHOT_INTERVAL", "0.1", "profiling_snapshot_interval", 0.1),
    ],
)
def test_a_documented_variable_of_the_memory_library_sets_what_it_says(
    variable: str, raw: str, name: str, expected: object
) -> None:
    settings = load(environ={variable: raw})
    assert (getattr(settings, name), dict(settings.origins)) == (expected, {name: variable})


def test_no_interval_is_for_ever() -> None:
    for name in ("cleanup_interval", "profiling_snapshot_interval"):
        with pytest.raises(BadRequest, match="outside"):
            value("inf", name)


def test_an_endless_value_is_shown_in_short() -> None:
    with pytest.raises(BadRequest) as error:
        value("9" * 6000, "page_size")
    assert len(str(error.value)) < 300


def test_the_token_is_never_shown() -> None:
    settings = load(environ={"CLOUDWAN_TOKEN": "sesame"})
    shown = {name: (each, origin) for name, each, origin in settings.describe()}
    assert shown["token"] == ("***", "CLOUDWAN_TOKEN")
    assert {name: each for name, each, _ in Settings().describe()}["token"] == ""


def test_the_token_is_not_in_the_text_of_the_settings() -> None:
    assert "sesame" not in repr(load(environ={"CLOUDWAN_TOKEN": "sesame"}))


def test_every_setting_is_described_and_documented() -> None:
    readme = text("README.md")
    described = {name for name, _, _ in Settings().describe()}
    for field in FIELDS:
        assert len(field.metadata["doc"]) >= 12, field.name
        assert field.name in described
        assert f"CLOUDWAN_{field.name.upper()}" in readme


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().page_size = 3  # type: ignore[misc]


def test_no_setting_makes_a_reply_larger_than_clients_take() -> None:
    assert REPLY_BYTES_HARD < 50_000
    with pytest.raises(BadRequest):
        value(str(REPLY_BYTES_HARD + 1), "reply_bytes")


def test_the_alias_is_the_profile_unless_another_is_given() -> None:
    assert load({"profile": "net"}, {}).account_alias == "net"
    assert load({"profile": "net", "alias": "lab"}, {}).account_alias == "lab"
    assert load(environ={}).account_alias == "default"


def test_a_home_folder_is_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert str(load({"data_dir": "~/data"}, {}).data_path) == "/home/someone/data"
    assert load(environ={}).data_path.name == "cloudwan-mcp"
