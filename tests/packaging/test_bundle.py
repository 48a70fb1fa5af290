"""The bundle for desktop clients: accepted and packed by the format's own tool, and small."""

from __future__ import annotations

import json
import sys
import tomllib
import zipfile
from dataclasses import fields
from pathlib import Path

from cloudwan_mcp.settings import Settings
from project import BIN, PYPROJECT, ROOT, VERSION, run, text

FOLDER = ROOT / "deploy" / "mcpb"
PACKER = ROOT / "tests/bundle/node_modules/@anthropic-ai/mcpb/dist/cli/cli.js"
MANIFEST = json.loads(text("deploy/mcpb/manifest.json"))
PROJECT = tomllib.loads(text("deploy/mcpb/pyproject.toml"))["project"]


def test_it_is_packed_with_what_it_needs_and_nothing_else(tmp_path: Path) -> None:
    packed = tmp_path / "cloudwan-mcp.mcpb"
    done = run([str(BIN / "node"), str(PACKER), "pack", str(FOLDER), str(packed)])
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(packed) as bundle:
        assert sorted(bundle.namelist()) == ["manifest.json", "pyproject.toml", "server.py"]


def test_a_wrong_manifest_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "manifest.json"
    wrong.write_text(json.dumps(MANIFEST | {"server": {"type": "uv"}}), encoding="utf-8")
    assert run([str(BIN / "node"), str(PACKER), "validate", str(wrong)]).returncode != 0


def test_every_copy_of_the_version_agrees() -> None:
    assert MANIFEST["version"] == PROJECT["version"] == VERSION
    assert PROJECT["dependencies"] == [f"cloudwan-mcp=={VERSION}"]
    asked = MANIFEST["compatibility"]["runtimes"]["python"]
    assert asked == PROJECT["requires-python"] == PYPROJECT["project"]["requires-python"]


def test_it_starts_the_server_with_settings_that_there_are() -> None:
    launch = MANIFEST["server"]
    assert launch["mcp_config"]["args"][-1] == launch["entry_point"]
    known = {f"CLOUDWAN_{field.name.upper()}" for field in fields(Settings)}
    given = {name for name in launch["mcp_config"]["env"] if not name.startswith("AWS_")}
    assert given <= known
    done = run([sys.executable, str(FOLDER / launch["entry_point"]), "--version"])
    assert VERSION in done.stdout
