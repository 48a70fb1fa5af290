"""What tests of the whole product share: where the project is, its version, and how to run its command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

LONG = pytest.mark.skipif("LONG" not in os.environ, reason="takes long: LONG=1 make test")
ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
VERSION = PYPROJECT["project"]["version"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def run(command: Sequence[str], *, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    """Run in the project's folder, outside any make that runs these tests, with nothing on stdin."""
    ours = ("ARGS", "MAKE", "MFLAGS", "UPGRADE")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
    )


@cache
def cli_help(*arguments: str) -> str:
    """What `cloudwan-mcp ARGUMENTS --help` prints."""
    done = run([str(BIN / "cloudwan-mcp"), *arguments, "--help"])
    assert done.returncode == 0, done.stderr
    return done.stdout


def accepts(arguments: Sequence[str]) -> None:
    """Assert that the command line has these options and takes their values, without starting anything."""
    command = [each for each in arguments[:1] if not each.startswith("-")]
    known = re.findall(r"--[a-z-]+", cli_help(*command))
    for option in (each.partition("=")[0] for each in arguments if each.startswith("--")):
        assert option in known, f"cloudwan-mcp {' '.join(command)} has no {option}"
    cli_help(*arguments)
