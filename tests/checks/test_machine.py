"""What the doctor says of the machine and the environment, and what it never says."""

from __future__ import annotations

import importlib
import json
import pkgutil
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from checks.conftest import Doctor
from cloudwan_mcp import checks, clients
from cloudwan_mcp.check import address, cleaned
from cloudwan_mcp.checks import CHECKS
from cloudwan_mcp.commands.doctor import _lines
from cloudwan_mcp.store import schema

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture(autouse=True)
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


def test_every_file_of_checks_is_registered_once() -> None:
    files = [module.name for module in pkgutil.iter_modules(checks.__path__)]
    made = [importlib.import_module(f"{checks.__name__}.{name}").CHECK for name in files]
    assert sorted(check.name for check in made) == sorted(check.name for check in CHECKS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_no_secret_of_the_environment_is_said(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "CLOUDWAN_TOKEN", "CLOUDWAN_TOKENN"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("HTTPS_PROXY", f"http://alice:{quote(SECRET, safe='')}@127.0.0.1:9/{SECRET}")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://alice:sesame@127.0.0.1:9/?key={SECRET}")
    monkeypatch.setenv("AWS_PROFILE", f"net\x1b[31m{SECRET}")
    said = doctor("--seconds", "2", "--snippets")
    for hidden in (
        SECRET,
        quote(SECRET, safe=""),
        "sesame",
        "alice",
        "AKIAIOSFODNN7EXAMPLE",
        "\x1b",
        "u001b",
    ):
        assert hidden not in said.text.partition('"snippets"')[0], hidden
    (network,) = [each for each in said.of("network") if each["state"] == "ok"]
    assert network["facts"]["HTTPS_PROXY"] == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "arn:aws:sts::1:assumed-role/Reader/alice@corp.example, ok",
            "assumed-role/Reader/***, ok",
        ),
        ("key ASIAIOSFODNN7EXAMPLE9", "key ASIA***"),
        ("https://user:pass@proxy:3128", "https://***@proxy:3128"),
        ("two\nlines\r\x07", "two lines  "),
    ],
)
def test_what_others_say_is_shown_without_secrets_in_one_line(text: str, shown: str) -> None:
    assert cleaned([{"a": text}], {})[0]["a"].endswith(shown)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://u:p@proxy:3128/x?y", "http://proxy:3128"),
        ("proxy:3128", "proxy:3128"),
        ("u:p@proxy", "proxy"),
        ("http://[::1]:9", "http://[::1]:9"),
        ("http://[bad", "***"),
    ],
)
def test_of_a_url_only_the_place_is_shown(url: str, shown: str) -> None:
    assert address(url) == shown


def test_a_data_folder_that_cannot_be_is_to_be_mended(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CLOUDWAN_DATA_DIR", str(tmp_path / "file" / "data"))
    (remark, *_) = doctor().of("data")
    assert remark["state"] == "mend"
    assert "CLOUDWAN_DATA_DIR" in remark["next_step"]


def test_looking_at_the_data_folder_neither_makes_it_nor_anything_in_it(
    doctor: Doctor, tmp_path: Path
) -> None:
    assert doctor().state("data") == "ok"
    assert not (tmp_path / "data").exists()


def test_snapshots_of_another_release_are_counted_by_their_layout(doctor: Doctor, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "scope"
    folder.mkdir(parents=True)
    for name, version in (("a", schema.VERSION), ("b", schema.VERSION), ("c", 1)):
        header = bytes(60) + version.to_bytes(4, "big") + bytes(4) + schema.APPLICATION_ID.to_bytes(4, "big")
        (folder / f"snapshot-{name}.db").write_bytes(header + bytes(1000))
    (folder / "snapshot-short.db").write_bytes(b"")
    kept, old = doctor().of("data")
    assert kept["facts"]["layouts"] == {"1": 1, str(schema.VERSION): 2}
    assert kept["facts"]["bytes"] == 3 * 1072
    assert old["state"] == "note"
    assert "1 snapshots" in old["text"]


def test_too_little_memory_is_said_with_who_sets_it(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_MEMORY_THRESHOLD_MB", "64")
    (remark,) = doctor().of("memory")
    assert remark["state"] == "mend"
    assert remark["facts"]["limit"] == 64 * 2**20
    assert "CLOUDWAN_MEMORY_THRESHOLD_MB" in remark["next_step"]


def test_slips_in_the_environment_are_noted(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDWAN_PAGE_LIMT", "5")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere.pem")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_PROFILE", "net")
    said = doctor("--seconds", "1")
    steps = {name: " ".join(each.get("next_step", "") for each in said.of(name)) for name in said.not_ok()}
    assert "Rename it to CLOUDWAN_PAGE_LIMIT." in steps["settings"]
    assert "AWS_CA_BUNDLE=/nowhere.pem" in steps["network"]
    assert "Correct or unset SSL_CERT_FILE." in steps["network"]


def test_a_region_is_told_with_its_partition_and_where_that_keeps_network_manager(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    homes = {"us-gov-east-1": ("aws-us-gov", "us-gov-west-1"), "eu-west-3": ("aws", "us-west-2")}
    for region, facts in homes.items():
        (told, noted) = doctor("--region", region).of("region")
        assert (told["facts"]["partition"], told["facts"]["home_region"]) == facts
        assert "AWS_DEFAULT_REGION=eu-west-1" in noted["next_step"]


def test_on_a_terminal_lines_fit_and_each_next_step_stands_below_what_it_mends() -> None:
    remarks: list[dict[str, Any]] = [
        {"check": "identity", "state": "mend", "text": "word " * 40, "next_step": "Run `aws sso login`."},
        {"check": "memory", "state": "ok", "text": "enough"},
    ]
    lines = list(_lines(remarks, [{"client": "X", "place": "a shell", "text": "y" * 300}], 60))
    table = lines[: lines.index("\nX (a shell):")]
    assert all(len(line) <= 60 for line in table)
    assert table[-2].strip() == "-> Run `aws sso login`."
    assert table[0].startswith("identity  MEND  word")
    assert lines[-1] == "y" * 300  # is copied, so it is not wrapped


def test_snippets_name_the_profile_in_use_and_open_as_what_they_are(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDWAN_PROFILE", "my net")
    found = {each["client"]: each["text"] for each in json.loads(doctor("--snippets").text)["snippets"]}
    assert found.keys() == {"Claude Code", "Claude Desktop", "VS Code", "Cursor", "Docker"}
    assert json.loads(found["Claude Desktop"])["mcpServers"]["cloudwan"] == clients.entry("my net")
    assert json.loads(found["VS Code"])["servers"]["cloudwan"]["command"] == "uvx"
    assert "AWS_PROFILE=my net" in shlex.split(found["Claude Code"])
    assert "AWS_PROFILE=my net" in shlex.split(found["Docker"])
