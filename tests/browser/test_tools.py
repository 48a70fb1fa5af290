"""What these tests stand on: a browser that is there, packages that are pinned, uPlot as it is published."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import pytest

from browser.chromium import NAMES, executable
from project import ROOT, run, text

UPLOT = files("cloudwan_mcp.web") / "static" / "vendor" / "uplot"
PUBLISHED = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


def test_a_machine_without_chromium_is_told_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="sudo apt-get install --no-install-recommends chromium"):
        executable(path=str(tmp_path))


def test_whoever_may_not_install_it_is_told_how_and_the_other_tests_run(tmp_path: Path) -> None:
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    (tmp_path / "id").chmod(0o755)
    done = run(["/bin/sh", "-c", f'PATH="{tmp_path}"; . scripts/chromium.sh'])
    assert done.returncode == 0
    assert "sudo apt-get install --no-install-recommends chromium" in done.stderr


def test_the_script_and_the_tests_look_for_the_same_browsers() -> None:
    assert f"for name in {' '.join(NAMES)}; do" in text("scripts/chromium.sh")


def test_axe_and_the_host_of_apps_are_pinned_with_a_hash_and_no_registry() -> None:
    wanted = json.loads(text("tests/browser/package.json"))["dependencies"]
    packages = json.loads(text("tests/browser/package-lock.json"))["packages"]
    assert packages.pop("")["dependencies"] == wanted
    assert wanted == {"@modelcontextprotocol/ext-apps": "2.0.4", "axe-core": "4.14.1"}
    assert all("integrity" in each and "resolved" not in each for each in packages.values())


def test_uplot_is_as_it_is_published_and_named_with_its_licence() -> None:
    found = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in UPLOT.iterdir()}
    assert found == PUBLISHED
    assert (
        (UPLOT / "uPlot.iife.min.js")
        .read_text(encoding="utf-8")
        .startswith("/*! https://github.com/leeoniya/uPlot (v1.6.32) */")
    )
    assert "uPlot 1.6.32" in text("NOTICE")
    (holder,) = (
        line
        for line in (UPLOT / "LICENSE").read_text(encoding="utf-8").splitlines()
        if line.startswith("Copyright")
    )
    assert holder in text("NOTICE")


def test_no_file_of_the_page_is_longer_than_its_reader_is_patient() -> None:
    folder = ROOT / "src/cloudwan_mcp/web/static"
    for each in (*folder.glob("*.js"), *folder.glob("*.css"), *folder.glob("*.html")):
        assert len(each.read_text(encoding="utf-8").splitlines()) <= 250, each.name
